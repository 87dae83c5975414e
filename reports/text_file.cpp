#include "reports/text_file.hpp"

#include "base/error.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace fprinciple::reports {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw RunError(file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw RunError(file.string() + ": cannot be written");
}

void make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directory(directory, error);
  if (error)
    throw RunError(fmt::format("{}: cannot be made: {}", directory.string(), error.message()));
}

}  // namespace fprinciple::reports
