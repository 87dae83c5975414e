#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <nanobind/nanobind.h>

namespace fprinciple::python {

/// Work on a thread of its own, without the GIL, while the caller looks for signals.
class Job {
 public:
  /// Begins. The caller's number of OpenMP's threads is the job's too.
  static std::shared_ptr<Job> start(std::function<void()> work);

  /// Waits for the end, with the GIL held between looks. Throws what the work threw, and what
  /// Python's handler of a signal raised, within 0.05 s; the work is then abandoned: `given_up`
  /// tells it so, and it ends by itself.
  void wait(std::atomic<bool>* given_up);

 private:
  bool ended_within(double seconds);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  bool abandoned_ = false;
  std::exception_ptr error_;
};

/// Whether this is Python's main thread, the only one that sees signals.
bool on_main_thread();
void remember_main_thread();

/// work() without the GIL; on Python's main thread Ctrl-C ends the wait for it. The work must own
/// all that it uses, as it may outlive the call; what it looks at to end early is `given_up`.
template <class Work>
auto interruptible(Work work, const std::shared_ptr<std::atomic<bool>>& given_up = {})
    -> decltype(work()) {
  using Result = decltype(work());
  if (!on_main_thread()) {
    const nanobind::gil_scoped_release released;
    return work();
  }
  const auto result = std::make_shared<std::optional<Result>>();
  const auto job = Job::start(
      [work = std::make_shared<Work>(std::move(work)), result] { result->emplace((*work)()); });
  job->wait(given_up.get());
  return std::move(**result);
}

}  // namespace fprinciple::python
