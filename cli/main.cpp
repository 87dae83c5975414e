#include "cli/commands.hpp"
#include "data/error.hpp"
#include "data/linear_algebra.hpp"
#include "data/version.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <omp.h>
#include <spdlog/fmt/fmt.h>

namespace {

namespace cli = fprinciple::cli;

enum ExitStatus { done = 0, run_failed = 1, bad_input = 2 };

/// Does what the command line says.
ExitStatus run(int argc, char** argv) {
  CLI::App app("Holds the linear frequency principle against really trained networks.",
               "fprinciple");
  bool quiet = false;
  int threads = 0;
  std::filesystem::path experiment, directory, reproduced = "results/reproduce";
  std::optional<std::filesystem::path> out;
  std::vector<std::string> names;

  app.set_version_flag("--version", fmt::format("fprinciple {}", fprinciple::data::version()));
  app.add_flag("--quiet", quiet, "Print warnings and errors only");
  app.add_option("--threads", threads, "Number of threads")->check(CLI::Range(1, 1024));
  app.fallthrough();
  app.require_subcommand(1);

  CLI::App* run = app.add_subcommand("run", "Run one experiment: predict, train, compare, report");
  run->add_option("experiment", experiment, "The experiment file (TOML)")->required();
  run->add_option("--out", out, "Output directory (default: results/<the file's stem>)");

  CLI::App* reproduce =
      app.add_subcommand("reproduce", "Run the experiments of the papers, with one report");
  reproduce->add_option(
      "names", names,
      fmt::format("Which ones: {} (default: all)", fmt::join(cli::paper_experiments(), ", ")));
  reproduce->add_option("--out", reproduced, "Output directory (default: results/reproduce)");

  CLI::App* report = app.add_subcommand("report", "Draw figures and report of a result again");
  report->add_option("directory", directory, "A directory that run or reproduce left")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? done : bad_input;  // --help and --version end here, too
  }
  fprinciple::data::keep_blas_to_one_thread();
  if (threads > 0) omp_set_num_threads(threads);
  if (run->parsed()) cli::run_experiment(experiment, out, quiet);
  if (reproduce->parsed()) cli::reproduce(names, reproduced, quiet);
  if (report->parsed()) cli::redraw(directory, quiet);
  return done;
}

/// On stderr; never throws.
ExitStatus fail(ExitStatus status, const char* message) {
  std::fputs(message, stderr);
  std::fputc('\n', stderr);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const fprinciple::InputError& error) {
    return fail(bad_input, error.what());
  } catch (const fprinciple::RunError& error) {
    return fail(run_failed, error.what());
  } catch (const std::bad_alloc&) {
    return fail(run_failed, "there is not enough memory");
  } catch (const std::exception& error) {
    return fail(run_failed, error.what());
  }
}
