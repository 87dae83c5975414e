#pragma once

#include "base/memory.hpp"
#include "lfp/problem.hpp"

namespace fprinciple::lfp {

/// Of a propagator, the problem in it included: B and its decomposition while it is made, of which
/// as many numbers as B has are kept.
base::Memory propagator_memory(const ProblemSize& size);

/// The exact solution of the LFP flow at any time, from one decomposition: with B = U Σ V^T,
///   c(t) = c_ini + √(Γ/w) U diag((1 − e^{−σ² t})/σ) V^T r_0.
/// Λ = Σ² are the eigenvalues of K. Cost O(n² · size) once, O(n · size) for each time; memory
/// O(n · size). Error about √cond(K) rounding errors, at every t.
class Propagator {
 public:
  explicit Propagator(const Problem& problem);

  /// c(t), t ≥ 0; t = ∞ gives the limit. Directions whose σ² is not above `threshold` do not move.
  Eigen::MatrixXcd coefficients(double t, double threshold = 0.0) const;

  /// The eigenvalues σ² of K, decreasing: the rates of the flow.
  Eigen::VectorXd rates() const { return sigma_.cwiseAbs2(); }

 private:
  Problem problem_;
  Eigen::MatrixXd u_;           // rows of B × n
  Eigen::VectorXd sigma_;       // n
  Eigen::VectorXd projection_;  // V^T r_0
};

}  // namespace fprinciple::lfp
