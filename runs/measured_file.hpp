#pragma once

#include "measure/measure.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace fprinciple::runs {

/// What was measured of a recording, as it is kept: measure.nc has the arrays, summary.json the
/// numbers and short arrays.
struct MeasuredFile {  // NOLINT(bugprone-exception-escape): only if nlohmann::json's move threw
  std::string name;    ///< the recording's stem
  std::string title;
  measure::Measured measured;
  std::optional<Eigen::VectorXd> test_error;  ///< T, relative error at the test points
  nlohmann::json summary;
};

/// summary.json: the keys of docs/measure.md; null for what is no finite number.
nlohmann::json measured_summary(const MeasuredFile& file, const measure::RecordingView& recording,
                                const measure::Options& options, double seconds);

/// Writes measure.nc and summary.json into an existing directory.
void write_measured(const MeasuredFile& file, const std::filesystem::path& directory);

/// Reads back what a page shows of it: everything but the Fourier coefficients themselves. Throws
/// InputError naming the file when it is something else.
MeasuredFile read_measured(const std::filesystem::path& directory);

}  // namespace fprinciple::runs
