#pragma once

#include <string>

namespace fprinciple::base {

/// What one part of a computation needs, in bytes: at most while it is made, and for as long as its
/// result is held.
struct Memory {
  double peak = 0.0;
  double kept = 0.0;
};

/// What is held from now on.
Memory held(double bytes);
/// What is gone when the part is done.
Memory passing(double bytes);
/// One part after another: each is made while what is kept of those before is held.
Memory operator+(const Memory& first, const Memory& second);
Memory& operator+=(Memory& first, const Memory& second);
/// A part of which nothing is kept.
Memory then_freed(const Memory& part);
/// The memory of so many numbers in double precision.
double doubles(double count);

/// Highest resident memory of this process so far, in MiB.
double peak_memory_mib();

/// Throws InputError "<what> would need about <N> GiB of memory; this machine has <M> GiB" when
/// `bytes` exceeds what this process may have: the machine's memory, its control group's
/// (memory.max, with all that are above it), or what the limit on its address space (ulimit -v)
/// leaves. Call it before allocating anything whose size the user set.
void require_memory(double bytes, const std::string& what);

/// Keeps freed memory for the next allocation, in the whole process: for a program that trains and
/// does little else, where arrays of some 100 KiB come and go thousands of times a second, and
/// having the system map each anew costs more than the work on it. A program's choice: the library
/// never calls it, and does not need it.
void reuse_freed_memory();

}  // namespace fprinciple::base
