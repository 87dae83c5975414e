#pragma once

#include "reports/cube_page.hpp"
#include "runs/cube.hpp"
#include "runs/cube_figure.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// Writes directory/figures/NAME.{gp,dat,svg,pdf} for each figure and the self-contained page
/// directory/report.html. Returns the numbers of the figures, {FIGURE: {LINE: {slope, least,
/// greatest}}} with {value, low, high} each, for `study` in summary.json. Throws InputError for a
/// number that the cube has not, RunError as write_report does.
nlohmann::json write_cube_report(const runs::Cube& cube,
                                 const std::vector<runs::CubeFigure>& figures,
                                 const std::filesystem::path& directory);

/// A sweep and its figures.
struct Study {
  runs::Cube cube;
  std::vector<runs::CubeFigure> figures;
};

/// The same for a page with several studies, with links into `folder` ("NAME/"); the drawings are
/// read from `directory`, where write_cube_report has left them.
CubeSection cube_section(const Study& study, const std::filesystem::path& directory,
                         const std::string& folder);

}  // namespace fprinciple::reports
