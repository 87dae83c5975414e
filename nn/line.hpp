#pragma once

#include "nn/line_cells.hpp"

namespace fprinciple::nn {

/// ReLU networks with d = 1 at N fixed points on the line, in O(N + m log N) where the direct
/// kernels (nn/kernels.hpp, nn/tangent_kernel.hpp) need O(N m): running sums over the cells between
/// the points (docs/theory.md, section 6). A neuron is active at exactly the points at which it is
/// there. Each function needs memory O(N + m), the same bits come out for any thread count, and
/// for points in any order.
class Line {
 public:
  /// points: 1 × N, N ≥ 1, in any order, repeats allowed. Cost O(N log N).
  explicit Line(const Eigen::MatrixXd& points) : points_(points), cells_(points) {}

  /// f_θ at the points. The error is within a few ε Σ_j |a_j| max_i |z_ij|.
  Eigen::VectorXd outputs(const Network& network) const;

  /// J q, as nn::weighted_gradient.
  data::Weights weighted_gradient(const Network& network, const Eigen::VectorXd& q) const;

  /// The tangent kernel at the points, N × N, symmetric to the bit. Cost O(N² + m log N). With w >
  /// 0 the neurons active at both x_i and x_j are those of the cells up to the smaller one, with w
  /// < 0 those beyond the larger one, and over them
  ///   K_ij = s² Σ (w ξ_i + β)(w ξ_j + β) + s² (x_i x_j + 1) Σ a²,
  /// so four running sums give all of K; the first one's three terms make its error ε times the
  /// largest entries.
  Eigen::MatrixXd tangent_kernel(const Network& network) const;

  /// K(rows_i, points_j), G × N. Cost O(G N + (G + N + m) log(G + N)).
  Eigen::MatrixXd tangent_kernel(const Network& network, const Line& rows) const;

 private:
  Eigen::MatrixXd points_;
  Cells<double> cells_;
};

}  // namespace fprinciple::nn
