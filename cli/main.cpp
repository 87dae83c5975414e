#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/simd.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "cli/held_signals.hpp"
#include "cli/measure_command.hpp"
#include "cli/predict_command.hpp"
#include "cli/start_threads.hpp"
#include "cli/terminal.hpp"
#include "cli/width_command.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <glog/logging.h>
#include <omp.h>

namespace {

namespace cli = fprinciple::cli;

// run_failed also says that a verified number has moved. And 128 + the signal that ended training.
enum ExitStatus { done = 0, run_failed = 1, bad_input = 2 };

/// The solvers' library logs, on stderr and to files in /tmp, whatever we print ourselves.
void silence_logging() {
  FLAGS_logtostderr = true;
  FLAGS_minloglevel = google::NUM_SEVERITIES;
}

/// Throws InputError when there is none: every path that is relative to it would fail, later.
void require_working_directory() {
  std::error_code error;
  [[maybe_unused]] const auto here = std::filesystem::current_path(error);
  if (error)
    throw fprinciple::InputError(fmt::format("there is no working directory: {}", error.message()));
}

/// A name that results, pages and figures bear.
void require_utf8(const std::string& name, const std::filesystem::path& path) {
  if (!cli::is_utf8(name))
    throw fprinciple::InputError(
        fmt::format("{}: must be UTF-8, as its name stands in the result", path.string()));
}

/// Help and version, on stdout; what is wrong, on stderr.
ExitStatus end_of_parsing(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    cli::tell("{}", error.what());
    cli::tell("Run with --help for more information.");
    return bad_input;
  }
  std::stringstream words;
  app.exit(error, words, words);
  for (std::string line; std::getline(words, line);) cli::say("{}", line);
  return done;
}

/// Does what the command line says.
ExitStatus run(int argc, char** argv) {
  CLI::App app("Holds the linear frequency principle against really trained networks.",
               "fprinciple");
  cli::Options options;
  int threads = 0;
  std::filesystem::path experiment, reproduced = "results/reproduce";
  std::filesystem::path overlaid = "results/overlay";
  std::vector<std::filesystem::path> directories;
  std::optional<std::filesystem::path> out;
  std::vector<std::string> names, only;
  std::filesystem::path expected;
  fprinciple::runs::Tolerance tolerance;

  app.set_version_flag("--version", fmt::format("fprinciple {}", fprinciple::base::version()));
  app.add_flag("--quiet", options.quiet, "Print warnings and errors only");
  app.add_option("--threads", threads, "Number of threads")->check(CLI::Range(1, 1024));
  app.fallthrough();
  app.require_subcommand(1);

  // What has a file to work on, and is gone on with.
  const auto takes_file = [&](CLI::App* command, const char* name, const char* what,
                              const char* resume) {
    command->add_option(name, experiment, what)->required();
    command->add_option("--out", out, "Output directory (default: results/<the file's stem>)");
    command->add_flag("--resume", options.resume, resume);
    return command;
  };
  const char* const kExperiment = "The experiment file (TOML)";
  const char* const kCheckpoint = "Go on from the checkpoint of an interrupted run";
  const CLI::App* run =
      takes_file(app.add_subcommand("run", "Run one experiment: predict, train, compare, report"),
                 "experiment", kExperiment, kCheckpoint);
  const CLI::App* bounds =
      takes_file(app.add_subcommand("bounds", "The same, with the theory's generalisation bounds"),
                 "experiment", kExperiment, kCheckpoint);

  cli::PredictOptions foretold;
  CLI::App* predict =
      app.add_subcommand("predict", "Theory alone, at any points and times: no network is trained");
  predict->add_option("experiment", experiment, kExperiment)->required();
  predict->add_option("--out", out, "Output directory (default: results/<the file's stem>)");
  predict->add_option("--at", foretold.at, "Points (CSV, header x1,…,xd), in place of the grid");
  predict
      ->add_option("--times", foretold.times,
                   "Times t, with commas, inf for the limit (default: chosen from the rates)")
      ->delimiter(',');

  cli::WidthOptions wide;
  CLI::App* width = app.add_subcommand(
      "width", "How wide the network must be for network and prediction to agree");
  width->add_option("experiment", experiment, kExperiment)->required();
  width
      ->add_option("--error", wide.error,
                   "How near they are to be at the end, as a share of the prediction's movement")
      ->capture_default_str();
  width->add_option("--seconds", wide.seconds, "About as much may be spent on finding out")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  width->add_option("--out", out, "Output directory (default: results/<the file's stem>)");

  CLI::App* reproduce = app.add_subcommand(
      "reproduce", "Run the experiments of the papers and the studies, with one report");
  reproduce->add_option(
      "names", names,
      fmt::format("Which ones: {}; {} (default: all)", fmt::join(cli::paper_experiments(), ", "),
                  fmt::join(cli::studies(), ", ")));
  reproduce->add_option("--out", reproduced, "Output directory (default: results/reproduce)");
  reproduce->add_flag("--resume", options.resume,
                      "Go on from the checkpoints of an interrupted reproduction");

  const CLI::App* sweep = takes_file(
      app.add_subcommand("sweep", "Run an experiment in every cell of a cube, cells in parallel"),
      "sweep", "The sweep file (TOML)", "Go on from the cells of an interrupted sweep");

  cli::MeasureOptions measured;
  std::filesystem::path recording;
  CLI::App* measure = app.add_subcommand(
      "measure", "What any model of yours has learnt, frequency by frequency, from a recording");
  measure->add_option("recording", recording, "Samples, targets and outputs over time (NetCDF-4)")
      ->required();
  measure->add_option("--out", out, "Output directory (default: results/<the file's stem>)");
  measure
      ->add_option("--direction", measured.direction,
                   "Along which frequencies are counted: pca, x1, x2, … or numbers with commas")
      ->capture_default_str();
  measure
      ->add_option("--frequencies", measured.frequencies,
                   "In cycles per unit of x, with commas (default: those that the samples resolve)")
      ->delimiter(',');
  measure
      ->add_option("--delta", measured.delta,
                   "Widths of the Gaussian filters, with commas (default: five)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  measure->add_option("--threshold", measured.threshold, "Relative error of a frequency learnt")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  measure->add_option("--cut", measured.cut,
                      "The last low frequency (default: it halves the target's energy)");
  measure
      ->add_option(
          "--kernel", measured.kernel,
          "Width of the kernel whose eigenvectors are shown (default: the middle filter's)")
      ->check(CLI::PositiveNumber);
  measure->add_option("--seed", measured.seed, "Of the intervals' resamples")
      ->capture_default_str();

  CLI::App* report = app.add_subcommand(
      "report", "Draw figures and report of a result again, or of several runs overlaid");
  report
      ->add_option("directories", directories,
                   "A directory that this command has left; several of run: one report of them")
      ->required();
  CLI::Option* overlaid_option = report->add_option(
      "--out", overlaid, "Output directory of several runs (default: results/overlay)");

  CLI::App* verify =
      app.add_subcommand("verify", "Run one experiment and hold its numbers against expected ones");
  verify->add_option("experiment", experiment, "The experiment file (TOML)")->required();
  verify->add_option("--expect", expected, "A summary.json, or a part of one")->required();
  verify->add_option("--rtol", tolerance.rtol, "|new - expected| <= atol + rtol |expected|")
      ->capture_default_str();
  verify->add_option("--atol", tolerance.atol, "See --rtol")->capture_default_str();
  verify->add_option("--only", only, "Compare these keys only, such as /error or /train/loss");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return end_of_parsing(app, error);  // --help and --version, too
  }
  require_working_directory();
  cli::watch_signals();
  silence_logging();
  fprinciple::base::reuse_freed_memory();
  if (const char* const wish =
          std::getenv("FPRINCIPLE_VECTORS")) {  // NOLINT(concurrency-mt-unsafe)
    const std::string_view bytes = wish;
    if (bytes != "16" && bytes != "32" && bytes != "64")
      throw fprinciple::InputError("FPRINCIPLE_VECTORS: must be 16, 32 or 64 in the environment");
    fprinciple::base::longest_vectors = bytes == "16" ? 16 : bytes == "32" ? 32 : 64;
  }
  const int wanted = threads > 0 ? threads : omp_get_max_threads();
  if (const int started = cli::start_threads(wanted); started < wanted)
    cli::tell("warning: there is memory for {} of {} threads only", started, wanted);
  require_utf8(experiment.stem().string(), experiment);
  options.bounds = bounds->parsed();
  if (run->parsed() || bounds->parsed()) cli::run_experiment(experiment, out, options);
  if (predict->parsed()) {
    foretold.quiet = options.quiet;
    cli::predict_experiment(experiment, out, foretold);
  }
  if (width->parsed()) {
    wide.quiet = options.quiet;
    cli::how_wide(experiment, out, wide);
  }
  if (sweep->parsed()) cli::run_sweep(experiment, out, options);
  if (measure->parsed()) {
    require_utf8(recording.stem().string(), recording);
    measured.quiet = options.quiet;
    cli::measure_recording(recording, out, measured);
  }
  if (reproduce->parsed()) cli::reproduce(names, reproduced, options);
  if (report->parsed()) {
    const bool several = directories.size() > 1;
    if (!several && overlaid_option->count() > 0)
      throw fprinciple::InputError("--out: is for several directories; one is drawn in place");
    if (several)
      for (const auto& directory : directories) require_utf8(directory.string(), directory);
    if (several)
      cli::overlay(directories, overlaid, options.quiet);
    else
      cli::redraw(directories.front(), options.quiet);
  }
  if (verify->parsed() &&
      !cli::verify_experiment(experiment, expected, tolerance, only, options.quiet))
    return run_failed;
  return done;
}

/// On stderr; never throws.
int fail(int status, const char* message) {
  cli::give_way_to_signal();
  cli::tell_line(message);
  return status;
}

/// As a shell reads it back.
std::string shell_word(const std::string& word) {
  constexpr auto kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=+,:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

/// This command line, to go on from the checkpoint.
std::string resuming(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  if (std::find(words.begin(), words.end(), "--resume") == words.end())
    words.emplace_back("--resume");
  for (std::string& word : words) word = shell_word(word);
  return fmt::format("{}", fmt::join(words, " "));
}

/// The exit status; what is wrong is told.
int guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const fprinciple::InputError& error) {
    return fail(bad_input, error.what());
  } catch (const cli::EndedBySignal& ended) {
    cli::tell("{}. Go on with", ended.what());
    cli::tell("  {}", resuming(argc, argv));
    return 128 + ended.signal;
  } catch (const std::bad_alloc&) {
    return fail(run_failed, "there is not enough memory");
  } catch (const std::exception& error) {
    return fail(run_failed, error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  // What nobody can catch, for want of memory for the exception itself.
  std::set_terminate(cli::end_for_want_of_memory);
  int status = run_failed;
  try {
    cli::keep_standard_streams();
    status = guarded(argc, argv);
    if (!cli::said_all() && status == done) {
      const std::string why = std::system_category().message(errno);
      cli::tell("what there is to say cannot be written to stdout: {}", why);
      status = run_failed;
    }
  } catch (...) {  // in the middle of telling
    fail(status, "there is not enough memory");
  }
  cli::give_way_to_signal();
  // Where memory gave out, OpenBLAS would wait here for its threads, and they for memory.
  if (status != done) std::_Exit(status);
  return status;
}
