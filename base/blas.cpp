#include "base/blas.hpp"

#include <mutex>

#include <cblas.h>
#include <omp.h>

namespace fprinciple::base {
namespace {

struct Counted {
  std::mutex mutex;
  int alive = 0;
  int before = 1;
};

Counted& counted() {
  static Counted counted;
  return counted;
}

/// An OpenBLAS that is built on OpenMP sets OpenMP's number of threads too, which is the host's.
void set_blas_threads(int threads) {
  const int openmp = omp_get_max_threads();
  openblas_set_num_threads(threads);
  if (omp_get_max_threads() != openmp) omp_set_num_threads(openmp);
}

}  // namespace

OneBlasThread::OneBlasThread() {
  Counted& all = counted();
  const std::lock_guard lock(all.mutex);
  if (all.alive++ > 0) return;
  all.before = openblas_get_num_threads();
  if (all.before != 1) set_blas_threads(1);
}

OneBlasThread::~OneBlasThread() {
  Counted& all = counted();
  const std::lock_guard lock(all.mutex);
  if (--all.alive == 0 && all.before != 1) set_blas_threads(all.before);
}

}  // namespace fprinciple::base
