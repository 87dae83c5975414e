#pragma once

#include "cli/commands.hpp"
#include "reports/cube_report.hpp"
#include "runs/run_sweep.hpp"

#include <filesystem>
#include <map>
#include <vector>

namespace fprinciple::cli {

/// A sweep file whose figures and cells are valid.
struct ReadSweep {
  runs::Sweep sweep;
  std::vector<runs::CubeFigure> figures;
  runs::SweepPlan plan;
};

/// Reads a sweep file, its figures and every cell's experiment.
ReadSweep read_sweep(const std::filesystem::path& file);

/// One that is ready to run.
struct PreparedSweep : ReadSweep {
  runs::FinishedCells finished;
  std::map<Eigen::Index, runs::CellResult> known;  ///< cells that need not be run
};

/// Reads, with options.resume, the cells that are finished in the directory `cells`; without, they
/// are removed. What was found is told on stderr.
PreparedSweep prepare_sweep(ReadSweep sweep, const std::filesystem::path& cells, Options options);

/// Runs it and leaves cube, figures and page in an existing directory. Throws RunError when all
/// cells fail, EndedBySignal when a signal has ended the sweep.
reports::Study sweep_into(const std::filesystem::path& directory, const PreparedSweep& prepared,
                          bool quiet);

/// Draws figures and page of a sweep again, in its directory.
reports::Study redraw_sweep(const std::filesystem::path& directory);

void print_summary(const runs::Cube& cube, const std::filesystem::path& directory);

}  // namespace fprinciple::cli
