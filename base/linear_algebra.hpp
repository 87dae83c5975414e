#pragma once

#include <Eigen/Core>

namespace fprinciple::base {

/// The eigenvalues of a symmetric matrix, increasing, and its eigenvectors in columns.
struct SymmetricEigen {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

/// A = V Λ V^T by LAPACK's divide and conquer (dsyevd); only the lower triangle of A is read.
/// O(n³) time, O(n²) memory. Throws RunError when A is not finite.
SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& a);

/// A B, in blocks of rows over the threads: the same bits for any number of them.
Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

/// Keeps BLAS to one thread, so that results do not depend on how many there are; threads are ours,
/// over fixed partitions. Called first thing in every program.
void keep_blas_to_one_thread();

}  // namespace fprinciple::base
