#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/simd.hpp"
#include "base/version.hpp"
#include "cli/commands.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <omp.h>

namespace {

namespace cli = fprinciple::cli;

// run_failed also says that a verified number has moved. And 128 + the signal that ended training.
enum ExitStatus { done = 0, run_failed = 1, bad_input = 2 };

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
    return app.exit(error) == 0 ? done : bad_input;  // --help and --version end here, too
  }
  fprinciple::base::reuse_freed_memory();
  if (const char* const wish =
          std::getenv("FPRINCIPLE_VECTORS")) {  // NOLINT(concurrency-mt-unsafe)
    const std::string_view bytes = wish;
    if (bytes != "16" && bytes != "32" && bytes != "64")
      throw fprinciple::InputError("FPRINCIPLE_VECTORS: must be 16, 32 or 64 in the environment");
    fprinciple::base::longest_vectors = bytes == "16" ? 16 : bytes == "32" ? 32 : 64;
  }
  if (threads > 0) omp_set_num_threads(threads);
  options.bounds = bounds->parsed();
  if (run->parsed() || bounds->parsed()) cli::run_experiment(experiment, out, options);
  if (sweep->parsed()) cli::run_sweep(experiment, out, options);
  if (reproduce->parsed()) cli::reproduce(names, reproduced, options);
  if (report->parsed()) {
    const bool several = directories.size() > 1;
    if (!several && overlaid_option->count() > 0)
      throw fprinciple::InputError("--out: is for several directories; one is drawn in place");
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
  std::fputs(message, stderr);
  std::fputc('\n', stderr);
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

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const fprinciple::InputError& error) {
    return fail(bad_input, error.what());
  } catch (const fprinciple::RunError& error) {
    return fail(run_failed, error.what());
  } catch (const cli::EndedBySignal& ended) {
    return fail(128 + ended.signal,
                fmt::format("{}. Go on with\n  {}", ended.what(), resuming(argc, argv)).c_str());
  } catch (const std::bad_alloc&) {
    return fail(run_failed, "there is not enough memory");
  } catch (const std::exception& error) {
    return fail(run_failed, error.what());
  }
}
