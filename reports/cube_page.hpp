#pragma once

#include "reports/cube_drawing.hpp"
#include "reports/document.hpp"
#include "runs/cube.hpp"

#include <string>
#include <vector>

namespace fprinciple::reports {

/// A sweep as the page shows it.
struct CubeSection {
  const runs::Cube* cube;
  std::vector<CubeDrawing> drawings;
  std::vector<std::string> svg;  ///< of each drawing; empty where gnuplot failed
  std::vector<NotDrawn> failed;  ///< those figures
  std::string folder;            ///< from the page to the results: "" or "NAME/"
};

/// The self-contained page of one sweep.
std::string cube_page(const CubeSection& section);

/// A sentence that says what was run.
std::string cube_lede(const runs::Cube& cube);

/// What stands below it.
std::string cube_body(const CubeSection& section, Level level);

}  // namespace fprinciple::reports
