#pragma once

#include "runs/experiment_file.hpp"
#include "runs/toml_reader.hpp"

#include <filesystem>

namespace fprinciple::runs {

/// Reads the table [data] into `samples`, `target` and `warnings`: samples written inline, read
/// from a CSV file, or drawn from an analytic target. `folder` is where relative paths start.
void read_samples(const TomlTable& root, const std::filesystem::path& folder,
                  Experiment& experiment);

/// Reads the table [grid] into `grid`, for the samples read before; `snapshots` functions will be
/// kept on it. Left out: the bounding box of the samples.
void read_grid(const TomlTable& root, const std::filesystem::path& folder, Eigen::Index snapshots,
               Experiment& experiment);

}  // namespace fprinciple::runs
