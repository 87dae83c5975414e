#pragma once

#include "reports/figure.hpp"
#include "runs/measured_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// What the numbers say, sentence by sentence, as plain text.
std::vector<std::string> reading(const measure::Measured& measured, double threshold);

/// Writes directory/figures/NAME.{gp,dat,svg,pdf} and the self-contained page
/// directory/report.html; every number in its tables is a value of the summary. Returns the figures
/// that gnuplot could not draw; the page names them, too. Throws RunError when a file cannot be
/// written.
std::vector<NotDrawn> write_measured_report(const runs::MeasuredFile& file,
                                            const std::filesystem::path& directory);

}  // namespace fprinciple::reports
