#pragma once

#include "nn/network.hpp"

namespace fprinciple::nn {

/// The tangent kernel K = J^T J of the trained groups at points (d × n), n × n, at the network's
/// present weights:
///   K = s² (H H^T + (G G^T) ∘ (X^T X + 1)),  H_ij = σ(z_ij), G_ij = a_j σ'(z_ij),
/// the terms in order from a, w and b. J is never stored. Cost O(n² m) time; memory O(n²).
/// The same bits for any thread count.
Eigen::MatrixXd tangent_kernel(const Network& network, const Eigen::MatrixXd& points);

/// λ_max of the tangent kernel; gradient descent is stable for steps below 2/λ_max.
double largest_rate(const Network& network, const Eigen::MatrixXd& points);

}  // namespace fprinciple::nn
