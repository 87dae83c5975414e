#include "lfp/operators.hpp"

#include "base/blas.hpp"
#include "base/linear_algebra.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd LinearOperator::apply(const VectorXd& v) const {
  base::require_size("v", v.size(), cols);
  VectorXd z = VectorXd::Zero(rows);
  add(1.0, v, z);
  return z;
}

VectorXd LinearOperator::adjoint(const VectorXd& z) const {
  base::require_size("z", z.size(), rows);
  VectorXd v = VectorXd::Zero(cols);
  add_adjoint(1.0, z, v);
  return v;
}

LinearOperator dense_operator(MatrixXd b) {
  const auto matrix = std::make_shared<const MatrixXd>(std::move(b));
  return {matrix->rows(), matrix->cols(),
          [matrix](double alpha, const VectorXd& v, VectorXd& z) {
            const base::OneBlasThread blas;
            z.noalias() += alpha * (*matrix * v);
          },
          [matrix](double alpha, const VectorXd& z, VectorXd& v) {
            const base::OneBlasThread blas;
            v.noalias() += alpha * (matrix->transpose() * z);
          },
          [matrix]() -> MatrixXd {
            const base::OneBlasThread blas;
            return matrix->transpose() * *matrix;
          }};
}

SymmetricOperator dense_symmetric(MatrixXd a) {
  base::require_shape("a", a, a.rows(), a.rows());
  const auto matrix = std::make_shared<const MatrixXd>(std::move(a));
  return {matrix->rows(), [matrix](const VectorXd& q) -> VectorXd {
            base::require_size("q", q.size(), matrix->rows());
            const base::OneBlasThread blas;
            return matrix->selfadjointView<Eigen::Lower>() * q;
          }};
}

KernelOperator dense_kernel(const KernelFunction& kernel, const MatrixXd& samples, double ridge) {
  require_points("samples", samples);
  require_ridge(ridge);
  MatrixXd k = kernel(samples, samples);
  k.diagonal().array() += ridge;
  return {dense_symmetric(std::move(k)),
          [kernel, samples](const MatrixXd& points, const MatrixXd& weights) {
            constexpr Index kChunk = 4096;
            require_points("points", points, samples.rows());
            base::require_shape("weights", weights, samples.cols(), base::kAny);
            MatrixXd f(points.cols(), weights.cols());
            for (Index first = 0; first < points.cols(); first += kChunk) {
              const Index size = std::min(kChunk, points.cols() - first);
              f.middleRows(first, size) =
                  base::product(kernel(points.middleCols(first, size), samples), weights);
            }
            return f;
          }};
}

}  // namespace fprinciple::lfp
