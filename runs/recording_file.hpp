#pragma once

#include "measure/recording.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace fprinciple::runs {

/// A recording as it is kept: what a model said at its samples, and at test points, if there are
/// any.
struct RecordingFile {
  std::string title;  ///< the text attribute `title`; the file's stem where there is none
  measure::Recording train;
  std::optional<measure::Recording> test;
};

/// Reads NetCDF-4 with x(sample, dim), y(sample[, output]), t(time), f(time, sample[, output]), and
/// maybe weight(sample), and x_test, y_test, f_test with samples of their own; x(sample) is d = 1.
/// Throws InputError naming file, variable and, for a number, its place (counted from 0) where a
/// variable is missing, is of another rank, size or type, or holds what RecordingView refuses.
RecordingFile read_recording(const std::filesystem::path& file);

}  // namespace fprinciple::runs
