#pragma once

#include <Eigen/Core>

namespace fprinciple::data {

/// The analytic target sin(2π v·x), with v = `frequency` in cycles.
struct Sine {
  Eigen::VectorXd frequency;  ///< d
};

/// The target at points (d × N). Cost O(d N).
Eigen::VectorXd values(const Sine& target, const Eigen::MatrixXd& points);

}  // namespace fprinciple::data
