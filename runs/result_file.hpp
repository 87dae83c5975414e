#pragma once

#include "compare/comparison.hpp"

#include <filesystem>

namespace fprinciple::runs {

/// Writes result.nc and summary.json (and the weights) into an existing directory.
void write_comparison(const compare::Comparison& comparison,
                      const std::filesystem::path& directory);

/// Reads back what write_comparison wrote (without the weights). Throws InputError naming the file
/// when it is something else: every array then has the sizes and order that Comparison promises.
compare::Comparison read_comparison(const std::filesystem::path& directory);

}  // namespace fprinciple::runs
