#pragma once

#include <filesystem>
#include <string>

namespace fprinciple::reports {

/// The whole file. Throws RunError when it cannot be read.
std::string read_text(const std::filesystem::path& file);

/// Throws RunError when the file cannot be written.
void write_text(const std::filesystem::path& file, const std::string& text);

/// Makes the directory where it is missing, but none above it: of an abandoned result nothing comes
/// back. Throws RunError.
void make_directory(const std::filesystem::path& directory);

}  // namespace fprinciple::reports
