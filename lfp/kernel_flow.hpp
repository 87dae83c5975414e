#pragma once

#include "base/memory.hpp"

#include <memory>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// A kernel method on n samples: the flow of the residual r(t) = r_0 − f(X, t),
///   r' = −(K + μ P P^T) r,  μ → ∞,
/// where K may be positive definite only on the weights λ with P^T λ = 0 (a conditionally positive
/// definite kernel), and the columns of P, the unpenalised polynomials at the samples, move freely.
/// Without P it is the plain flow r' = −K r of any tangent kernel. Everything is mesh-free:
///   f(x, t) = k(x, X) λ(t) + p(x) β(t).
struct KernelProblem {
  Eigen::MatrixXd k;            ///< K, n × n, symmetric; only the lower triangle is read
  Eigen::MatrixXd polynomials;  ///< P, n × q, of full rank; q = 0: none
  Eigen::VectorXd residual;     ///< r_0 = y − f_ini(X), n
  double ridge = 0.0;           ///< ρ: K → K + ρ I
};

/// Throws InputError where shapes do not belong together or an argument is not finite, RunError
/// where K is not.
void require_problem(const KernelProblem& problem);

/// Throws RunError where there are more unpenalised polynomials than samples. In high dimensions
/// to be asked before they are evaluated.
void require_determined(Eigen::Index samples, Eigen::Index polynomials);

/// λ and β, one column for each time.
struct KernelWeights {
  Eigen::MatrixXd kernel;       ///< λ, n × T
  Eigen::MatrixXd polynomials;  ///< β, q × T
};

/// f = k(x, X) λ + p(x) β at G points: k_points (G × n), p_points (G × q). G × T.
Eigen::MatrixXd values(const KernelWeights& weights, const Eigen::MatrixXd& k_points,
                       const Eigen::MatrixXd& p_points);

/// The exact solution at any time. With Q an orthonormal basis of {λ : P^T λ = 0} and Q^T K Q =
/// V Λ V^T,
///   λ(t) = Q V diag((1 − e^{−Λt})/Λ) V^T Q^T r_0,
/// and β(t) brings the part of the residual along P to zero, which it is for every t > 0: an
/// infinite weight acts at once. At t = 0 nothing has moved. Directions whose eigenvalue is below
/// rounding, n ε λ_max, do not move. V is the part that r_0 sees (lfp/lanczos.hpp), k columns, or
/// the whole where n/3 steps of Lanczos do not find it: k = n − q. Cost O(n² k) once, O(n k T) for
/// T times.
class KernelFlow {
 public:
  explicit KernelFlow(KernelProblem problem);

  /// The same kernel and polynomials for another residual r_0 (n). The whole decomposition is made
  /// once, O(n³), and shared by what is made from the flow that this returns: then O(n²).
  KernelFlow of(const Eigen::VectorXd& residual) const;

  /// The weights at the times t ≥ 0; t = ∞ gives the limit. Directions whose eigenvalue is not
  /// above `threshold` do not move.
  KernelWeights weights(const Eigen::VectorXd& t, double threshold = 0.0) const;

  /// How many directions are above a threshold, of those that r_0 sees.
  Eigen::Index rank(double threshold) const;
  /// The largest eigenvalue, 0 where there is none.
  double fastest() const;

  /// The residual r(t) at the samples, ½|r|² being the loss. n × T.
  Eigen::MatrixXd residuals(const Eigen::VectorXd& t) const;

  /// Λ, increasing: the rates of the flow, all n − q of them. O(n³).
  Eigen::VectorXd rates() const;

 private:
  /// What does not depend on the residual.
  struct Solved {
    Eigen::MatrixXd restricted;  // Q^T (K + ρ I) Q
    Eigen::MatrixXd range;       // orthonormal basis of the range of P, n × q
    Eigen::MatrixXd triangle;    // P = range · triangle
    Eigen::MatrixXd seen;        // (K + ρ I) range
    Eigen::MatrixXd basis;       // Q V, n × k
    Eigen::VectorXd decay;       // the Λ of V, ≥ 0
    bool whole() const { return basis.cols() == restricted.cols(); }
  };
  KernelFlow() = default;

  std::shared_ptr<const Solved> solved_;
  Eigen::VectorXd residual_;
  Eigen::VectorXd projection_;  // (Q V)^T r_0
};

/// Of a KernelFlow for n samples and q unpenalised polynomials, the matrix K that it is given
/// included.
base::Memory kernel_flow_memory(Eigen::Index n, Eigen::Index q);
/// Of solve_saddle, beside its problem.
base::Memory saddle_memory(Eigen::Index n, Eigen::Index q);

/// The limit by another route: the saddle system
///   [K P; P^T 0] [λ; β] = [r_0; 0],
/// by LU with pivoting and a step of refinement. Throws RunError when it is singular.
KernelWeights solve_saddle(const KernelProblem& problem);

}  // namespace fprinciple::lfp
