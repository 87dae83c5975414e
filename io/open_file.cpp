#include "io/open_file.hpp"

#include "base/error.hpp"

#include <system_error>

#include <fmt/format.h>

namespace fprinciple::io {
namespace fs = std::filesystem;

std::ifstream open_file(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw InputError(fmt::format("{}: cannot be read: it is not a file", file.string()));
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(fmt::format("{}: cannot be read", file.string()));
  return in;
}

}  // namespace fprinciple::io
