#include "lfp/ensemble.hpp"

#include "base/blas.hpp"
#include "base/linear_algebra.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <cmath>
#include <utility>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

Ensemble::Ensemble(MatrixXd k, const MatrixXd& c, double ridge) {
  const base::OneBlasThread blas;
  const Index n = k.rows();
  base::require_shape("k", k, n, n);
  base::require_shape("c", c, n, n);
  base::require_finite("c", c);
  require_ridge(ridge);
  k.diagonal().array() += ridge;
  base::SymmetricEigen eigen = base::symmetric_eigen(k);
  rates_ = base::without_rounding(eigen.values, n);
  basis_ = std::move(eigen.vectors);
  within_ = base::product(basis_.transpose(), base::product(c, basis_));
}

MatrixXd Ensemble::standard_deviation(const MatrixXd& k_points, const MatrixXd& c_points,
                                      const VectorXd& variance, const VectorXd& t) const {
  const base::OneBlasThread blas;
  const Index n = rates_.size();
  base::require_shape("k_points", k_points, variance.size(), n);
  base::require_shape("c_points", c_points, variance.size(), n);
  require_times(t);
  // Everything in the eigenvectors, where A is diagonal.
  const MatrixXd k = base::product(k_points, basis_);
  const MatrixXd c = base::product(c_points, basis_);
  MatrixXd out(variance.size(), t.size());
  for (Index i = 0; i < t.size(); ++i) {
    VectorXd gain = VectorXd::Zero(n);
    for (Index j = 0; j < n; ++j)
      if (rates_[j] > 0.0) gain[j] = -std::expm1(-rates_[j] * t[i]) / rates_[j];
    const MatrixXd learnt = k * gain.asDiagonal();
    const MatrixXd change = base::product(learnt, within_) - 2.0 * c;
    out.col(i) = (variance + learnt.cwiseProduct(change).rowwise().sum()).cwiseMax(0.0).cwiseSqrt();
  }
  require_in_range("the ensemble's deviation", out);
  return out;
}

}  // namespace fprinciple::lfp
