#include "lfp/lanczos.hpp"

#include <limits>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::optional<base::SymmetricEigen> lanczos(const MatrixXd& a, const VectorXd& r) {
  const Index steps = a.rows() / 3;
  MatrixXd q(a.rows(), steps + 1);
  MatrixXd t = MatrixXd::Zero(steps + 1, steps + 1);
  q.col(0) = r.normalized();
  double pivot = 0.0;
  double error = 1.0;  // as a share of |r|
  for (Index k = 0; k < steps; ++k) {
    VectorXd next = a.selfadjointView<Eigen::Lower>() * q.col(k);
    t(k, k) = q.col(k).dot(next);
    for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan and Parlett)
      const VectorXd along = q.leftCols(k + 1).transpose() * next;
      next -= q.leftCols(k + 1) * along;
    }
    const double beta = next.norm();
    pivot = t(k, k) - (k > 0 ? t(k, k - 1) * t(k, k - 1) / pivot : 0.0);
    if (!(pivot > 0.0)) return {};
    error *= beta / pivot;
    if (error <= std::numeric_limits<double>::epsilon()) {
      base::SymmetricEigen eigen = base::symmetric_eigen(t.topLeftCorner(k + 1, k + 1));
      eigen.vectors = q.leftCols(k + 1) * eigen.vectors;
      return eigen;
    }
    q.col(k + 1) = next / beta;
    t(k + 1, k) = beta;
  }
  return {};
}

}  // namespace fprinciple::lfp
