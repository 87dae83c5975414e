#include "cli/predict_command.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "cli/number_in.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/undrawn.hpp"
#include "io/csv.hpp"
#include "reports/gnuplot.hpp"
#include "reports/theory_page.hpp"
#include "runs/experiment_file.hpp"
#include "runs/files_named.hpp"
#include "runs/theory_file.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fprinciple::cli {
namespace fs = std::filesystem;
namespace {

Eigen::VectorXd times_of(const std::vector<std::string>& texts) {
  std::vector<double> out;
  for (const std::string& text : texts) {
    const auto t = number_in<double>(text);
    if (!t || !(*t >= 0.0))
      throw InputError(fmt::format("--times: must be numbers >= 0, or inf, got {}", text));
    out.push_back(*t);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return Eigen::Map<const Eigen::VectorXd>(out.data(), static_cast<Eigen::Index>(out.size()));
}

void print(const runs::TheoryFile& file, const fs::path& directory, double seconds) {
  say("{}", file.title);
  say("  report         {}", (directory / "report.html").string());
  for (const std::string& sentence : reports::reading(file)) say("  {}", sentence);
  say("  time           {:.1f} s", seconds);
}

}  // namespace

void predict_experiment(const fs::path& experiment, const std::optional<fs::path>& out,
                        const PredictOptions& options) {
  const base::Stopwatch watch;
  reports::require_gnuplot();
  const Eigen::VectorXd times = times_of(options.times);
  runs::Experiment read = runs::read_theory(experiment);
  std::vector<fs::path> inputs = runs::files_named(read.text, experiment.parent_path());
  inputs.push_back(experiment);
  if (options.at) {
    data::Grid& grid = read.problem.grid;
    grid = {.points = io::read_points_csv(*options.at), .axes = {}};
    if (grid.dim() != read.problem.samples.dim())
      throw InputError(fmt::format("--at: {}: must have as many dimensions as the data, {}, got {}",
                                   options.at->string(), read.problem.samples.dim(), grid.dim()));
    inputs.push_back(*options.at);
  }
  const fs::path directory = out.value_or(fs::path("results") / experiment.stem());
  Output output(directory, inputs);
  for (const std::string& warning : read.warnings) tell("warning: {}", warning);

  ProgressDisplay display(read.name, options.quiet);
  const runs::TheoryFile file =
      runs::predict(read, times, [&](const compare::Progress& p) { display.show(p); });
  for (const std::string& warning : file.theory.warnings)
    tell("warning: {}: {}", read.name, warning);
  display.show(Reached{.stage = "drawing figures"});
  runs::write_theory(file, output->path(), read);
  Undrawn undrawn;
  undrawn.add(file.name, reports::write_theory_report(file, output->path()));
  {
    const HeldSignals held;  // what is left takes a moment
    output->publish();
  }
  if (!options.quiet) print(file, directory, watch.seconds());
  undrawn.require_none(directory);
}

}  // namespace fprinciple::cli
