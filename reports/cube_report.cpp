#include "reports/cube_report.hpp"

#include "base/error.hpp"
#include "reports/cube_drawing.hpp"
#include "reports/cube_page.hpp"
#include "reports/text_file.hpp"

#include <fmt/format.h>

namespace fprinciple::reports {
namespace fs = std::filesystem;

std::vector<CubeDrawing> cube_drawings(const runs::Cube& cube,
                                       const std::vector<runs::CubeFigure>& figures) {
  runs::check_numbers(figures, cube);
  const std::vector<std::string> numbers = numbers_shown(figures);
  std::vector<CubeDrawing> out;
  out.reserve(figures.size());
  for (const runs::CubeFigure& figure : figures)
    out.push_back(figure.map ? draw_map(cube, figure) : draw_lines(cube, figure, numbers));
  return out;
}

nlohmann::json study_of(const std::vector<CubeDrawing>& drawings) {
  nlohmann::json study = nlohmann::json::object();
  for (const CubeDrawing& drawing : drawings) study[study_key(drawing.figure.name)] = drawing.study;
  return study;
}

std::vector<NotDrawn> write_cube_report(const runs::Cube& cube, std::vector<CubeDrawing> drawings,
                                        const fs::path& directory) {
  make_directory(directory / "figures");
  CubeSection section{&cube, std::move(drawings), {}, {}, ""};
  for (const CubeDrawing& drawing : section.drawings) {
    draw(drawing.figure, directory / "figures", section.failed);
    section.svg.push_back(drawing_of(drawing.figure, directory));
  }
  write_text(directory / "report.html", cube_page(section));
  return section.failed;
}

CubeSection cube_section(const Study& study, const fs::path& directory, const std::string& folder) {
  CubeSection section{&study.cube, cube_drawings(study.cube, study.figures), {}, {}, folder};
  for (const CubeDrawing& drawing : section.drawings)
    section.svg.push_back(drawing_of(drawing.figure, directory));
  return section;
}

}  // namespace fprinciple::reports
