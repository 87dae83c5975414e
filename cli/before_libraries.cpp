#include <array>
#include <cstddef>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

// OpenBLAS starts its threads while it is loaded, and where the address space is limited (ulimit
// -v) waits for ever for their buffers. Its threads are not used here (base/blas.hpp), but it must
// be told so before it is loaded: by the environment, of a program that is started once more.
namespace {

void start_without_blas_threads(int /*argc*/, char** argv, char** environment) {
  constexpr std::string_view kVariable = "OPENBLAS_NUM_THREADS=";
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  static std::array<char*, 4096> changed{};  // nothing may be asked for yet, memory among it
  std::size_t count = 0;
  for (; environment[count] != nullptr; ++count) {
    if (std::string_view(environment[count]).starts_with(kVariable)) return;
    if (count + 2 >= changed.size()) return;
    changed[count] = environment[count];
  }
  static std::array<char, kVariable.size() + 2> one{};
  kVariable.copy(one.data(), kVariable.size());
  one[kVariable.size()] = '1';
  changed[count] = one.data();
  ::execve("/proc/self/exe", argv, changed.data());
}

// What stands here is called before the constructors of any library.
[[gnu::section(".preinit_array"),
  gnu::used]] void (*const before_libraries)(int, char**, char**) = start_without_blas_threads;

}  // namespace
