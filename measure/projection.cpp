#include "measure/projection.hpp"

#include "base/blas.hpp"
#include "base/linear_algebra.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "measure/projected_sums.hpp"

#include <algorithm>

namespace fprinciple::measure {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kBlock = 128, kChunk = 512;

/// Σ w (x − x̄)(x − x̄)ᵀ, d × d, the lower triangle.
MatrixXd covariance(const RecordingView& r, const VectorXd& mean) {
  const Index d = r.dim(), n = r.samples();
  MatrixXd out = MatrixXd::Zero(d, d);
  base::parallel_for_uneven((d + kBlock - 1) / kBlock, n > kChunk, [&](Index block) {
    const Index first = block * kBlock, width = std::min(kBlock, d - first), rows = d - first;
    for (Index start = 0; start < n; start += kChunk) {
      const Index count = std::min(kChunk, n - start);
      const MatrixXd centred =
          (r.x.block(first, start, rows, count).colwise() - mean.tail(rows)).array().rowwise() *
          r.weight.segment(start, count).transpose().array().sqrt();
      out.block(first, first, rows, width).noalias() +=
          centred * centred.topRows(width).transpose();
    }
  });
  return out;
}

/// √w_i √w_j (x_i − x̄)·(x_j − x̄), n × n: the same eigenvalues, for fewer samples than dimensions.
MatrixXd gram(const MatrixXd& centred) {
  const Index n = centred.cols();
  MatrixXd out = MatrixXd::Zero(n, n);
  base::parallel_for_uneven((n + kBlock - 1) / kBlock, n > kBlock, [&](Index block) {
    const Index first = block * kBlock, width = std::min(kBlock, n - first);
    out.block(first, first, n - first, width).noalias() =
        centred.rightCols(n - first).transpose() * centred.middleCols(first, width);
  });
  return out;
}

}  // namespace

VectorXd principal_direction(const RecordingView& r) {
  const Index d = r.dim(), n = r.samples(), side = std::min(d, n);
  base::require_memory(base::doubles(4.0 * static_cast<double>(side) * static_cast<double>(side)),
                       "the first principal component");
  const base::OneBlasThread blas;
  // About the first sample: where the samples are close to each other and far from 0, their mean
  // keeps its digits.
  const VectorXd origin = r.x.col(0);
  VectorXd mean = VectorXd::Zero(d);
  for (Index i = 0; i < n; ++i) mean += r.weight[i] * (r.x.col(i) - origin);
  mean += origin;
  VectorXd direction;
  double variance = 0.0;
  if (d <= n) {
    const auto eigen = base::symmetric_eigen(covariance(r, mean));
    variance = eigen.values[d - 1];
    direction = eigen.vectors.col(d - 1);
  } else {
    const MatrixXd centred =
        (r.x.colwise() - mean).array().rowwise() * r.weight.transpose().array().sqrt();
    const auto eigen = base::symmetric_eigen(gram(centred));
    variance = eigen.values[n - 1];
    direction = centred * eigen.vectors.col(n - 1);
  }
  base::require(variance > 0.0, "variance of x", variance, "above 0 along some direction");
  direction.normalize();
  Index largest = 0;
  direction.cwiseAbs().maxCoeff(&largest);
  return direction[largest] < 0.0 ? VectorXd(-direction) : direction;
}

VectorXd unit_direction(const RecordingView& recording, const VectorXd& direction) {
  base::require_size("direction", direction.size(), recording.dim());
  base::require_finite("direction", direction);
  const double largest = direction.cwiseAbs().maxCoeff();
  base::require(largest > 0.0, "largest component of direction", largest, "not 0");
  return (direction / largest).normalized();
}

VectorXd default_frequencies(const RecordingView& r, const VectorXd& direction) {
  constexpr double kSame = 1e-9;  // of the range
  constexpr Index kMost = 32;
  VectorXd along = r.x.transpose() * unit_direction(r, direction);
  std::sort(along.begin(), along.end());
  const double range = along[along.size() - 1] - along[0];
  base::require(range > 0.0, "range of x along the direction", range, "above 0");
  Index different = 1;
  for (Index i = 1; i < along.size(); ++i)
    if (along[i] - along[i - 1] > kSame * range) ++different;
  different = std::max<Index>(different, 2);
  const double length = range * static_cast<double>(different) / static_cast<double>(different - 1);
  const Index count = std::clamp<Index>((different - 1) / 2, 1, kMost);
  return VectorXd::LinSpaced(count, 1.0, static_cast<double>(count)) / length;
}

Projection project(const RecordingView& r, const VectorXd& direction, const VectorXd& frequency) {
  return whole(project_groups(r, direction, frequency, 1));
}

}  // namespace fprinciple::measure
