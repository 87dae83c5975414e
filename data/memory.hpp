#pragma once

#include <string>

namespace fprinciple::data {

/// Highest resident memory of this process so far, in MiB.
double peak_memory_mib();

/// Throws InputError "<what> would need about <N> GiB of memory; this machine has <M> GiB" when
/// `bytes` exceeds the machine's memory. Call it before allocating anything whose size the user
/// set.
void require_memory(double bytes, const std::string& what);

}  // namespace fprinciple::data
