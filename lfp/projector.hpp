#pragma once

#include <Eigen/Core>

namespace fprinciple::lfp {

/// B = Q R by Householder reflections, rows × n: the projector Π onto the columns of B, and what is
/// orthogonal to them. A value: a copy stands for itself. O(rows n²) once.
class Projector {
 public:
  /// Throws RunError when the columns are not independent, to n rounding errors.
  explicit Projector(Eigen::MatrixXd b);

  Eigen::Index rows() const { return b_.rows(); }
  Eigen::Index cols() const { return b_.cols(); }
  /// √(r^T K^{-1} r) = |R^{-T} r|, K = B^T B.
  double least_norm(const Eigen::VectorXd& r) const;
  /// Each column's part beyond the first n rows of Q^T z: in these coordinates it is (I − Π) z.
  Eigen::MatrixXd tail(Eigen::MatrixXd z) const;
  /// (I − Π) z.
  Eigen::VectorXd rejection(const Eigen::VectorXd& z) const;

 private:
  Eigen::MatrixXd b_;  // R, and below it the reflectors
  Eigen::VectorXd h_;  // their coefficients
};

}  // namespace fprinciple::lfp
