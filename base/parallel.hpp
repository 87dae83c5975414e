#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>

#include <Eigen/Core>
#include <omp.h>

// The only parallel regions of the library. No exception may leave a thread of OpenMP's: the first
// is kept, and thrown again after the region; what the other threads do of the work is lost.

namespace fprinciple::base {

/// part(thread, threads) on every thread of a team.
template <class Part>
void on_all_threads(const Part& part) {
  std::exception_ptr error;
  std::atomic_flag failed;
#pragma omp parallel
  try {
    part(omp_get_thread_num(), omp_get_num_threads());
  } catch (...) {
    if (!failed.test_and_set()) error = std::current_exception();
  }
  if (error) std::rethrow_exception(error);
}

/// body(i, s) for 0 ≤ i < count, in equal shares among the threads if that is worth it, with what
/// each thread's scratch() gave. Otherwise no parallel region is opened: even one thread's own
/// calls the system, for longer than a short step takes.
template <class Scratch, class Body>
void parallel_for(Eigen::Index count, bool worth_threads, const Scratch& scratch,
                  const Body& body) {
  const auto share = [&](Eigen::Index thread, Eigen::Index threads) {
    auto own = scratch();
    const Eigen::Index size = count / threads;
    const Eigen::Index more = count % threads;  // threads whose share is larger by one
    const Eigen::Index first = thread * size + std::min(thread, more);
    const Eigen::Index end = first + size + (thread < more ? 1 : 0);
    for (Eigen::Index i = first; i < end; ++i) body(i, own);
  };
  if (worth_threads)
    on_all_threads(share);
  else
    share(0, 1);
}

/// body(i) likewise.
template <class Body>
void parallel_for(Eigen::Index count, bool worth_threads, const Body& body) {
  parallel_for(
      count, worth_threads, [] { return 0; }, [&](Eigen::Index i, int) { body(i); });
}

/// Told on the calling thread, now and then, which share of a work is done, in [0, 1]; may be
/// empty.
using ShareTold = std::function<void(double share)>;

/// body(i) for 0 ≤ i < count, each i by the next thread that is free: where they differ in cost.
template <class Body>
void parallel_for_uneven(Eigen::Index count, bool worth_threads, const ShareTold& tell,
                         const Body& body) {
  std::atomic<Eigen::Index> next = 0;
  const auto share = [&](int thread, int) {
    for (Eigen::Index i = next++; i < count; i = next++) {
      body(i);
      if (tell && thread == 0) tell(static_cast<double>(i + 1) / static_cast<double>(count));
    }
  };
  if (worth_threads)
    on_all_threads(share);
  else
    share(0, 1);
}
template <class Body>
void parallel_for_uneven(Eigen::Index count, bool worth_threads, const Body& body) {
  parallel_for_uneven(count, worth_threads, {}, body);
}

/// What tells the share of a part of a work, from `first` on of `size` in all.
inline ShareTold part_of(const ShareTold& tell, double first, double size) {
  if (!tell) return {};
  return [tell, first, size](double share) { tell(first + size * share); };
}

}  // namespace fprinciple::base
