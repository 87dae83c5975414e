#pragma once

#include "base/linear_algebra.hpp"

#include <optional>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// What e^{−At} r needs of a symmetric positive definite A, n × n, of which only the lower triangle
/// is read. After k steps of Lanczos' recursion
///   A Q = Q T + β_k q_{k+1} e_k^T,  Q (n × k) orthonormal, q_1 = r/|r|, T tridiagonal,
/// and e^{−At} r ≈ |r| Q e^{−Tt} e_1. Its error e obeys e' = −A e − |r| β_k (e_k^T e^{−Tt} e_1)
/// q_{k+1}, where the scalar keeps its sign, as T has positive numbers beside its diagonal. So at
/// every time the error is at most the integral over all times, the residual of k steps of
/// conjugate gradients,
///   |e(t)| ≤ |r| β_k |e_k^T T^{-1} e_1| = |r| Π_{i≤k} β_i/δ_i,  δ_i the pivots of T.
/// Returns Λ and Q V, T = V Λ V^T, as soon as this is below rounding, ε|r|: few steps where the
/// eigenvalues span few decades. Nothing, if n/3 steps do not reach it, when a full decomposition
/// is as quick; they cost half of one. Full reorthogonalisation: O(n² k) time, n²/3 memory.
std::optional<base::SymmetricEigen> lanczos(const Eigen::MatrixXd& a, const Eigen::VectorXd& r);

}  // namespace fprinciple::lfp
