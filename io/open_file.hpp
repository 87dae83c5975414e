#pragma once

#include <filesystem>
#include <fstream>

namespace fprinciple::io {

/// A stream of a file's bytes. Throws InputError naming it when it cannot be read, or is none: a
/// directory, or a device or pipe, which may never end, and may be what a file from somebody else
/// names.
std::ifstream open_file(const std::filesystem::path& file);

}  // namespace fprinciple::io
