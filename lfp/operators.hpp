#pragma once

#include <functional>

#include <Eigen/Core>

namespace fprinciple::lfp {

// What solvers need of a problem, so that it may be more than a matrix in memory: non-uniform FFTs,
// states of a semiseparable kernel, tiles that are never stored. Small values that share what they
// stand for; the dense matrix is one implementation. Safe to call from several threads where what
// they stand for is.

/// B of a lattice problem, rows × cols: c = c_ini + √(Γ/w) z, h − h_ini = B^T z at the n = cols
/// samples, K = B^T B, and the flow is z' = −B (B^T z − r_0) (lfp/problem.hpp).
struct LinearOperator {
  Eigen::Index rows = 0;
  Eigen::Index cols = 0;
  std::function<void(double alpha, const Eigen::VectorXd& v, Eigen::VectorXd& z)>
      add;  ///< z += α B v
  std::function<void(double alpha, const Eigen::VectorXd& z, Eigen::VectorXd& v)>
      add_adjoint;                        ///< v += α B^T z
  std::function<Eigen::MatrixXd()> gram;  ///< B^T B, cols × cols

  Eigen::VectorXd apply(const Eigen::VectorXd& v) const;    ///< B v
  Eigen::VectorXd adjoint(const Eigen::VectorXd& z) const;  ///< B^T z
};

/// K of a kernel problem, or any symmetric A: size × size.
struct SymmetricOperator {
  Eigen::Index size = 0;
  std::function<Eigen::VectorXd(const Eigen::VectorXd& q)> product;  ///< A q
};

/// A kernel problem: K + ρ I between the n samples X, and f = k(x, X) λ anywhere.
struct KernelOperator {
  SymmetricOperator k;
  /// k(x, X) λ at points x (d × N) for weights λ (n × T): N × T.
  std::function<Eigen::MatrixXd(const Eigen::MatrixXd& points, const Eigen::MatrixXd& weights)>
      values;
};

/// A kernel as a function of two lists of points, d × N and d × N': N × N'.
using KernelFunction =
    std::function<Eigen::MatrixXd(const Eigen::MatrixXd& rows, const Eigen::MatrixXd& columns)>;

/// The matrix itself. O(rows · cols) a product.
LinearOperator dense_operator(Eigen::MatrixXd b);
/// Only the lower triangle is read.
SymmetricOperator dense_symmetric(Eigen::MatrixXd a);
/// K in memory, and k(x, X) a block of points at a time. O(n²) and O(N n T).
KernelOperator dense_kernel(const KernelFunction& kernel, const Eigen::MatrixXd& samples,
                            double ridge = 0.0);

}  // namespace fprinciple::lfp
