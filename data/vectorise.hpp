#pragma once

#include <cmath>

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
