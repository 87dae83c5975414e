#pragma once

#include "reports/figure.hpp"
#include "runs/run.hpp"

#include <filesystem>
#include <vector>

namespace fprinciple::reports {

/// A run to be laid over others, and where it was read.
struct OverlaidRun {
  std::filesystem::path place;
  runs::Run run;
};

/// The runs in common figures: for d = 1 the networks at the last time, and loss and error over
/// time. Each run has a colour and a dash of its own, and its title in the legend, with its place
/// where titles coincide. Throws InputError for runs of different dimension or more than eight.
std::vector<Figure> overlay_figures(const std::vector<OverlaidRun>& runs);

/// Writes directory/figures/NAME.{gp,dat,svg,pdf} for each of those and the page
/// directory/report.html. Returns the figures that gnuplot could not draw. Throws as
/// overlay_figures and, RunError, as write_report.
std::vector<NotDrawn> write_overlay(const std::vector<OverlaidRun>& runs,
                                    const std::filesystem::path& directory);

}  // namespace fprinciple::reports
