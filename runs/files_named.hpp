#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::runs {

/// The files that an experiment or sweep file reads, or may: every regular file that a text in it,
/// under any key, names relative to `folder`. Nothing for what is not TOML.
std::vector<std::filesystem::path> files_named(const std::string& toml,
                                               const std::filesystem::path& folder);

}  // namespace fprinciple::runs
