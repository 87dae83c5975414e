#pragma once

#include <optional>
#include <string>

#include <Eigen/Core>

namespace fprinciple::data {

/// n samples of a function R^d → R. Points are columns.
struct Samples {
  Eigen::MatrixXd x;  ///< d × n
  Eigen::VectorXd y;  ///< n
  Eigen::Index dim() const { return x.rows(); }
  Eigen::Index size() const { return x.cols(); }
};

/// What is wrong with samples, and where, so that a reader of files can name the line.
struct SampleDefect {
  Eigen::Index sample;  ///< 0-based; the later one of a contradicting pair
  std::string message;  ///< one clause, samples counted from 1
};

/// The first defect: no sample, sizes that do not match, a value that is not finite, or the same x
/// with two different y. Cost O(d n log n).
std::optional<SampleDefect> find_defect(const Samples& samples);

/// The same samples without repeated (x, y) pairs, in their first order. Needs samples without
/// defect. Cost O(d n log n).
Samples merge_repeated(const Samples& samples);

}  // namespace fprinciple::data
