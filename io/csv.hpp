#pragma once

#include "data/samples.hpp"

#include <filesystem>

#include <Eigen/Core>

namespace fprinciple::io {

/// Reads samples from a CSV file with the header x1,…,xd,y (or x,y when d = 1).
/// Throws InputError naming file, line and column for anything else: a missing file, another
/// header, a row of the wrong length, a field that is not a finite number.
data::Samples read_samples_csv(const std::filesystem::path& file);

/// Samples with several values each, as they stand in a file.
struct Values {
  Eigen::MatrixXd x;  ///< d × n
  Eigen::MatrixXd y;  ///< n × k
};

/// Reads them from a CSV file with the header x1,…,xd,y or x1,…,xd,y1,…,yk (x for x1 when d = 1).
/// Throws as read_samples_csv.
Values read_values_csv(const std::filesystem::path& file);

/// Reads points (d × count) from a CSV file with the header x1,…,xd (or x when d = 1).
Eigen::MatrixXd read_points_csv(const std::filesystem::path& file);

/// Writes samples so that read_samples_csv gives back the same doubles.
void write_samples_csv(const std::filesystem::path& file, const data::Samples& samples);

}  // namespace fprinciple::io
