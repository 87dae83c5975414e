#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fprinciple::cli {

/// The options of `fprinciple measure`, as they are given; what is left out is chosen from the
/// data, see measure::Options.
struct MeasureOptions {
  std::string direction = "pca";    ///< or x1 … xD, or D numbers with commas
  std::vector<double> frequencies;  ///< in cycles per unit of x
  std::vector<double> delta;        ///< widths of filters, in units of x
  double threshold = 0.1;
  std::optional<double> cut;
  std::optional<double> kernel;
  std::uint64_t seed = 1;
  bool quiet = false;
};

/// Measures a recording (docs/measure.md) and leaves measure.nc, summary.json, figures and page.
/// `out` left out: results/<the file's stem>.
void measure_recording(const std::filesystem::path& recording,
                       const std::optional<std::filesystem::path>& out,
                       const MeasureOptions& options);

}  // namespace fprinciple::cli
