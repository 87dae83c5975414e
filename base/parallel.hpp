#pragma once

#include <Eigen/Core>

namespace fprinciple::base {

/// body(i, s) for 0 ≤ i < count, shared among the threads if that is worth it, with what each
/// thread's scratch() gave. Otherwise no parallel region is opened: even one thread's own calls the
/// system, for longer than a short step takes.
template <class Scratch, class Body>
void parallel_for(Eigen::Index count, bool worth_threads, const Scratch& scratch,
                  const Body& body) {
  if (!worth_threads) {
    auto own = scratch();
    for (Eigen::Index i = 0; i < count; ++i) body(i, own);
    return;
  }
#pragma omp parallel
  {
    auto own = scratch();
#pragma omp for schedule(static)
    for (Eigen::Index i = 0; i < count; ++i) body(i, own);
  }
}

/// body(i) likewise.
template <class Body>
void parallel_for(Eigen::Index count, bool worth_threads, const Body& body) {
  parallel_for(
      count, worth_threads, [] { return 0; }, [&](Eigen::Index i, int) { body(i); });
}

}  // namespace fprinciple::base
