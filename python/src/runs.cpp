#include "runs/experiment_file.hpp"
#include "runs/output_directory.hpp"
#include "runs/result_file.hpp"
#include "runs/run.hpp"
#include "runs/toml_reader.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "interruptible.hpp"
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace fprinciple::python {
namespace {

namespace fs = std::filesystem;
namespace nb = nanobind;

/// A dotted key and its value in TOML.
using EditArgs = std::pair<std::string, std::string>;

/// Runs the experiment of a file, or of a text that stands for one, and writes what the command
/// writes but for the report. Returns the directory.
std::string run(const std::string& file, const std::optional<std::string>& text,
                const std::vector<EditArgs>& edits, const std::optional<std::string>& directory) {
  runs::TomlFile toml = text ? runs::TomlFile(file, *text) : runs::TomlFile(file);
  for (const auto& [key, value] : edits)
    toml.set({.file = toml.name(), .line = 1, .key = key}, value);
  runs::Experiment experiment = runs::read_experiment(toml);
  const fs::path out = directory ? fs::path(*directory) : fs::path("results") / experiment.name;
  const auto given_up = std::make_shared<std::atomic<bool>>(false);
  return interruptible(
      [experiment = std::move(experiment), out, given_up,
       inputs = text ? std::vector<fs::path>{} : std::vector<fs::path>{file}] {
        runs::OutputDirectory output(out, inputs);
        nn::Supervision supervision;
        supervision.wish = [given_up] {
          return *given_up ? nn::Supervision::Wish::stop : nn::Supervision::Wish::go_on;
        };
        runs::write_run(runs::run(experiment, {}, supervision), output.path());
        output.publish();
        return fs::absolute(out).string();
      },
      given_up);
}

}  // namespace

void bind_runs(nb::module_& module) {
  module.def("run", &run, nb::arg("file"), nb::arg("text").none(), nb::arg("edits"),
             nb::arg("directory").none());
}

}  // namespace fprinciple::python
