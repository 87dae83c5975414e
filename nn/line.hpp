#pragma once

#include "nn/line_cells.hpp"

namespace fprinciple::nn {

/// ReLU networks with d = 1 at N fixed points on the line, in O(N + m) where the direct kernels
/// (nn/kernels.hpp, nn/tangent_kernel.hpp) need O(N m): running sums over the cells between the
/// points (docs/theory.md, section 8). Finding a neuron's cell costs O(log N) at worst. A neuron is
/// active at exactly the points at which it is there. Memory O(N + m); the same bits for any thread
/// count.
class Line {
 public:
  /// points: 1 × N, N ≥ 1, in any order, repeats allowed. Cost O(N log N).
  explicit Line(const Eigen::MatrixXd& points) : points_(points), cells_(points) {}

  /// f_θ at the points. Errors are roundings of terms as large as |a_j| (|β_j| + |w_j ξ_i|), nearly
  /// at random: within 6e-17 of Σ_j |a_j z_ij| for m and N up to 10^6 (the direct kernel: 2e-17),
  /// held against a sum in long double.
  Eigen::VectorXd outputs(const Network& network) const;

  /// J q, as nn::weighted_gradient.
  data::Weights weighted_gradient(const Network& network, const Eigen::VectorXd& q) const;

  /// The tangent kernel at the points, N × N, symmetric to the bit. Cost O(N² + m). Over the
  /// neurons active at both x_i and x_j,
  ///   K_ij = s² Σ (w ξ_i + β)(w ξ_j + β) + s² (x_i x_j + 1) Σ a²,
  /// and these are those with w ≥ 0 of the cells up to the smaller point, and with w < 0 beyond the
  /// larger one: running sums of β², β w, w² and a² give all of K. Errors are roundings of K's
  /// largest entries.
  Eigen::MatrixXd tangent_kernel(const Network& network) const;

  /// K(rows_i, points_j), G × N. Cost O(G N + m + (G + N) log(G + N)).
  Eigen::MatrixXd tangent_kernel(const Network& network, const Line& rows) const;

 private:
  Eigen::MatrixXd points_;
  Cells<double> cells_;
};

}  // namespace fprinciple::nn
