#include "cli/width_command.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "compare/width.hpp"
#include "io/json.hpp"
#include "runs/experiment_file.hpp"
#include "runs/files_named.hpp"
#include "runs/width_summary.hpp"

#include <fmt/format.h>

namespace fprinciple::cli {
namespace fs = std::filesystem;
namespace {

std::string cell(const std::optional<compare::Estimate>& estimate) {
  if (!estimate) return "-";
  return fmt::format("{} ({} to {})", compare::in_percent(estimate->value),
                     compare::in_percent(estimate->low), compare::in_percent(estimate->high));
}

void print(const std::string& title, const compare::HowWide& found, const fs::path& directory,
           double seconds) {
  say("{}", title);
  say("  summary        {}", (directory / "summary.json").string());
  say("  in % of the prediction's movement, medians over seeds (95 %):");
  constexpr auto kRow = "  {:>9}  {:<22}  {:<22}  {}";
  say(kRow, "width", "finite width", "non-linearity", "network to prediction");
  for (const compare::WidthRow& row : found.rows)
    say(kRow, row.width, cell(row.finite_width), cell(row.nonlinearity), cell(row.error));
  if (found.floor > 0.0)
    say("  {:>9}  the model leaves out {}", "∞", compare::in_percent(found.floor));
  say("  {}", found.sentence);
  say("  time           {:.1f} s", seconds);
}

}  // namespace

void how_wide(const fs::path& experiment, const std::optional<fs::path>& out,
              const WidthOptions& options) {
  const base::Stopwatch watch;
  const compare::WidthTask task{.error = options.error, .seconds = options.seconds};
  if (!(task.error > 0.0 && task.error < 1.0))
    throw InputError(fmt::format("--error: must be above 0 and below 1, got {}", task.error));
  const runs::Experiment read = runs::read_experiment(experiment);
  std::vector<fs::path> inputs = runs::files_named(read.text, experiment.parent_path());
  inputs.push_back(experiment);
  const fs::path directory = out.value_or(fs::path("results") / experiment.stem());
  Output output(directory, inputs);
  for (const std::string& warning : read.warnings) tell("warning: {}", warning);

  compare::HowWide found;
  {
    ProgressDisplay display(read.name, options.quiet);
    found = compare::how_wide(read.problem, task, [&](const compare::WidthProgress& p) {
      if (p.found.empty())
        display.show(Reached{.stage = p.stage, .done = p.done});
      else if (!options.quiet)
        tell("{}: {}", read.name, p.found);
    });
  }
  for (const std::string& note : found.notes) tell("warning: {}: {}", read.name, note);
  io::write_json(output->path() / "summary.json",
                 runs::width_summary(read, task, found, watch.seconds()));
  {
    const HeldSignals held;  // what is left takes a moment
    output->publish();
  }
  if (!options.quiet) print(read.title, found, directory, watch.seconds());
}

}  // namespace fprinciple::cli
