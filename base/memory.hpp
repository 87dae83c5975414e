#pragma once

#include <string>

namespace fprinciple::base {

/// Highest resident memory of this process so far, in MiB.
double peak_memory_mib();

/// Throws InputError "<what> would need about <N> GiB of memory; this machine has <M> GiB" when
/// `bytes` exceeds the machine's memory. Call it before allocating anything whose size the user
/// set.
void require_memory(double bytes, const std::string& what);

/// Keeps freed memory for the next allocation, for programs that train: arrays of some 100 KiB come
/// and go thousands of times a second there, and having the system map each anew costs more than
/// the work on it.
void reuse_freed_memory();

}  // namespace fprinciple::base
