#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <type_traits>

// FPRINCIPLE_CLONES: one source, compiled for several instruction sets and chosen when the program
// starts. Everything such a function calls is inlined into it, so that templates and lambdas are
// compiled for those sets too; Clang leaves that to its inliner. The sanitizers do not get along
// with the selection.
#if !defined(__x86_64__) || defined(__SANITIZE_ADDRESS__)
#define FPRINCIPLE_CLONES
#elif defined(__clang__)
#define FPRINCIPLE_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FPRINCIPLE_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), flatten))
#endif

// glibc has vector versions of these (libmvec, within 4 units in the last place) but declares them
// under -ffast-math alone, which would also give up NaN and the order of sums.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 35)
extern "C" {
__attribute__((simd("notinbranch"))) double atan2(double, double) noexcept;
__attribute__((simd("notinbranch"))) double exp(double) noexcept;
__attribute__((simd("notinbranch"))) double log1p(double) noexcept;
__attribute__((simd("notinbranch"))) double sin(double) noexcept;
__attribute__((simd("notinbranch"))) double tanh(double) noexcept;
}
#endif
#endif

namespace fprinciple::base {

/// Vectors of numbers; in a structure, as alias templates drop attributes, and so does std::array.
template <class Number, int Bytes>
struct Vector {
  typedef Number Type __attribute__((vector_size(Bytes)));  // NOLINT(modernize-use-using)
};

/// The bytes of the machine's vectors: 64 (AVX-512), 32 (AVX2 with FMA) or 16.
inline int machine_vector_bytes() {
  static const int bytes = [] {
#if defined(__x86_64__)
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl");
    if (avx2) return avx512 ? 64 : 32;
#endif
    return 16;
  }();
  return bytes;
}

/// The longest vectors that are wanted, 64, 32 or 16 bytes: as another machine has them. A setting
/// of a program, before it computes; it moves results by rounding.
inline std::atomic<int> longest_vectors{64};

/// The bytes of the vectors that are computed with.
inline int vector_bytes() {
  return std::min(machine_vector_bytes(), longest_vectors.load(std::memory_order_relaxed));
}

#if defined(__x86_64__)
template <class F>
__attribute__((target("arch=x86-64-v4"), flatten)) void with_vectors_of_64(const F& f) {
  f(std::integral_constant<int, 64>{});
}
template <class F>
__attribute__((target("arch=x86-64-v3"), flatten)) void with_vectors_of_32(const F& f) {
  f(std::integral_constant<int, 32>{});
}
#endif
template <class F>
__attribute__((flatten)) void with_vectors_of_16(const F& f) {
  f(std::integral_constant<int, 16>{});
}

/// Calls f(bytes), an integral constant, with all that it calls compiled for the machine's vectors
/// of so many bytes: for code that names its vectors, where FPRINCIPLE_CLONES cannot choose.
template <class F>
void with_vectors(const F& f) {
#if defined(__x86_64__)
  if (vector_bytes() == 64) return with_vectors_of_64(f);
  if (vector_bytes() == 32) return with_vectors_of_32(f);
#endif
  with_vectors_of_16(f);
}

}  // namespace fprinciple::base
