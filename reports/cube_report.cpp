#include "reports/cube_report.hpp"

#include "base/error.hpp"
#include "reports/cube_drawing.hpp"
#include "reports/cube_page.hpp"
#include "reports/text_file.hpp"

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

namespace fs = std::filesystem;

std::vector<CubeDrawing> drawings(const runs::Cube& cube,
                                  const std::vector<runs::CubeFigure>& figures) {
  runs::check_numbers(figures, cube);
  const std::vector<std::string> numbers = numbers_shown(figures);
  std::vector<CubeDrawing> out;
  out.reserve(figures.size());
  for (const runs::CubeFigure& figure : figures)
    out.push_back(figure.map ? draw_map(cube, figure) : draw_lines(cube, figure, numbers));
  return out;
}

CubeSection section(const runs::Cube& cube, std::vector<CubeDrawing> drawn,
                    const fs::path& directory, const std::string& folder) {
  CubeSection out{&cube, std::move(drawn), {}, folder};
  for (const CubeDrawing& drawing : out.drawings)
    out.svg.push_back(read_text(directory / "figures" / (drawing.figure.name + ".svg")));
  return out;
}

}  // namespace

nlohmann::json write_cube_report(const runs::Cube& cube,
                                 const std::vector<runs::CubeFigure>& figures,
                                 const fs::path& directory) {
  std::vector<CubeDrawing> drawn = drawings(cube, figures);
  make_directory(directory / "figures");
  nlohmann::json study = nlohmann::json::object();
  for (const CubeDrawing& drawing : drawn) {
    draw(drawing.figure, directory / "figures");
    study[study_key(drawing.figure.name)] = drawing.study;
  }
  write_text(directory / "report.html", cube_page(section(cube, std::move(drawn), directory, "")));
  return study;
}

CubeSection cube_section(const Study& study, const fs::path& directory, const std::string& folder) {
  return section(study.cube, drawings(study.cube, study.figures), directory, folder);
}

}  // namespace fprinciple::reports
