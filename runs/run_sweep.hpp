#pragma once

#include "runs/cube.hpp"
#include "runs/finished_cells.hpp"
#include "runs/sweep.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::runs {

/// What is known of a sweep's cells before the first one runs.
struct SweepPlan {
  std::vector<double> work;    ///< C, width × samples: the heaviest cells run first
  std::vector<double> memory;  ///< C, bytes
  /// What must be the same for a sweep to go on from finished cells: a checksum of the version, the
  /// sweep file's values but for titles and figures, and every cell's experiment with its data.
  std::string identity;
};

/// Reads every cell's experiment; throws InputError, which names the cell, at the first that is not
/// valid.
SweepPlan plan(const Sweep& sweep);

/// How far a sweep is.
struct SweepProgress {
  Eigen::Index done = 0, failed = 0;  ///< cells; the failed ones are done
  double share = 0.0;                 ///< of the work, as estimated, in [0, 1]
};

/// Runs one cell, on one thread: what it gives is a function of the sweep and the cell alone. A run
/// that fails is a result, too. Throws Interrupted once `stop` is set.
CellResult run_cell(const Sweep& sweep, Eigen::Index cell, const std::atomic<bool>& stop);

/// The cells that are not in `known`, the heaviest first.
std::vector<Eigen::Index> cells_to_run(const SweepPlan& plan,
                                       const std::map<Eigen::Index, CellResult>& known);

/// Runs the cells that are not in `known`, `threads` of them at a time with one thread each, and
/// keeps each in `finished`, unless that is null, as soon as it is done. `watch` is called from
/// this thread about ten times a second; when it returns false the cells in flight are given up,
/// and nothing is returned. A cell whose run fails is recorded in Cube::failures. Memory: the cells
/// in flight, and 8 bytes for each number of the cube, which is the same, bit for bit, whatever the
/// number of threads and however often the sweep was resumed; only the summary has its seconds.
/// Throws InputError when `threads` cells at a time do not fit into memory, RunError when a
/// finished cell cannot be written.
std::optional<Cube> run_sweep(const Sweep& sweep, const SweepPlan& plan,
                              const FinishedCells* finished,
                              const std::map<Eigen::Index, CellResult>& known, int threads,
                              const std::function<bool(const SweepProgress&)>& watch);

/// Throws RunError, which says why the first cell failed, when all of a cube have.
void require_any_succeeded(const Cube& cube);

}  // namespace fprinciple::runs
