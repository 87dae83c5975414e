#include "base/memory.hpp"

#include "base/error.hpp"

#include <malloc.h>
#include <spdlog/fmt/fmt.h>
#include <sys/resource.h>
#include <unistd.h>

namespace fprinciple::base {

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;  // Linux counts KiB
}

void require_memory(double bytes, const std::string& what) {
  constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
  const double machine =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  if (bytes > machine)
    throw InputError(
        fmt::format("{} would need about {:.3g} GiB of memory; this machine has {:.3g} GiB", what,
                    bytes / kGiB, machine / kGiB));
}

void reuse_freed_memory() {
#ifdef __GLIBC__
  constexpr int kMiB = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, 32 * kMiB);
  mallopt(M_TRIM_THRESHOLD, 512 * kMiB);
#endif
}

}  // namespace fprinciple::base
