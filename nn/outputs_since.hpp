#pragma once

#include "nn/network.hpp"

namespace fprinciple::nn {

/// Outputs along a training, at fixed points. A training that starts from an antisymmetric network
/// starts from f ≡ 0 to the bit: what rounding makes of its sums there is taken from all later
/// outputs too, so that samples much smaller than the terms of these sums are fitted as well as
/// they can be.
class OutputsSince {
 public:
  /// points: d × N. Cost of outputs() where `start` is antisymmetric.
  OutputsSince(const Network& start, Eigen::MatrixXd points);

  const Eigen::MatrixXd& points() const { return points_; }

  /// f at the points, N.
  Eigen::VectorXd operator()(const Network& network) const;

 private:
  Eigen::MatrixXd points_;
  Eigen::VectorXd rounding_;  // the sums at the start, if they ought to be 0; else empty
};

}  // namespace fprinciple::nn
