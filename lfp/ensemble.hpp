#pragma once

#include <Eigen/Core>

namespace fprinciple::lfp {

/// Infinitely wide networks of one law differ by their first outputs f_0 only, a Gaussian process
/// of mean 0 and covariance C (the NNGP kernel); all follow one tangent kernel K. With A(t) =
/// V diag((1 − e^{−λ_j t})/λ_j) V^T, K + ρ I = V Λ V^T, each has learnt
///   f(x, t) = f_0(x) + k(x, X) A(t) (y − f_0(X)),
/// whose mean is the prediction from f = 0, and whose covariance between x and x' is
///   C(x, x') − k A C(X, x') − C(x, X) A k'^T + k A C(X, X) A k'^T
/// (Lee et al. 2019, arXiv 1902.06720, equation 16, with a ridge).
class Ensemble {
 public:
  /// K(X, X) and C(X, X), n × n. O(n³). Throws InputError for shapes and numbers that are none.
  Ensemble(Eigen::MatrixXd k, const Eigen::MatrixXd& c, double ridge = 0.0);

  /// The standard deviation of f over the draws at N points and times t ≥ 0, ∞ among them, N × T,
  /// from K(x, X) and C(x, X), N × n, and C(x, x), N. Known to √ε of the largest √C, as the terms
  /// cancel where everything is learnt. O(N n² T).
  Eigen::MatrixXd standard_deviation(const Eigen::MatrixXd& k_points,
                                     const Eigen::MatrixXd& c_points,
                                     const Eigen::VectorXd& variance,
                                     const Eigen::VectorXd& t) const;

 private:
  Eigen::VectorXd rates_;   // Λ, n
  Eigen::MatrixXd basis_;   // V, n × n
  Eigen::MatrixXd within_;  // V^T C(X, X) V
};

}  // namespace fprinciple::lfp
