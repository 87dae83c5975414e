#pragma once

#include "runs/run.hpp"

#include <filesystem>
#include <vector>

namespace fprinciple::reports {

/// A run to be laid over others, and where it was read.
struct OverlaidRun {
  std::filesystem::path place;
  runs::Run run;
};

/// Writes directory/figures/NAME.{gp,dat,svg,pdf}, the runs in common figures (d = 1: the networks
/// at the last time; loss and error over time), and the page directory/report.html. Each run has a
/// colour and a dash of its own, and its title in the legend, with its place where titles coincide.
///
/// Throws InputError for runs of different dimension or more than eight of them, and RunError as
/// write_report.
void write_overlay(const std::vector<OverlaidRun>& runs, const std::filesystem::path& directory);

}  // namespace fprinciple::reports
