#include "reports/report.hpp"

#include "base/error.hpp"
#include "compare/experiment.hpp"
#include "reports/figure.hpp"
#include "reports/page.hpp"
#include "reports/player.hpp"
#include "reports/text_file.hpp"
#include "runs/experiment_file.hpp"

#include <optional>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::reports {
namespace {

namespace fs = std::filesystem;

fs::path svg_file(const fs::path& results, const std::string& figure) {
  return results / "figures" / (figure + ".svg");
}

void add(Section& section, Figure figure, const fs::path& results) {
  section.svg.push_back(read_text(svg_file(results, figure.name)));
  section.figures.push_back(std::move(figure));
}

}  // namespace

void write_report(const compare::Comparison& comparison, const fs::path& directory,
                  const std::vector<std::string>& figures) {
  make_directory(directory / "figures");
  Section section{&comparison, {}, {}, {}, {}, ""};
  bool moving = false;
  for (const std::string& name : figures.empty() ? runs::figure_names() : figures) {
    std::optional<Figure> figure = make_figure(name, comparison);
    if (figure) {
      draw(*figure, directory / "figures");
      moving = moving || name == "curves" || name == "maps";
      add(section, std::move(*figure), directory);
    } else if (!figures.empty()) {
      section.not_drawn.push_back(name);
    }
  }
  const std::optional<Figure> moved = moving ? film(comparison) : std::nullopt;
  if (moved) draw(*moved, directory / "figures");
  section.player = player(comparison, section.folder, moved.has_value());
  write_text(directory / "report.html", page(section));
}

void write_combined_report(const std::vector<compare::Comparison>& comparisons,
                           const std::vector<Study>& studies, const fs::path& directory) {
  std::vector<Section> sections;
  for (const compare::Comparison& comparison : comparisons) {
    const fs::path results = directory / comparison.name;
    Section section{&comparison, {}, {}, {}, {}, comparison.name + "/"};
    for (const std::string& name : runs::figure_names()) {
      if (!fs::exists(svg_file(results, name))) continue;
      if (std::optional<Figure> figure = make_figure(name, comparison))
        add(section, std::move(*figure), results);
    }
    section.player =
        player(comparison, section.folder, fs::exists(results / "figures" / "film.gif"));
    sections.push_back(std::move(section));
  }
  std::vector<CubeSection> cubes;
  cubes.reserve(studies.size());
  for (const Study& study : studies)
    cubes.push_back(cube_section(study, directory / study.cube.name, study.cube.name + "/"));
  write_text(directory / "report.html", combined_page(sections, cubes));
}

}  // namespace fprinciple::reports
