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

/// With its drawing, if gnuplot has left one.
void add(Section& section, Figure figure, const fs::path& results) {
  section.svg.push_back(drawing_of(figure, results));
  section.figures.push_back(std::move(figure));
}

bool has(const fs::path& results, const std::string& figure, const char* ending) {
  return fs::exists(results / "figures" / (figure + ending));
}

}  // namespace

std::vector<NotDrawn> write_report(const runs::Run& run, const fs::path& directory,
                                   const std::vector<FigureName>& figures) {
  make_directory(directory / "figures");
  Section section{.run = &run, .folder = ""};
  bool moving = false;
  for (const FigureName name : figures.empty() ? base::all_values<FigureName>() : figures) {
    std::optional<Figure> figure = make_figure(name, run);
    if (figure) {
      draw(*figure, directory / "figures", section.failed);
      moving = moving || name == FigureName::curves || name == FigureName::maps;
      add(section, std::move(*figure), directory);
    } else if (!figures.empty()) {
      section.not_applicable.emplace_back(base::name_of(name));
    }
  }
  const std::optional<Figure> moved = moving ? film(run.comparison) : std::nullopt;
  if (moved) draw(*moved, directory / "figures", section.failed);
  section.player = player(run.comparison, section.folder, has(directory, "film", ".gif"));
  write_text(directory / "report.html", page(section));
  return section.failed;
}

void write_combined_report(const std::vector<runs::Run>& runs, const std::vector<Study>& studies,
                           const fs::path& directory) {
  std::vector<Section> sections;
  for (const runs::Run& run : runs) {
    const fs::path results = directory / run.name;
    Section section{.run = &run, .folder = run.name + "/"};
    for (const FigureName name : base::all_values<FigureName>()) {
      if (!has(results, std::string(base::name_of(name)), ".gp")) continue;
      if (std::optional<Figure> figure = make_figure(name, run))
        add(section, std::move(*figure), results);
    }
    section.player = player(run.comparison, section.folder, has(results, "film", ".gif"));
    sections.push_back(std::move(section));
  }
  std::vector<CubeSection> cubes;
  cubes.reserve(studies.size());
  for (const Study& study : studies)
    cubes.push_back(cube_section(study, directory / study.cube.name, study.cube.name + "/"));
  write_text(directory / "report.html", combined_page(sections, cubes));
}

}  // namespace fprinciple::reports
