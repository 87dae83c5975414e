#include "lfp/lanczos.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Takes from `next` what it has along the columns of q; twice is enough (Kahan and Parlett).
void reorthogonalise(const Eigen::Ref<const MatrixXd>& q, VectorXd& next) {
  for (int pass = 0; pass < 2; ++pass) {
    const VectorXd along = q.transpose() * next;
    next -= q * along;
  }
}

}  // namespace

std::optional<base::SymmetricEigen> lanczos(const SymmetricOperator& a, const VectorXd& r,
                                            Index steps) {
  base::require_size("r", r.size(), a.size);
  base::require_finite("r", r);
  base::require(steps >= 0, "steps", steps, "at least 0");
  const base::OneBlasThread blas;
  MatrixXd q(a.size, steps + 1);
  MatrixXd t = MatrixXd::Zero(steps + 1, steps + 1);
  q.col(0) = (r / power_of_two(r)).normalized();
  double pivot = 0.0;
  double error = 1.0;  // as a share of |r|
  for (Index k = 0; k < steps; ++k) {
    VectorXd next = a.product(q.col(k));
    t(k, k) = q.col(k).dot(next);
    reorthogonalise(q.leftCols(k + 1), next);
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

LargestEigenvalue largest_eigenvalue(const SymmetricOperator& a, const VectorXd& start, Index steps,
                                     const std::function<double(double)>& enough) {
  base::require_size("start", start.size(), a.size);
  base::require_finite("start", start);
  base::require(steps >= 1, "steps", steps, "at least 1");
  const base::OneBlasThread blas;
  steps = std::min(steps, a.size);
  MatrixXd q(a.size, steps);
  VectorXd diagonal(steps), beside(steps);
  VectorXd next = start.normalized();
  for (Index k = 0, check = 0; k < steps; ++k) {
    q.col(k) = next;
    next = a.product(next);
    diagonal[k] = q.col(k).dot(next);
    reorthogonalise(q.leftCols(k + 1), next);
    beside[k] = next.norm();
    next /= beside[k];
    if (k < check && k + 1 < steps && beside[k] > 0.0) continue;
    check = k + 1 + k / 10;
    MatrixXd t = MatrixXd::Zero(k + 1, k + 1);
    t.diagonal() = diagonal.head(k + 1);
    t.diagonal(-1) = beside.head(k);
    const base::SymmetricEigen ritz = base::symmetric_eigen(t);
    const double theta = std::max(ritz.values[k], 0.0);
    const double residual = beside[k] * std::abs(ritz.vectors(k, k));
    if (residual <= enough(theta) || (k + 1 == steps && residual <= 1e-2 * theta)) {
      const double value = theta + residual;
      return {value, value > 0.0 ? residual / value : 0.0, q.leftCols(k + 1) * ritz.vectors.col(k)};
    }
  }
  throw RunError(fmt::format("the largest eigenvalue was not found in {} steps", steps));
}

}  // namespace fprinciple::lfp
