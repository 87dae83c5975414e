#include "measure/kernel_modes.hpp"

#include "base/blas.hpp"
#include "base/linear_algebra.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"

#include <cmath>

namespace fprinciple::measure {

using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd gaussian_kernel(const RecordingView& r, double width) {
  base::require(width > 0.0 && std::isfinite(width), "width of the kernel", width, "above 0");
  const Index n = r.samples();
  base::require_memory(base::doubles(static_cast<double>(n) * static_cast<double>(n)),
                       "the kernel");
  MatrixXd out(n, n);
  base::parallel_for_uneven(n, n > 1, [&](Index j) {
    for (Index i = 0; i < n; ++i)
      out(i, j) = std::exp(-((r.x.col(i) - r.x.col(j)) / width).squaredNorm() / 2.0);
  });
  return out;
}

KernelModes kernel_modes(const RecordingView& r, const MatrixXd& kernel, Index count) {
  const Index n = r.samples();
  base::require_shape("kernel", kernel, n, n);
  base::require(count >= 1 && count <= n, "number of eigenvectors", count,
                "from 1 to the number of samples");
  base::require_memory(base::doubles(4.0 * static_cast<double>(n) * static_cast<double>(n)),
                       "the eigenvectors of the kernel");
  const Eigen::VectorXd root = r.weight.cwiseSqrt();
  const auto eigen = base::symmetric_eigen(root.asDiagonal() * kernel * root.asDiagonal());
  const MatrixXd vectors =
      root.asDiagonal() * eigen.vectors.rightCols(count).rowwise().reverse();  // n × M
  KernelModes out;
  out.eigenvalue = eigen.values.tail(count).reverse();
  const base::OneBlasThread blas;
  const MatrixXd target = r.y * vectors;
  out.target = target.colwise().norm();
  out.share.resize(count, r.times());
  for (Index j = 0; j < r.times(); ++j) {
    const MatrixXd rest = MatrixXd(r.residual(j, 0, n)) * vectors;
    out.share.col(j) = rest.colwise().norm().transpose().cwiseQuotient(out.target);
  }
  return out;
}

}  // namespace fprinciple::measure
