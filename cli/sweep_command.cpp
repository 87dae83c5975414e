#include "cli/sweep_command.hpp"

#include "base/error.hpp"
#include "cli/held_signals.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/undrawn.hpp"
#include "reports/gnuplot.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <omp.h>

namespace fprinciple::cli {
namespace fs = std::filesystem;
namespace {

using Eigen::Index;
using runs::CellResult;
using runs::Cube;
using runs::CubeFigure;
using runs::FinishedCells;
using runs::Sweep;
using runs::SweepProgress;
using Known = std::map<Index, CellResult>;

std::string how_far(Index done, Index size) { return fmt::format("{} of {} cells", done, size); }

/// The cells that need not be run; tells what was found. Without options.resume all are removed.
Known known_cells(const Sweep& sweep, const FinishedCells& finished, Options options) {
  const std::string directory = finished.directory().string();
  Known known;
  if (options.resume) {
    std::vector<std::string> damaged;
    known = finished.read(sweep.size(), damaged);
    for (const std::string& file : damaged)
      tell("warning: {}: {} is damaged: its cell is run again", sweep.name, file);
    if (!options.quiet)
      tell("{}: {}", sweep.name,
           known.empty()
               ? fmt::format("there are no cells in {}: the sweep starts afresh", directory)
               : fmt::format("going on from {}: {}", directory,
                             how_far(static_cast<Index>(known.size()), sweep.size())));
  } else if (finished.any()) {
    tell(
        "warning: {}: the cells of an interrupted sweep in {} are removed (--resume goes on "
        "from them)",
        sweep.name, directory);
    finished.clear();
  }
  return known;
}

/// Throws EndedBySignal when a signal has ended the sweep.
Cube run_cells(const PreparedSweep& prepared, bool quiet) {
  const Sweep& sweep = prepared.sweep;
  const FinishedCells& finished = prepared.finished;
  HeldSignals held;
  int signal = 0;
  SweepProgress reached;
  ProgressDisplay display(sweep.name, quiet);
  const Index size = sweep.size();
  const auto watch = [&](const SweepProgress& progress) {
    reached = progress;
    std::string words = how_far(progress.done, size);
    if (progress.failed > 0) words = fmt::format("{}, {} failed", words, progress.failed);
    display.show(Reached{.stage = "cells", .done = progress.share, .words = words});
    if (signal == 0) signal = held.take();
    return signal == 0;
  };
  auto cube = runs::run_sweep(sweep, prepared.plan, &finished, prepared.known,
                              omp_get_max_threads(), watch);
  if (!cube || signal != 0)  // it may have come with the last cells
    throw EndedBySignal(signal,
                        fmt::format("{}: interrupted after {}; {} keeps them", sweep.name,
                                    how_far(reached.done, size), finished.directory().string()));
  return std::move(*cube);
}

void tell_failures(const Cube& cube) {
  const auto failed = cube.summary.at("failed").get<Index>();
  if (failed == 0) return;
  runs::require_any_succeeded(cube);
  const std::string first =
      *std::find_if(cube.failures.begin(), cube.failures.end(),
                    [](const std::string& failure) { return !failure.empty(); });
  tell("warning: {}: {} of {} cells failed, see failure in result.nc; the first: {}", cube.name,
       failed, cube.size(), first);
}

/// The figures whose numbers the cube has; the others are told. A cube takes long to compute, so a
/// misspelt key must not lose it.
std::vector<CubeFigure> drawable(const std::vector<CubeFigure>& figures, const Cube& cube) {
  std::vector<CubeFigure> out;
  for (const CubeFigure& figure : figures) {
    try {
      runs::check_numbers({figure}, cube);
      out.push_back(figure);
    } catch (const InputError& error) {
      tell("warning: the figure {} is left out: {}", figure.name, error.what());
    }
  }
  return out;
}

/// result.nc and summary.json, which has the numbers of the figures; then figures and page.
reports::Study write_study(const fs::path& directory, Cube cube,
                           const std::vector<CubeFigure>& figures) {
  std::vector<CubeFigure> drawn = drawable(figures, cube);
  std::vector<reports::CubeDrawing> drawings = reports::cube_drawings(cube, drawn);
  cube.summary["study"] = reports::study_of(drawings);
  runs::write_cube(cube, directory);
  std::vector<reports::NotDrawn> not_drawn =
      reports::write_cube_report(cube, std::move(drawings), directory);
  return {std::move(cube), std::move(drawn), std::move(not_drawn)};
}

}  // namespace

ReadSweep read_sweep(const fs::path& file) {
  Sweep sweep = runs::read_sweep(file);
  std::vector<CubeFigure> figures = runs::read_cube_figures(sweep.text, file.string(), sweep.axes);
  runs::SweepPlan plan = runs::plan(sweep);
  return {std::move(sweep), std::move(figures), std::move(plan)};
}

PreparedSweep prepare_sweep(ReadSweep sweep, const fs::path& cells, Options options) {
  FinishedCells finished(cells, sweep.plan.identity);
  finished.require_ours();
  Known known = known_cells(sweep.sweep, finished, options);
  return {std::move(sweep), std::move(finished), std::move(known)};
}

reports::Study sweep_into(const fs::path& directory, const PreparedSweep& prepared, bool quiet) {
  Cube cube = run_cells(prepared, quiet);
  if (cube.summary.at("failed") == cube.size()) prepared.finished.clear();  // nothing to go on from
  tell_failures(cube);
  return write_study(directory, std::move(cube), prepared.figures);
}

reports::Study redraw_sweep(const fs::path& directory) {
  Cube cube = runs::read_cube(directory);
  const std::vector<CubeFigure> figures =
      runs::read_cube_figures(cube.text, cube.name + ".toml", cube.axes);
  return write_study(directory, std::move(cube), figures);
}

void print_summary(const Cube& cube, const fs::path& directory) {
  say("{}", cube.title);
  say("  report         {}", (directory / "report.html").string());
  say("  result         {}", (directory / "result.nc").string());
  for (const runs::CubeAxis& axis : cube.axes) say("  {:<14} {} values", axis.name, axis.size());
  say("  cells          {}, {} failed", cube.size(), cube.summary.at("failed").get<Index>());
  if (const auto& warnings = cube.summary.at("warnings"); !warnings.empty())
    say("  warnings       {}, see {}", warnings.size(), (directory / "summary.json").string());
  say("  time           {:.1f} s", cube.summary.at("seconds").get<double>());
}

void run_sweep(const fs::path& file, const std::optional<fs::path>& out, Options options) {
  ReadSweep sweep = read_sweep(file);
  reports::require_gnuplot();
  const fs::path directory = out.value_or(fs::path("results") / sweep.sweep.name);
  Output output(directory, runs::files_read(sweep.sweep, file));
  const PreparedSweep prepared = prepare_sweep(std::move(sweep), output->beside(".cells"), options);
  const reports::Study study = sweep_into(output->path(), prepared, options.quiet);
  const HeldSignals held;  // what is left takes a moment
  output->publish();
  prepared.finished.clear();
  if (!options.quiet) print_summary(study.cube, directory);
  Undrawn undrawn;
  undrawn.add(study.cube.name, study.not_drawn);
  undrawn.require_none(directory);
}

}  // namespace fprinciple::cli
