#include "base/directory_entries.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>

namespace fprinciple::base {
namespace fs = std::filesystem;

std::vector<fs::path> names_in(const fs::path& directory) {
  const int opened = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0)
    throw fs::filesystem_error("cannot be read", directory,
                               std::error_code(errno, std::system_category()));
  std::vector<fs::path> names;
  try {
    for_each_entry(opened, [&](const char* name) { names.emplace_back(name); });
  } catch (...) {
    ::close(opened);
    throw;
  }
  ::close(opened);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fprinciple::base
