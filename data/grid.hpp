#pragma once

#include <vector>

#include <Eigen/Core>

namespace fprinciple::data {

/// `count` equispaced values from `lo` to `hi`, both included (count = 1: just lo).
struct Axis {
  double lo = 0.0;
  double hi = 0.0;
  Eigen::Index count = 0;
  double spacing() const { return count > 1 ? (hi - lo) / static_cast<double>(count - 1) : 0.0; }
  double operator[](Eigen::Index i) const { return lo + static_cast<double>(i) * spacing(); }
};

/// The points on which functions are compared: a regular grid, or any list of points.
/// Points are columns; on a regular grid the last axis runs fastest.
struct Grid {
  Eigen::MatrixXd points;  ///< d × G
  std::vector<Axis> axes;  ///< one for each dimension; empty for a list of points
  bool regular() const { return !axes.empty(); }
  Eigen::Index dim() const { return points.rows(); }
  Eigen::Index size() const { return points.cols(); }
};

/// The tensor grid of the axes. Cost O(d G). Throws InputError for no axis, or one without a point,
/// with an end that is not finite, and for more than 2^31 points.
Grid make_grid(const std::vector<Axis>& axes);

/// At most 64 points spread over the grid, d × N: enough to see a function move between samples.
Eigen::MatrixXd probes(const Grid& grid);

}  // namespace fprinciple::data
