#pragma once

#include "runs/verify.hpp"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace fprinciple::cli {

/// The experiments of the papers, in the papers' order.
std::vector<std::string> paper_experiments();

/// The studies, sweeps over those experiments and others, in the report's order.
std::vector<std::string> studies();

struct Options {
  bool quiet = false;   ///< warnings and errors only
  bool bounds = false;  ///< compute generalisation bounds, whether the file says so or not
  bool resume = false;  ///< go on from what an interrupted run has kept
};

/// A signal has ended training, or a sweep, and what was reached is kept. Exit 128 + signal.
struct EndedBySignal : std::runtime_error {
  EndedBySignal(int which, const std::string& message)
      : std::runtime_error(message), signal(which) {}
  int signal;
};

/// One experiment: predict, train, compare, report. `out` left out: results/<the file's stem>.
/// Checkpoints of its training lie beside `out`, as OUT.checkpoint.nc, until the result is there.
/// Throws EndedBySignal when a signal has ended training.
void run_experiment(const std::filesystem::path& experiment,
                    const std::optional<std::filesystem::path>& out, Options options);

/// The named experiments of the papers and studies (none named: all) and one report of them
/// together, in `out`; checkpoints are OUT.NAME.checkpoint.nc, finished cells lie in
/// OUT.NAME.cells. Throws InputError for an unknown name, EndedBySignal as run_experiment.
void reproduce(const std::vector<std::string>& names, const std::filesystem::path& out,
               Options options);

/// An experiment in every cell of a sweep file's cube (docs/sweep.md), as many cells at a time as
/// there are threads. `out` left out: results/<the file's stem>. Finished cells lie beside `out`,
/// in OUT.cells, until the cube is there. Throws RunError when all cells fail, EndedBySignal when a
/// signal has ended the sweep.
void run_sweep(const std::filesystem::path& sweep, const std::optional<std::filesystem::path>& out,
               Options options);

/// Draws figures and report of a result directory again, of `run` or of `reproduce`.
void redraw(const std::filesystem::path& directory, bool quiet);

/// Lays several runs of `run` over each other, in common figures and a page in `out`, see
/// reports::write_overlay. Throws InputError for a directory that is no single run.
void overlay(const std::vector<std::filesystem::path>& directories,
             const std::filesystem::path& out, bool quiet);

/// Runs an experiment, writes nothing, and holds its summary against an expected one, see
/// runs::read_expectation. Prints what moved, if anything; returns whether nothing did.
bool verify_experiment(const std::filesystem::path& experiment,
                       const std::filesystem::path& expected, const runs::Tolerance& tolerance,
                       const std::vector<std::string>& only, bool quiet);

}  // namespace fprinciple::cli
