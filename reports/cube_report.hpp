#pragma once

#include "reports/cube_page.hpp"
#include "runs/cube.hpp"
#include "runs/cube_figure.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// The figures, which gnuplot has still to draw. Throws InputError for a number that the cube has
/// not.
std::vector<CubeDrawing> cube_drawings(const runs::Cube& cube,
                                       const std::vector<runs::CubeFigure>& figures);

/// The numbers of the figures, {FIGURE: {LINE: {slope, least, greatest}}} with {value, low, high}
/// each, for `study` in summary.json.
nlohmann::json study_of(const std::vector<CubeDrawing>& drawings);

/// Writes directory/figures/NAME.{gp,dat,svg,pdf} for each figure and the self-contained page
/// directory/report.html. Returns the figures that gnuplot could not draw; the page names them,
/// too. Throws RunError as write_report does.
std::vector<NotDrawn> write_cube_report(const runs::Cube& cube, std::vector<CubeDrawing> drawings,
                                        const std::filesystem::path& directory);

/// A sweep and its figures.
struct Study {
  runs::Cube cube;
  std::vector<runs::CubeFigure> figures;
  std::vector<NotDrawn> not_drawn = {};  ///< what gnuplot could not draw of them
};

/// The same for a page with several studies, with links into `folder` ("NAME/"); the drawings are
/// read from `directory`, where write_cube_report has left them.
CubeSection cube_section(const Study& study, const std::filesystem::path& directory,
                         const std::string& folder);

}  // namespace fprinciple::reports
