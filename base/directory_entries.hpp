#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <unistd.h>

namespace fprinciple::base {

/// Calls visit(const char* name) for every entry of an open directory, in no order, without . and
/// ..; of an error it says nothing. It asks for no memory, unlike the standard library's iterators:
/// it is for a process that must still clear away when memory has ended.
template <class Visit>
void for_each_entry(int directory, Visit visit) {
  alignas(dirent64) std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = ::getdents64(directory, buffer.data(), buffer.size());
    if (size <= 0) return;
    for (ssize_t at = 0; at < size;) {
      const auto* const entry =
          reinterpret_cast<const dirent64*>(buffer.data() + static_cast<std::size_t>(at));
      at += entry->d_reclen;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") visit(static_cast<const char*>(entry->d_name));
    }
  }
}

/// The names of what is in a directory, in order. Throws std::filesystem::filesystem_error when it
/// cannot be read; the standard library's iterators end the process when they get no memory.
std::vector<std::filesystem::path> names_in(const std::filesystem::path& directory);

}  // namespace fprinciple::base
