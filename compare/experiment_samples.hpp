#pragma once

#include "compare/experiment.hpp"
#include "compare/toml_reader.hpp"

#include <filesystem>

namespace fprinciple::compare {

/// Reads the table [data] into `samples`, `target` and `warnings`: samples written inline, read
/// from a CSV file, or drawn from an analytic target. `folder` is where relative paths start.
void read_samples(const TomlTable& root, const std::filesystem::path& folder,
                  Experiment& experiment);

/// Reads the table [grid] into `grid`, for the samples read before; `snapshots` functions will be
/// kept on it. Left out: the bounding box of the samples.
void read_grid(const TomlTable& root, const std::filesystem::path& folder, Eigen::Index snapshots,
               Experiment& experiment);

}  // namespace fprinciple::compare
