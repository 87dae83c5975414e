#include "runs/finished_cells.hpp"
#include "runs/output_directory.hpp"
#include "runs/run_sweep.hpp"
#include "runs/sweep.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "interruptible.hpp"
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>
#include <omp.h>

namespace fprinciple::python {
namespace {

namespace fs = std::filesystem;
namespace nb = nanobind;

using Eigen::Index;
using runs::CellResult;
using Flag = std::shared_ptr<std::atomic<bool>>;

/// What a cell gave, as it travels between processes: numbers, warnings, failure.
using CellArgs = std::tuple<std::map<std::string, double>, std::vector<std::string>, std::string>;

/// Asks for an end, from any thread, of cells that run in this process.
struct Stop {
  Flag flag = std::make_shared<std::atomic<bool>>(false);
};

runs::Sweep read(const std::string& file, const std::optional<std::string>& text,
                 const std::optional<std::string>& experiment_text) {
  return runs::read_sweep(text ? runs::TomlFile(file, *text) : runs::TomlFile(file),
                          experiment_text);
}

/// A sweep whose cells may be run in any order, here or elsewhere, and the place of its result.
class SweepRun {
 public:
  /// Reads every cell's experiment and claims the directory. With `keep`, cells are kept beside it,
  /// of which those that are there are known already with `resume`, and else removed.
  SweepRun(runs::Sweep sweep, const fs::path& directory, const std::vector<fs::path>& inputs,
           bool keep, bool resume)
      : sweep_(std::move(sweep)), plan_(runs::plan(sweep_)), output_(directory, inputs) {
    directory_ = fs::absolute(directory);
    if (!keep) return;
    finished_.emplace(fs::absolute(output_.beside(".cells")), plan_.identity);
    finished_->require_ours();
    if (resume) {
      known_ = finished_->read(sweep_.size(), damaged_);
    } else {
      removed_ = finished_->any();
      finished_->clear();
    }
  }

  const runs::Sweep& sweep() const { return sweep_; }
  Index known() const { return static_cast<Index>(known_.size()); }
  bool removed() const { return removed_; }
  const std::vector<std::string>& damaged() const { return damaged_; }
  std::string cells_directory() const { return finished_ ? finished_->directory().string() : ""; }
  std::vector<Index> to_run() const { return runs::cells_to_run(plan_, known_); }

  void enter(Index cell, const CellResult& result) {
    if (finished_) finished_->keep(cell, result);
    known_[cell] = result;
  }

  /// Runs what is not known, writes result.nc and summary.json, and puts them in place. Returns the
  /// directory. Throws RunError when all cells failed, and once `stop` is set.
  std::string finish(int threads, const std::atomic<bool>& stop) {
    const auto cube = runs::run_sweep(sweep_, plan_, finished_ ? &*finished_ : nullptr, known_,
                                      threads, [&](const runs::SweepProgress&) { return !stop; });
    if (!cube) throw RunError("the sweep was interrupted");
    if (cube->summary.at("failed") == cube->size() && finished_) finished_->clear();
    runs::require_any_succeeded(*cube);
    runs::write_cube(*cube, output_.path());
    output_.publish();
    if (finished_) finished_->clear();
    return directory_.string();
  }

 private:
  runs::Sweep sweep_;
  runs::SweepPlan plan_;
  runs::OutputDirectory output_;
  fs::path directory_;
  std::optional<runs::FinishedCells> finished_;
  std::map<Index, CellResult> known_;
  std::vector<std::string> damaged_;
  bool removed_ = false;
};

/// What Python holds, until it closes it: a traceback may live for long, and the directory is
/// claimed as long as the run lives. Work that outlives its call shares the run, and nothing of
/// Python's.
struct Handle {
  std::shared_ptr<SweepRun> run;
};

Handle begin(const std::string& file, const std::optional<std::string>& text,
             const std::optional<std::string>& experiment_text, const std::string& directory,
             bool keep, bool resume) {
  return interruptible([=]() -> Handle {
    runs::Sweep sweep = read(file, text, experiment_text);
    const std::vector<fs::path> inputs = runs::files_read(sweep, file);
    return {std::make_shared<SweepRun>(std::move(sweep), directory, inputs, keep, resume)};
  });
}

CellArgs run_cell(const runs::Sweep& sweep, Index cell, const Stop& stop) {
  CellResult result = interruptible(
      [sweep, cell, flag = stop.flag] { return runs::run_cell(sweep, cell, *flag); }, stop.flag);
  return {std::move(result.numbers), std::move(result.warnings), std::move(result.failure)};
}

}  // namespace

void bind_sweeps(nb::module_& module) {
  nb::class_<Stop>(module, "Stop").def(nb::init<>()).def("set", [](Stop& stop) {
    *stop.flag = true;
  });
  nb::class_<runs::Sweep>(module, "Sweep");
  module.def("read_sweep", &read, nb::arg("file"), nb::arg("text").none(),
             nb::arg("experiment").none());
  module.def("run_cell", &run_cell, nb::arg("sweep"), nb::arg("cell"), nb::arg("stop"));

  nb::class_<Handle>(module, "SweepRun")
      .def_prop_ro("name", [](const Handle& h) { return h.run->sweep().name; })
      .def_prop_ro("text", [](const Handle& h) { return h.run->sweep().text; })
      .def_prop_ro("experiment_text",
                   [](const Handle& h) { return h.run->sweep().experiment_text; })
      .def_prop_ro("size", [](const Handle& h) { return h.run->sweep().size(); })
      .def_prop_ro("known", [](const Handle& h) { return h.run->known(); })
      .def_prop_ro("removed", [](const Handle& h) { return h.run->removed(); })
      .def_prop_ro("damaged", [](const Handle& h) { return h.run->damaged(); })
      .def_prop_ro("cells_directory", [](const Handle& h) { return h.run->cells_directory(); })
      .def("close", [](Handle& h) { h.run.reset(); })
      .def("to_run", [](const Handle& h) { return h.run->to_run(); })
      .def("enter",
           [](const Handle& h, Index cell, const CellArgs& result) {
             const auto& [numbers, warnings, failure] = result;
             h.run->enter(cell, {numbers, warnings, failure});
           })
      .def(
          "finish",
          [](const Handle& h, std::optional<int> threads) {
            const Flag stop = std::make_shared<std::atomic<bool>>(false);
            return interruptible(
                [run = h.run, stop, count = threads.value_or(omp_get_max_threads())] {
                  return run->finish(count, *stop);
                },
                stop);
          },
          nb::arg("threads").none());
  module.def("begin_sweep", &begin, nb::arg("file"), nb::arg("text").none(),
             nb::arg("experiment").none(), nb::arg("directory"), nb::arg("keep"),
             nb::arg("resume"));
}

}  // namespace fprinciple::python
