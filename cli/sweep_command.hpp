#pragma once

#include "cli/commands.hpp"
#include "compare/run_sweep.hpp"
#include "reports/cube_report.hpp"

#include <filesystem>
#include <map>
#include <vector>

namespace fprinciple::cli {

/// A sweep that is ready to run.
struct PreparedSweep {
  compare::Sweep sweep;
  std::vector<compare::CubeFigure> figures;
  compare::SweepPlan plan;
  compare::FinishedCells finished;
  std::map<Eigen::Index, compare::CellResult> known;  ///< cells that need not be run
};

/// Reads a sweep file, every cell's experiment, and with options.resume the cells that are finished
/// in the directory `cells`; without, those are removed. What was found is told on stderr.
PreparedSweep prepare_sweep(const std::filesystem::path& file, const std::filesystem::path& cells,
                            Options options);

/// Runs it and leaves cube, figures and page in an existing directory. Throws RunError when all
/// cells fail, EndedBySignal when a signal has ended the sweep.
reports::Study sweep_into(const std::filesystem::path& directory, const PreparedSweep& prepared,
                          bool quiet);

/// Draws figures and page of a sweep again, in its directory.
reports::Study redraw_sweep(const std::filesystem::path& directory);

void print_summary(const compare::Cube& cube, const std::filesystem::path& directory);

}  // namespace fprinciple::cli
