#include "machine_peak.hpp"

#include "nn/dots.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <omp.h>

namespace fprinciple::bench {
namespace {

using Eigen::Index;

// A run takes a fraction of a millisecond, so that most are not interrupted.
constexpr std::int64_t kRounds = 100'000;
// In flight: latency times units is 8 to 10, and 16 registers hold them.
constexpr int kChains = 12;

/// kRounds FMAs in each of kChains vectors of `Bytes` bytes that do not wait for each other.
template <class Scalar, int Bytes>
[[gnu::always_inline]] inline Scalar fma_chains(Scalar seed) {
  using Vector [[gnu::vector_size(Bytes)]] = Scalar;
  const Vector factor = Vector{} + seed;
  Vector sums[kChains];  // GCC 12 would lose a std::array's vector_size
  // Started apart: the compiler would make equal chains one.
  for (int chain = 0; chain < kChains; ++chain) sums[chain] = factor * static_cast<Scalar>(chain);
  for (std::int64_t round = 0; round < kRounds; ++round)
    for (Vector& sum : sums) sum = sum * factor + factor;
  Vector total{};
  for (const Vector& sum : sums) total += sum;
  return total[0];
}

// A function for each instruction set: the width of its vectors is part of the code.
template <class Scalar>
Scalar fma_narrow(Scalar seed) {
  return fma_chains<Scalar, 16>(seed);
}
#ifdef __x86_64__
template <class Scalar>
__attribute__((target("avx2,fma"))) Scalar fma_256(Scalar seed) {
  return fma_chains<Scalar, 32>(seed);
}
template <class Scalar>
__attribute__((target("avx512f"))) Scalar fma_512(Scalar seed) {
  return fma_chains<Scalar, 64>(seed);
}
#endif

/// The work of all threads done in a second, in the best of `runs` runs of work(thread).
template <class Work>
double best_rate(int runs, int threads, double work_of_thread, const Work& work) {
  double least = 1e300;
  for (int run = 0; run < runs; ++run) {
    const double start = omp_get_wtime();
#pragma omp parallel num_threads(threads)
    work(omp_get_thread_num());
    least = std::min(least, omp_get_wtime() - start);
  }
  return threads * work_of_thread / least;
}

template <class Scalar>
double fma_rate(int threads) {
  auto* chains = &fma_narrow<Scalar>;
  int bytes = 16;
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f")) {
    chains = &fma_512<Scalar>;
    bytes = 64;
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    chains = &fma_256<Scalar>;
    bytes = 32;
  }
#endif
  const double flops = 2.0 * kChains * kRounds * bytes / static_cast<double>(sizeof(Scalar));
  return best_rate(1000, threads, flops, [chains](int) {
    volatile Scalar seed = Scalar(0.5);  // volatile: neither known beforehand nor left out
    seed = chains(seed);
  });
}

FPRINCIPLE_CLONES void triad(double* a, const double* b, const double* c, Index size) {
#pragma omp simd
  for (Index i = 0; i < size; ++i) a[i] = b[i] + 3.0 * c[i];
}

/// Bytes of three arrays of `bytes` bytes together in each thread, gone through `passes` times.
double triad_rate(int threads, double bytes, int passes, int runs) {
  const auto size = static_cast<Index>(bytes / 24);
  std::vector<Eigen::MatrixX3d> arrays(static_cast<std::size_t>(threads));
  const auto of = [&arrays](int thread) -> auto& {
    return arrays[static_cast<std::size_t>(thread)];
  };
#pragma omp parallel num_threads(threads)
  of(omp_get_thread_num()).setOnes(size, 3);  // its pages belong to this thread
  return best_rate(runs, threads, 24.0 * static_cast<double>(size) * passes, [&](int thread) {
    auto& own = of(thread);
    for (int pass = 0; pass < passes; ++pass)
      triad(own.col(0).data(), own.col(1).data(), own.col(2).data(), size);
  });
}

}  // namespace

MachinePeak machine_peak(int threads) {
  return {fma_rate<double>(threads), fma_rate<float>(threads), triad_rate(threads, 1e6, 20, 1000),
          triad_rate(threads, 1.5e9 / threads, 1, 7)};
}

}  // namespace fprinciple::bench
