#include "base/memory.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace fprinciple::base {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

/// What a process may have, and who says so.
struct Limit {
  double bytes = std::numeric_limits<double>::infinity();
  const char* words = "";
};

Limit lower(const Limit& one, const Limit& other) { return one.bytes <= other.bytes ? one : other; }

double page_size() { return static_cast<double>(sysconf(_SC_PAGESIZE)); }

/// The number in a file of the kernel's; nothing where it cannot be read, or says "max".
double number_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  double value = 0.0;
  return in >> value ? value : std::numeric_limits<double>::infinity();
}

/// The least limit of a control group and of those that it is in.
double least_limit(const std::filesystem::path& root, const std::string& group, const char* file) {
  double least = number_in(root / file);
  std::filesystem::path at = root;
  for (const auto& part : std::filesystem::path(group).relative_path()) {
    at /= part;
    least = std::min(least, number_in(at / file));
  }
  return least;
}

/// Of version 2 ("0::/path") and of version 1 ("7:memory:/path").
double control_group_limit() {
  std::ifstream in("/proc/self/cgroup");
  double least = std::numeric_limits<double>::infinity();
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty())
      least = std::min(least, least_limit("/sys/fs/cgroup", group, "memory.max"));
    else if (controllers == "memory")
      least = std::min(least, least_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
  }
  return least;
}

/// What is left of the address space.
double address_space_left() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<double>::infinity();
  const double used = number_in("/proc/self/statm") * page_size();
  return std::max(0.0, static_cast<double>(limit.rlim_cur) - used);
}

Limit memory_limit() {
  const double machine = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * page_size();
  return lower(
      lower({machine, "this machine has"}, {control_group_limit(), "its control group has"}),
      {address_space_left(), "the limit on its address space (ulimit -v) leaves"});
}

}  // namespace

Memory held(double bytes) { return {bytes, bytes}; }
Memory passing(double bytes) { return {bytes, 0.0}; }
Memory operator+(const Memory& first, const Memory& second) {
  return {std::max(first.peak, first.kept + second.peak), first.kept + second.kept};
}
Memory& operator+=(Memory& first, const Memory& second) { return first = first + second; }
Memory then_freed(const Memory& part) { return {part.peak, 0.0}; }
double doubles(double count) { return count * static_cast<double>(sizeof(double)); }

double peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;  // Linux counts KiB
}

void require_memory(double bytes, const std::string& what) {
  const Limit limit = memory_limit();
  if (bytes > limit.bytes)
    throw InputError(fmt::format("{} would need about {:.3g} GiB of memory; {} {:.3g} GiB", what,
                                 bytes / kGiB, limit.words, limit.bytes / kGiB));
}

void reuse_freed_memory() {
#ifdef __GLIBC__
  constexpr int kMiB = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, 32 * kMiB);
  mallopt(M_TRIM_THRESHOLD, 512 * kMiB);
#endif
}

}  // namespace fprinciple::base
