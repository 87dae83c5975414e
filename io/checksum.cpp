#include "io/checksum.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace fprinciple::io {
namespace fs = std::filesystem;
namespace {

std::string line_of(std::uint32_t checksum) { return fmt::format("\ncrc32 {:08x}\n", checksum); }

const std::size_t kLine = line_of(0).size();

/// Of the first `bytes` bytes, or of as many as there are.
std::uint32_t checksum_of(std::istream& in, std::uintmax_t bytes) {
  boost::crc_32_type checksum;
  std::array<char, 1 << 16> block{};
  while (bytes > 0) {
    const auto wanted = std::min<std::uintmax_t>(bytes, block.size());
    in.read(block.data(), static_cast<std::streamsize>(wanted));
    if (in.gcount() <= 0) break;
    checksum.process_bytes(block.data(), static_cast<std::size_t>(in.gcount()));
    bytes -= static_cast<std::uintmax_t>(in.gcount());
  }
  return checksum.checksum();
}

}  // namespace

void append_checksum(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string line = line_of(checksum_of(in, fs::file_size(file)));
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const bool done =
      descriptor >= 0 && !in.bad() &&
      ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
      ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done)
    throw RunError(fmt::format("{}: cannot be written: {}", file.string(),
                               std::system_category().message(error)));
}

bool checksum_holds(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size < kLine) return false;
  std::ifstream in(file, std::ios::binary);
  const std::string line = line_of(checksum_of(in, size - kLine));
  std::string last(kLine, '\0');
  in.read(last.data(), static_cast<std::streamsize>(kLine));
  return in && last == line;
}

}  // namespace fprinciple::io
