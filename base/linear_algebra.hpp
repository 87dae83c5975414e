#pragma once

#include <Eigen/Core>

namespace fprinciple::base {

/// The eigenvalues of a symmetric matrix, increasing, and its eigenvectors in columns.
struct SymmetricEigen {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

/// A = V Λ V^T by LAPACK's divide and conquer (dsyevd); only the lower triangle of A is read.
/// O(n³) time; memory 3n² beside A: the vectors and a workspace of 1 + 6n + 2n². Throws RunError
/// when A is not finite, InputError when it is not square or n > 32,766.
SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& a);

/// The eigenvalues of a matrix of n rows, or some of them, with those below its rounding, n ε
/// λ_max, at 0.
Eigen::VectorXd without_rounding(const Eigen::VectorXd& eigenvalues, Eigen::Index n);

/// A B, in blocks of rows over the threads: the same bits for any number of them. Throws InputError
/// when B has not as many rows as A has columns.
Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

}  // namespace fprinciple::base
