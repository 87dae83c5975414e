#pragma once

#include "base/linear_algebra.hpp"
#include "lfp/operators.hpp"

#include <functional>
#include <optional>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// What e^{−At} r needs of a symmetric positive definite A, n × n, known by its products. After k
/// steps of Lanczos' recursion
///   A Q = Q T + β_k q_{k+1} e_k^T,  Q (n × k) orthonormal, q_1 = r/|r|, T tridiagonal,
/// and e^{−At} r ≈ |r| Q e^{−Tt} e_1. Its error e obeys e' = −A e − |r| β_k (e_k^T e^{−Tt} e_1)
/// q_{k+1}, where the scalar keeps its sign, as T has positive numbers beside its diagonal. So at
/// every time the error is at most the integral over all times, the residual of k steps of
/// conjugate gradients,
///   |e(t)| ≤ |r| β_k |e_k^T T^{-1} e_1| = |r| Π_{i≤k} β_i/δ_i,  δ_i the pivots of T.
/// Returns Λ and Q V, T = V Λ V^T, as soon as this is below rounding, ε|r|: few steps where the
/// eigenvalues span few decades. Nothing, if `steps` do not reach it. Full reorthogonalisation:
/// O(n k²) time beside the k products; n steps numbers of memory.
std::optional<base::SymmetricEigen> lanczos(const SymmetricOperator& a, const Eigen::VectorXd& r,
                                            Eigen::Index steps);

/// The largest eigenvalue of a symmetric positive semidefinite A, and its vector.
struct LargestEigenvalue {
  double value;            ///< a Ritz value plus its residual, so not too small
  double residual;         ///< as a share of value
  Eigen::VectorXd vector;  ///< of norm 1
};

/// By Lanczos' recursion from `start` until the residual is at most enough(Ritz value), or at most
/// 1e-2 of it after `steps` steps. Throws RunError when it is not.
LargestEigenvalue largest_eigenvalue(const SymmetricOperator& a, const Eigen::VectorXd& start,
                                     Eigen::Index steps,
                                     const std::function<double(double)>& enough);

}  // namespace fprinciple::lfp
