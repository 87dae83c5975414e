#pragma once

#include "runs/run.hpp"

#include <filesystem>

namespace fprinciple::runs {

/// Writes result.nc and summary.json (and the weights) into an existing directory.
void write_run(const Run& run, const std::filesystem::path& directory);

/// Reads back what write_run wrote (without the weights). Throws InputError naming the file when it
/// is something else: every array then has the sizes and order that Comparison promises.
Run read_run(const std::filesystem::path& directory);

}  // namespace fprinciple::runs
