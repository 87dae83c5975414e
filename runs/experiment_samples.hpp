#pragma once

#include "runs/experiment_file.hpp"
#include "runs/toml_reader.hpp"

#include <array>
#include <filesystem>
#include <vector>

namespace fprinciple::runs {

/// How samples were drawn from an analytic target.
struct Drawn {
  std::vector<std::array<double, 2>> range;  ///< d
  bool at_random = true;                     ///< uniform in the range; else a grid
  double noise = 0.0;
};

/// Reads the table [data] into `samples`, `target` and `warnings`: samples written inline, read
/// from a CSV file, or drawn from an analytic target. `folder` is where relative paths start.
/// Returns how they were drawn.
Drawn read_samples(const TomlTable& root, const std::filesystem::path& folder,
                   Experiment& experiment);

/// Reads the table [test]: points of a CSV file, or samples that are held back.
void read_test(const TomlTable& root, const std::filesystem::path& folder, Experiment& experiment);

/// Reads the table [grid] into `grid`, for the samples read before; `snapshots` functions will be
/// kept on it. Left out: the bounding box of the samples; above 12
/// dimensions the test points, or else the samples.
void read_grid(const TomlTable& root, const std::filesystem::path& folder, Eigen::Index snapshots,
               Experiment& experiment);

}  // namespace fprinciple::runs
