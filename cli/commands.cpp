#include "cli/commands.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "base/version.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/supervisor.hpp"
#include "cli/sweep_command.hpp"
#include "cli/undrawn.hpp"
#include "io/json.hpp"
#include "reports/gnuplot.hpp"
#include "reports/measured_page.hpp"
#include "reports/overlay.hpp"
#include "reports/report.hpp"
#include "runs/experiment_file.hpp"
#include "runs/files_named.hpp"
#include "runs/measured_file.hpp"
#include "runs/output_directory.hpp"
#include "runs/result_file.hpp"
#include "runs/run.hpp"
#include "runs/summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace fprinciple::cli {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
using runs::Experiment;
using runs::Run;

/// The number at a place in a summary; nan where there is none (JSON writes nan as null).
double number(const json& summary, const std::string& pointer) {
  const json::json_pointer place(pointer);
  if (!summary.contains(place) || !summary.at(place).is_number())
    return std::numeric_limits<double>::quiet_NaN();
  return summary.at(place).get<double>();
}

/// How far the routes that were taken agree with the dual solution, in words.
std::string solver_agreement(const json& summary) {
  double largest = 0.0;
  int routes = 1;
  for (const char* solver : {"ode", "propagator", "ceres"}) {
    if (!summary.contains(json::json_pointer(fmt::format("/solvers/{}/seconds", solver)))) continue;
    const double difference = number(summary, fmt::format("/solvers/{}/max_difference", solver));
    if (!(difference <= largest)) largest = difference;  // nan stays
    ++routes;
  }
  return fmt::format("{} routes agree to {:.1e} of max|y|", routes, largest);
}

/// Each bound, how far it is above the error that it bounds, and what it knows.
void print_bounds(const json& summary) {
  const auto show = [&](const char* name, const char* key, const std::string& rest) {
    say("  {:<14} {:9.3g}  {}", name, number(summary, fmt::format("/bounds/{}", key)), rest);
  };
  if (const double norm = number(summary, "/bounds/fp_norm"); std::isfinite(norm)) {
    say("  bounds         with Q = {:.4g}, n = {}, δ = {:g}, over the whole box:", norm,
        number(summary, "/problem/samples"), number(summary, "/bounds/delta"));
    for (const runs::BoundWords& bound : runs::bound_words)
      show(bound.name, bound.key,
           fmt::format("{:9.3g} × the error; {}",
                       number(summary, fmt::format("/bounds/tightness/{}", bound.key)),
                       bound.knows));
  }
  show("error", "measured_lfp", "the mean of |f − h_n|, h_n the prediction's limit");
  show("", "measured_lfp_l2", "its root mean square");
  show("", "measured_nn", "the mean of |f − f_nn|, the network");
  show("", "measured_nn_l2",
       fmt::format("its root mean square; all four to {:.1g} of themselves",
                   number(summary, "/bounds/measured_error")));
  if (const std::string note = summary.at("bounds").at("note"); !note.empty())
    say("  note           {}", note);
}

void print_summary(const Run& run, const fs::path& directory, double seconds) {
  const json& summary = run.summary;
  say("{}", run.title);
  say("  report         {}", (directory / "report.html").string());
  say("  f_nn - f_lfp   rmse {:.2e}, relative L2 {:.2e}, max {:.2e}",
      number(summary, "/error/rmse"), number(summary, "/error/relative_l2"),
      number(summary, "/error/max"));
  say("  training       loss {:.2e} after {} steps, t = {:.4g}", number(summary, "/train/loss"),
      number(summary, "/train/steps"), number(summary, "/train/time"));
  if (summary.contains("solvers")) say("  LFP solvers    {}", solver_agreement(summary));
  if (summary.contains("bounds")) print_bounds(summary);
  say("  time           {:.1f} s", seconds);
}

void print_warnings(const Experiment& experiment) {
  for (const std::string& warning : experiment.warnings) tell("warning: {}", warning);
}

/// The warnings that the run has added to those already printed.
void print_run_warnings(const Run& run, const std::vector<std::string>& printed) {
  for (const std::string& warning : run.summary.value("warnings", std::vector<std::string>{}))
    if (std::find(printed.begin(), printed.end(), warning) == printed.end())
      tell("warning: {}: {}", run.name, warning);
}

/// The files that an experiment reads, see runs::files_named.
std::vector<fs::path> inputs(const Experiment& experiment, const fs::path& file) {
  std::vector<fs::path> files = runs::files_named(experiment.text, file.parent_path());
  files.push_back(file);
  return files;
}

/// Runs an experiment and leaves results, figures and report in an existing directory.
Run run_into(const fs::path& directory, const Experiment& experiment, Supervisor& supervisor,
             Undrawn& undrawn, bool quiet) {
  Run run;
  std::vector<std::string> printed = experiment.warnings;
  try {
    ProgressDisplay display(experiment.name, quiet);
    const auto see = [&](const compare::Progress& p) {
      if (p.stage != compare::Stage::training) supervisor.training_is_over();
      if (!p.warning.empty()) {
        tell("warning: {}: {}", experiment.name, p.warning);
        printed.push_back(p.warning);
      } else if (!p.forecast.empty()) {
        if (!quiet) tell("{}: forecast: {}", experiment.name, p.forecast);
      } else {
        display.show(p);
      }
    };
    run = runs::run(experiment, see, supervisor.supervision());
    display.show(Reached{.stage = "drawing figures"});
    runs::write_run(run, directory);
    undrawn.add(experiment.name, reports::write_report(run, directory, experiment.figures));
  } catch (const Interrupted&) {
    throw supervisor.ended();
  }
  print_run_warnings(run, printed);
  return run;
}

/// Runs an experiment and leaves nothing.
Run run_unwritten(const Experiment& experiment, bool quiet) {
  ProgressDisplay display(experiment.name, quiet);
  return runs::run(experiment, [&](const compare::Progress& p) {
    if (p.warning.empty()) display.show(p);  // warnings come with the summary
  });
}

/// Columns as wide as they must be; "-" where there is no number.
void print_moved(const std::vector<runs::Moved>& moved) {
  const auto cell = [](double x) { return std::isnan(x) ? "-" : fmt::format("{:.2e}", x); };
  std::vector<std::array<std::string, 5>> rows = {
      {"key", "expected", "got", "relative difference", "allowed"}};
  for (const runs::Moved& m : moved)
    rows.push_back({m.key, m.expected, m.got, cell(m.difference), cell(m.allowed)});
  std::array<std::size_t, 4> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i)
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    say("{}{}", line, row.back());
  }
}

/// What is no fault, but good to know.
void print_notes(const runs::Verdict& verdict, const fs::path& expected) {
  if (!verdict.version.empty())
    tell("{}: of version {}, this is {}", expected.string(), verdict.version, base::version());
  if (!verdict.unexpected.empty())
    tell("not in {}: {}", expected.string(), fmt::join(verdict.unexpected, ", "));
}

json read_summary(const fs::path& directory) { return io::read_json(directory / "summary.json"); }

/// The experiments of the papers, wherever they lie.
fs::path experiments_folder() {
  if (const char* folder = std::getenv("FPRINCIPLE_EXPERIMENTS")) return folder;
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path installed = program / FPRINCIPLE_EXPERIMENTS;
  return fs::weakly_canonical(fs::exists(installed) ? installed : program / "experiments");
}

/// Those of `all` that are among `names`; all when there are no names.
std::vector<std::string> chosen(const std::vector<std::string>& all,
                                const std::vector<std::string>& names) {
  if (names.empty()) return all;
  std::vector<std::string> out;
  for (const std::string& name : all)
    if (std::find(names.begin(), names.end(), name) != names.end()) out.push_back(name);
  return out;
}

/// Throws InputError for a name that is neither an experiment nor a study.
void require_known(const std::vector<std::string>& names) {
  std::vector<std::string> all = paper_experiments();
  for (const std::string& study : cli::studies()) all.push_back(study);
  for (const std::string& name : names)
    if (std::find(all.begin(), all.end(), name) == all.end())
      throw InputError(
          fmt::format("no experiment is called {}; there are {}", name, fmt::join(all, ", ")));
}

/// The figures that the experiment asked for; empty: all that apply.
std::vector<runs::FigureName> figures_of(const fs::path& directory, const json& summary) {
  const io::JsonValue root((directory / "summary.json").string(), summary);
  std::vector<runs::FigureName> figures;
  if (!root.has("report") || !root.at("report").has("figures")) return figures;
  const io::JsonValue names = root.at("report").at("figures");
  for (const std::string& name : names.texts()) {
    const auto figure = base::find_named<runs::FigureName>(name);
    if (!figure)
      names.fail(
          fmt::format("must be of {}", fmt::join(base::all_names<runs::FigureName>(), ", ")));
    figures.push_back(*figure);
  }
  return figures;
}

Run redraw_one(const fs::path& directory, Undrawn& undrawn) {
  Run run = runs::read_run(directory);
  undrawn.add(run.name, reports::write_report(run, directory, figures_of(directory, run.summary)));
  return run;
}

void redraw_all(const fs::path& directory, const json& summary, Undrawn& undrawn) {
  const auto redraw_study = [&](const fs::path& folder) {
    reports::Study study = redraw_sweep(folder);
    undrawn.add(study.cube.name, study.not_drawn);
    return study;
  };
  if (summary.contains("axes")) {
    redraw_study(directory);
    return;
  }
  if (summary.contains("spectral_bias")) {
    const runs::MeasuredFile file = runs::read_measured(directory);
    undrawn.add(file.name, reports::write_measured_report(file, directory));
    return;
  }
  if (!summary.contains("experiments") && !summary.contains("studies")) {
    redraw_one(directory, undrawn);
    return;
  }
  const io::JsonValue root((directory / "summary.json").string(), summary);
  const auto require_called = [](const std::string& name, const fs::path& folder) {
    if (folder.filename() != name)
      throw InputError(fmt::format("{}: name: must be that of its directory, {}",
                                   (folder / "summary.json").string(), folder.filename().string()));
  };
  const auto in_order = [&](const char* kind, const std::vector<std::string>& names,
                            const auto& redraw_named) {
    for (const std::string& name : names)
      if (root.has(kind) && root.at(kind).has(name)) redraw_named(directory / name);
  };
  std::vector<Run> runs;
  std::vector<reports::Study> studies;
  in_order("experiments", paper_experiments(), [&](const fs::path& folder) {
    runs.push_back(redraw_one(folder, undrawn));
    require_called(runs.back().name, folder);
  });
  in_order("studies", cli::studies(), [&](const fs::path& folder) {
    studies.push_back(redraw_study(folder));
    require_called(studies.back().cube.name, folder);
  });
  reports::write_combined_report(runs, studies, directory);
}

}  // namespace

std::vector<std::string> paper_experiments() {
  return {"fig1a", "fig1b", "tanh1", "tanh2", "fig2", "fig2_code"};
}

std::vector<std::string> studies() {
  return {"width_fig1a",   "width_fig2", "time",      "initial_output", "initial_scale",
          "phase_diagram", "noise",      "frequency", "methods",        "critical_exponent"};
}

void run_experiment(const fs::path& file, const std::optional<fs::path>& out, Options options) {
  const base::Stopwatch watch;
  const Experiment experiment = runs::read_experiment(file, options.bounds);
  print_warnings(experiment);
  reports::require_gnuplot();
  const fs::path directory = out.value_or(fs::path("results") / experiment.name);
  Output output(directory, inputs(experiment, file));
  Supervisor supervisor(experiment, output->beside(".checkpoint.nc"), output->path(), options);
  Undrawn undrawn;
  const Run run = run_into(output->path(), experiment, supervisor, undrawn, options.quiet);
  const HeldSignals held;  // what is left takes a moment
  output->publish();
  supervisor.remove_checkpoint();
  if (!options.quiet) print_summary(run, directory, watch.seconds());
  undrawn.require_none(directory);
}

void reproduce(const std::vector<std::string>& names, const fs::path& out, Options options) {
  require_known(names);
  std::vector<fs::path> files;
  const auto reads = [&](const std::vector<fs::path>& more) {
    files.insert(files.end(), more.begin(), more.end());
  };
  std::vector<Experiment> experiments;
  for (const std::string& name : chosen(paper_experiments(), names)) {
    const fs::path file = experiments_folder() / (name + ".toml");
    experiments.push_back(runs::read_experiment(file));
    reads(inputs(experiments.back(), file));
  }
  std::vector<ReadSweep> read;
  for (const std::string& name : chosen(studies(), names)) {
    const fs::path file = experiments_folder() / "studies" / (name + ".toml");
    read.push_back(read_sweep(file));
    reads(runs::files_read(read.back().sweep, file));
  }
  reports::require_gnuplot();
  Output output(out, files);
  std::deque<Supervisor> supervisors;  // all, so that a checkpoint that is refused is told at once
  for (const Experiment& experiment : experiments) {
    print_warnings(experiment);
    supervisors.emplace_back(experiment,
                             output->beside(fmt::format(".{}.checkpoint.nc", experiment.name)),
                             output->path(), options);
  }
  std::vector<PreparedSweep> sweeps;
  for (ReadSweep& sweep : read) {
    const fs::path cells = output->beside(fmt::format(".{}.cells", sweep.sweep.name));
    sweeps.push_back(prepare_sweep(std::move(sweep), cells, options));
  }
  std::vector<Run> runs;
  std::vector<reports::Study> results;
  std::vector<double> seconds;
  Undrawn undrawn;
  json summary = {{"program", "fprinciple"}, {"version", base::version()}};
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    const base::Stopwatch watch;
    const std::string& name = experiments[i].name;
    const fs::path directory = output->path() / name;
    fs::create_directory(directory);
    runs.push_back(run_into(directory, experiments[i], supervisors[i], undrawn, options.quiet));
    summary["experiments"][name] = runs.back().summary;
    seconds.push_back(watch.seconds());
  }
  for (const PreparedSweep& sweep : sweeps) {
    const fs::path directory = output->path() / sweep.sweep.name;
    fs::create_directory(directory);
    results.push_back(sweep_into(directory, sweep, options.quiet));
    undrawn.add(sweep.sweep.name, results.back().not_drawn);
    summary["studies"][sweep.sweep.name] = results.back().cube.summary;
  }
  reports::write_combined_report(runs, results, output->path());
  io::write_json(output->path() / "summary.json", summary);
  const HeldSignals held;  // what is left takes a moment
  output->publish();
  for (const Supervisor& supervisor : supervisors) supervisor.remove_checkpoint();
  for (const PreparedSweep& sweep : sweeps) sweep.finished.clear();
  if (!options.quiet) {
    for (std::size_t i = 0; i < runs.size(); ++i)
      print_summary(runs[i], out / runs[i].name, seconds[i]);
    for (const reports::Study& study : results) print_summary(study.cube, out / study.cube.name);
    say("All together: {}", (out / "report.html").string());
  }
  undrawn.require_none(out);
}

void redraw(const fs::path& directory, bool quiet) {
  if (!runs::is_result_directory(directory))
    throw InputError(fmt::format("{}: holds no results of fprinciple", directory.string()));
  const json summary = read_summary(directory);
  for (const auto& [key, why] :
       {std::pair{"runs",
                  "holds runs overlaid; draw them again with fprinciple report DIR1 DIR2 …"},
        {"predict", "is theory alone, which `fprinciple predict` computes and draws anew"},
        {"width", "is what `fprinciple width` has found, which has no figures"}})
    if (summary.contains(key)) throw InputError(fmt::format("{}: {}", directory.string(), why));
  reports::require_gnuplot();
  // Drawn on a copy, so that a redrawing that fails or is killed harms nothing.
  Output output(directory, {}, Output::Foreign::keep);
  output->copy_old();
  Undrawn undrawn;
  redraw_all(output->path(), read_summary(output->path()), undrawn);
  if (undrawn.any()) throw RunError(fmt::format("{}: is left as it was", directory.string()));
  const HeldSignals held;  // what is left takes a moment
  output->publish();
  if (!quiet) say("{}", (directory / "report.html").string());
}

void overlay(const std::vector<fs::path>& directories, const fs::path& out, bool quiet) {
  std::vector<reports::OverlaidRun> runs;
  json summary = {{"program", "fprinciple"}, {"version", base::version()}};
  for (const fs::path& directory : directories) {
    const json run = read_summary(directory);
    if (!runs::is_result_directory(directory) || !fs::exists(directory / "result.nc") ||
        run.contains("axes"))
      throw InputError(fmt::format("{}: holds no single run of fprinciple{}", directory.string(),
                                   run.is_object() && run.contains("experiments")
                                       ? "; it has several, each in a directory of its own below it"
                                       : ""));
    runs.push_back({directory, runs::read_run(directory)});
    summary["runs"].push_back(run);
  }
  reports::require_gnuplot();
  Output output(out, directories);
  Undrawn undrawn;
  undrawn.add("overlay", reports::write_overlay(runs, output->path()));
  if (undrawn.any()) throw RunError(fmt::format("{}: is not written", out.string()));
  io::write_json(output->path() / "summary.json", summary);
  const HeldSignals held;  // what is left takes a moment
  output->publish();
  if (!quiet) say("{}", (out / "report.html").string());
}

bool verify_experiment(const fs::path& file, const fs::path& expected,
                       const runs::Tolerance& tolerance, const std::vector<std::string>& only,
                       bool quiet) {
  const Experiment experiment = runs::read_experiment(file);
  const runs::Expectation expectation =
      runs::read_expectation(expected, experiment.name, tolerance, only);
  const Run run = run_unwritten(experiment, quiet);
  const runs::Verdict verdict = runs::verify(expectation, run.summary);
  if (!quiet) {
    print_run_warnings(run, {});
    print_notes(verdict, expected);
  }
  if (!verdict.moved.empty()) {
    print_moved(verdict.moved);
    return false;
  }
  if (!quiet)
    say("{}: {} numbers within rtol {:g}, atol {:g}", experiment.name, verdict.numbers,
        tolerance.rtol, tolerance.atol);
  return true;
}

}  // namespace fprinciple::cli
