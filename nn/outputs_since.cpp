#include "nn/outputs_since.hpp"

#include "nn/initialise.hpp"
#include "nn/kernels.hpp"

#include <utility>

namespace fprinciple::nn {

OutputsSince::OutputsSince(const Network& start, Eigen::MatrixXd points)
    : points_(std::move(points)) {
  if (is_antisymmetric(start.weights)) rounding_ = summed_outputs(start, points_);
}

Eigen::VectorXd OutputsSince::operator()(const Network& network) const {
  if (rounding_.size() == 0) return summed_outputs(network, points_);
  if (is_antisymmetric(network.weights)) return Eigen::VectorXd::Zero(points_.cols());
  return summed_outputs(network, points_) - rounding_;
}

}  // namespace fprinciple::nn
