#include "interruptible.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <omp.h>
#include <unistd.h>

namespace fprinciple::python {
namespace {

std::thread::id main_thread;
std::atomic<int> running_abandoned = 0;

/// At the end of the process, before libraries let go of what abandoned work still uses: ends it at
/// once, with the status that it was ending with.
void end_abandoned(int status, void* /*unused*/) {
  if (running_abandoned == 0) return;
  std::fflush(nullptr);
  _exit(status);
}

}  // namespace

bool on_main_thread() { return std::this_thread::get_id() == main_thread; }
void remember_main_thread() { main_thread = std::this_thread::get_id(); }

std::shared_ptr<Job> Job::start(std::function<void()> work) {
  auto job = std::make_shared<Job>();
  const int threads = omp_get_max_threads();
  std::thread([job, threads, work = std::move(work)]() mutable {
    omp_set_num_threads(threads);
    std::exception_ptr error;
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
    work = nullptr;  // what it owned ends before the wait does
    const std::lock_guard lock(job->mutex_);
    job->error_ = error;
    job->ended_ = true;
    if (job->abandoned_) --running_abandoned;
    job->changed_.notify_all();
  }).detach();
  return job;
}

bool Job::ended_within(double seconds) {
  const nanobind::gil_scoped_release released;
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return ended_; });
}

void Job::wait(std::atomic<bool>* given_up) {
  while (!ended_within(0.05)) {
    if (PyErr_CheckSignals() == 0) continue;
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      abandoned_ = true;
      static const int registered = on_exit(end_abandoned, nullptr);
      (void)registered;
      ++running_abandoned;
    }
    if (given_up) *given_up = true;
    throw nanobind::python_error();
  }
  if (error_) std::rethrow_exception(error_);
}

}  // namespace fprinciple::python
