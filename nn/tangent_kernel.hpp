#pragma once

#include "nn/network.hpp"

namespace fprinciple::nn {

/// The tangent kernel K = J^T J of the trained groups at points (d × n), n × n, at the network's
/// present weights, for every activation:
///   K = s² (H H^T + (G G^T) ∘ (X^T X + 1)),  H_ij = σ(z_ij), G_ij = a_j σ'(z_ij),
/// the terms in order from a, w and b. Neither J nor H and G are stored, but for a few hundred
/// points and neurons at a time. Cost O(n² m) time and O(n m) evaluations of σ for every 256
/// points, O(n² + m log n) for ReLU on the line; memory O(n²), and at most 32 MiB and 3 MiB a
/// thread besides it. Symmetric to the bit, and the same bits for any thread count.
/// Throws InputError for weights or points of shapes that do not go together, and for points that
/// are not finite.
Eigen::MatrixXd tangent_kernel(const Network& network, const Eigen::MatrixXd& points);

/// K(rows_i, columns_j) between two sets of points (d × G and d × n), G × n: with it a network
/// linearised at the present weights is known at the rows when it is trained at the columns.
/// Cost O(G n m) time; memory O(G n), and as much besides it as above. The same bits for any thread
/// count. Throws likewise.
Eigen::MatrixXd tangent_kernel(const Network& network, const Eigen::MatrixXd& rows,
                               const Eigen::MatrixXd& columns);

/// The same without the line's short cut, and unchecked.
namespace direct {
Eigen::MatrixXd tangent_kernel(const Network& network, const Eigen::MatrixXd& points);
Eigen::MatrixXd tangent_kernel(const Network& network, const Eigen::MatrixXd& rows,
                               const Eigen::MatrixXd& columns);
}  // namespace direct

/// λ_max of the tangent kernel; gradient descent is stable for steps below 2/λ_max.
double largest_rate(const Network& network, const Eigen::MatrixXd& points);

}  // namespace fprinciple::nn
