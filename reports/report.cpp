#include "reports/report.hpp"

#include "reports/figure.hpp"
#include "reports/page.hpp"
#include "reports/player.hpp"
#include "reports/text_file.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

namespace fs = std::filesystem;
using runs::FigureName;

fs::path svg_file(const fs::path& results, const std::string& figure) {
  return results / "figures" / (figure + ".svg");
}

void add(Section& section, Figure figure, const fs::path& results) {
  section.svg.push_back(read_text(svg_file(results, figure.name)));
  section.figures.push_back(std::move(figure));
}

}  // namespace

void write_report(const runs::Run& run, const fs::path& directory,
                  const std::vector<FigureName>& figures) {
  make_directory(directory / "figures");
  Section section{.run = &run, .folder = ""};
  bool moving = false;
  for (const FigureName name : figures.empty() ? base::all_values<FigureName>() : figures) {
    std::optional<Figure> figure = make_figure(name, run);
    if (figure) {
      draw(*figure, directory / "figures");
      moving = moving || name == FigureName::curves || name == FigureName::maps;
      add(section, std::move(*figure), directory);
    } else if (!figures.empty()) {
      section.not_drawn.emplace_back(base::name_of(name));
    }
  }
  const std::optional<Figure> moved = moving ? film(run.comparison) : std::nullopt;
  if (moved) draw(*moved, directory / "figures");
  section.player = player(run.comparison, section.folder, moved.has_value());
  write_text(directory / "report.html", page(section));
}

void write_combined_report(const std::vector<runs::Run>& runs, const std::vector<Study>& studies,
                           const fs::path& directory) {
  std::vector<Section> sections;
  for (const runs::Run& run : runs) {
    const fs::path results = directory / run.name;
    Section section{.run = &run, .folder = run.name + "/"};
    for (const FigureName name : base::all_values<FigureName>()) {
      if (!fs::exists(svg_file(results, std::string(base::name_of(name))))) continue;
      if (std::optional<Figure> figure = make_figure(name, run))
        add(section, std::move(*figure), results);
    }
    section.player =
        player(run.comparison, section.folder, fs::exists(results / "figures" / "film.gif"));
    sections.push_back(std::move(section));
  }
  std::vector<CubeSection> cubes;
  cubes.reserve(studies.size());
  for (const Study& study : studies)
    cubes.push_back(cube_section(study, directory / study.cube.name, study.cube.name + "/"));
  write_text(directory / "report.html", combined_page(sections, cubes));
}

}  // namespace fprinciple::reports
