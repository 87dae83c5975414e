#pragma once

#include "data/samples.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::io {

/// Reads samples from a CSV file with the header x1,…,xd,y (or x,y when d = 1).
/// Throws InputError naming file, line and column for anything else: a missing file, another
/// header, a row of the wrong length, a field that is not a finite number, contradicting samples.
/// Repeated (x, y) pairs are merged, and said so in `warnings`.
data::Samples read_samples_csv(const std::filesystem::path& file,
                               std::vector<std::string>& warnings);

/// Reads points (d × count) from a CSV file with the header x1,…,xd (or x when d = 1).
Eigen::MatrixXd read_points_csv(const std::filesystem::path& file);

/// Writes samples so that read_samples_csv gives back the same doubles.
void write_samples_csv(const std::filesystem::path& file, const data::Samples& samples);

}  // namespace fprinciple::io
