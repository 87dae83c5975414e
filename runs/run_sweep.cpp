#include "runs/run_sweep.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/message.hpp"
#include "base/stopwatch.hpp"
#include "base/version.hpp"
#include "compare/memory.hpp"
#include "runs/checkpoint.hpp"
#include "runs/run.hpp"
#include "runs/toml_reader.hpp"
#include "runs/verify.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>

#include <boost/crc.hpp>
#include <fmt/format.h>
#include <omp.h>

namespace fprinciple::runs {
namespace {

using Eigen::Index;
using nlohmann::json;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Every number of an object, at any depth, that does not vary from run to run.
void collect(const json& object, const std::string& above, std::map<std::string, double>& out) {
  for (const auto& [name, value] : object.items()) {
    if (varies(name)) continue;
    const std::string key = above.empty() ? name : fmt::format("{}.{}", above, name);
    if (value.is_object()) collect(value, key, out);
    if (value.is_number()) out[key] = value.get<double>();
  }
}

/// The cube, filled cell by cell in any order.
class Collector {
 public:
  Collector(const Sweep& sweep, const SweepPlan& plan) : work_(plan.work) {
    cube_.name = sweep.name;
    cube_.title = sweep.title;
    cube_.text = sweep.text;
    cube_.experiment_text = sweep.experiment_text;
    cube_.axes = sweep.axes;
    cube_.failures.resize(work_.size());
    warnings_.resize(work_.size());
    total_ = std::accumulate(work_.begin(), work_.end(), 0.0);
  }

  void enter(Index cell, const CellResult& result) {
    const auto k = static_cast<std::size_t>(cell);
    for (const auto& [key, x] : result.numbers) {
      if (is_axis(key)) continue;  // its coordinate says it
      Eigen::VectorXd& values = cube_.numbers[key];
      if (values.size() == 0) values.setConstant(cube_.size(), kNan);
      values[cell] = x;
    }
    cube_.failures[k] = result.failure;
    warnings_[k] = result.warnings;
    ++progress_.done;
    progress_.failed += result.failure.empty() ? 0 : 1;
    done_ += work_[k];
    // Half of it goes with the width, half (the theory, wide steps) is the same for every cell.
    progress_.share = 0.5 * (done_ / total_ + static_cast<double>(progress_.done) /
                                                  static_cast<double>(cube_.size()));
  }

  const SweepProgress& progress() const { return progress_; }

  Cube cube(double seconds) {
    json axes = json::array();
    for (const CubeAxis& axis : cube_.axes)
      axes.push_back({{"name", axis.name}, {"values", axis.values}, {"labels", axis.labels}});
    std::map<std::string, Index> warnings;  // in how many cells
    for (const auto& list : warnings_)
      for (const std::string& warning : list) ++warnings[warning];
    cube_.summary = {{"program", "fprinciple"},
                     {"version", base::version()},
                     {"name", cube_.name},
                     {"title", cube_.title},
                     {"axes", axes},
                     {"cells", cube_.size()},
                     {"failed", progress_.failed},
                     {"warnings", warnings},
                     {"seconds", seconds}};
    return std::move(cube_);
  }

 private:
  bool is_axis(const std::string& key) const {
    return std::any_of(cube_.axes.begin(), cube_.axes.end(),
                       [&](const CubeAxis& axis) { return axis.name == key; });
  }

  std::vector<double> work_;
  double total_ = 0.0, done_ = 0.0;
  Cube cube_;
  std::vector<std::vector<std::string>> warnings_;
  SweepProgress progress_;
};

/// Of this thread's parallel regions: one thread, as long as it lives.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// At worst the largest cells are in flight together.
void require_memory_of(const std::vector<Index>& cells, const SweepPlan& plan, int threads) {
  std::vector<double> bytes;
  for (const Index cell : cells) bytes.push_back(plan.memory[static_cast<std::size_t>(cell)]);
  std::sort(bytes.begin(), bytes.end(), std::greater<>());
  bytes.resize(std::min(bytes.size(), static_cast<std::size_t>(threads)));
  base::require_memory(
      std::accumulate(bytes.begin(), bytes.end(), 0.0),
      fmt::format("{} cells of the sweep at a time (see --threads)", bytes.size()));
}

}  // namespace

SweepPlan plan(const Sweep& sweep) {
  SweepPlan out;
  boost::crc_32_type checksum;
  const auto add = [&](const std::string& text) {
    checksum.process_bytes(text.data(), text.size());
  };
  add(base::version());
  add(values_of(sweep.text, {"title", "figure"}));
  for (Index cell = 0; cell < sweep.size(); ++cell) {
    try {
      const Experiment e = experiment(sweep, cell);
      out.work.push_back(static_cast<double>(e.problem.law.width) *
                         static_cast<double>(e.problem.samples.size()));
      out.memory.push_back(compare::memory(e.problem).peak);
      add(identity(e));
    } catch (const InputError& error) {
      throw InputError(fmt::format("{} (in the cell {})", error.what(), cell_name(sweep, cell)));
    }
  }
  out.identity = fmt::format("{:08x}", checksum.checksum());
  return out;
}

CellResult run_cell(const Sweep& sweep, Index cell, const std::atomic<bool>& stop) {
  const OneThread one_thread;
  CellResult result;
  try {
    nn::Supervision supervision;
    supervision.wish = [&] {
      return stop ? nn::Supervision::Wish::stop : nn::Supervision::Wish::go_on;
    };
    const json summary = run(experiment(sweep, cell), {}, supervision).summary;
    result.warnings = summary.at("warnings");
    collect(summary, {}, result.numbers);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    result.failure = message_of(error);
  }
  return result;
}

std::vector<Index> cells_to_run(const SweepPlan& plan, const std::map<Index, CellResult>& known) {
  std::vector<Index> cells;
  for (Index cell = 0; cell < static_cast<Index>(plan.work.size()); ++cell)
    if (!known.contains(cell)) cells.push_back(cell);
  std::stable_sort(cells.begin(), cells.end(), [&](Index a, Index b) {
    return plan.work[static_cast<std::size_t>(a)] > plan.work[static_cast<std::size_t>(b)];
  });
  return cells;
}

std::optional<Cube> run_sweep(const Sweep& sweep, const SweepPlan& plan,
                              const FinishedCells* finished,
                              const std::map<Index, CellResult>& known, int threads,
                              const std::function<bool(const SweepProgress&)>& watch) {
  const base::Stopwatch seconds;
  Collector collector(sweep, plan);
  for (const auto& [cell, result] : known) collector.enter(cell, result);
  const std::vector<Index> cells = cells_to_run(plan, known);
  require_memory_of(cells, plan, threads);

  std::atomic<bool> stop = false;
  std::mutex mutex;  // of all below
  std::condition_variable changed;
  std::size_t next = 0;
  int working = threads;
  std::exception_ptr error;
  const auto take = [&]() -> std::optional<Index> {
    const std::lock_guard lock(mutex);
    if (stop || next == cells.size()) return std::nullopt;
    return cells[next++];
  };
  const auto work = [&] {
    try {
      while (const auto cell = take()) {
        const CellResult result = run_cell(sweep, *cell, stop);
        if (finished != nullptr) finished->keep(*cell, result);
        const std::lock_guard lock(mutex);
        collector.enter(*cell, result);
      }
    } catch (const Interrupted&) {  // as was asked for
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
      stop = true;
    }
    const std::lock_guard lock(mutex);
    --working;
    changed.notify_one();
  };

  std::vector<std::jthread> workers;
  // Whatever is thrown below, the workers are told before they are joined.
  const auto tell = [](std::atomic<bool>* all) { *all = true; };
  const std::unique_ptr<std::atomic<bool>, decltype(tell)> guard(&stop, tell);
  workers.reserve(static_cast<std::size_t>(threads));
  for (int k = 0; k < threads; ++k) workers.emplace_back(work);
  std::unique_lock lock(mutex);
  for (bool over = false; !over;) {
    over = working == 0;  // the last look is at the end
    const SweepProgress progress = collector.progress();
    lock.unlock();
    if (!watch(progress)) stop = true;
    lock.lock();
    changed.wait_for(lock, std::chrono::milliseconds(100), [&] { return working == 0; });
  }
  workers.clear();  // joins
  if (error) std::rethrow_exception(error);
  if (collector.progress().done < sweep.size()) return std::nullopt;
  return collector.cube(seconds.seconds());
}

void require_any_succeeded(const Cube& cube) {
  if (cube.summary.at("failed") == cube.size())
    throw RunError(fmt::format("{}: all {} cells failed; the first: {}", cube.name, cube.size(),
                               cube.failures.front()));
}

}  // namespace fprinciple::runs
