#pragma once

#include "reports/figure.hpp"
#include "runs/theory_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// What a prediction says, in sentences: the rates, the limit, the test.
std::vector<std::string> reading(const runs::TheoryFile& file);

/// Draws the figures of theory alone into DIRECTORY/figures and writes DIRECTORY/report.html.
/// Returns the figures that gnuplot could not draw.
[[nodiscard]] std::vector<NotDrawn> write_theory_report(const runs::TheoryFile& file,
                                                        const std::filesystem::path& directory);

}  // namespace fprinciple::reports
