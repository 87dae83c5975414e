#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fprinciple::cli {

/// The options of `fprinciple predict`, as they are given.
struct PredictOptions {
  std::optional<std::filesystem::path> at;  ///< a CSV file of points, in place of the grid
  std::vector<std::string> times;  ///< numbers ≥ 0, or "inf"; none: chosen from the rates
  bool quiet = false;
};

/// Theory alone of an experiment (docs/experiment.md): result.nc, summary.json, figures and page.
/// No network is trained. `out` left out: results/<the file's stem>.
void predict_experiment(const std::filesystem::path& experiment,
                        const std::optional<std::filesystem::path>& out,
                        const PredictOptions& options);

}  // namespace fprinciple::cli
