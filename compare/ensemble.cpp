#include "compare/ensemble.hpp"

#include "base/require.hpp"
#include "compare/problem.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/deep_kernel.hpp"
#include "lfp/ensemble.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kBlock = 512;

/// `kernels` are K and C as functions of two lists of points, and C(x, x).
template <class Kernels>
MatrixXd deviation(const Kernels& kernels, const MatrixXd& x, double ridge, const MatrixXd& points,
                   const VectorXd& t) {
  base::require(x.rows() >= 1 && x.cols() >= 1, "samples.x", x.cols(), "at least 1 point");
  base::require_finite("samples.x", x);
  base::require_shape("points", points, x.rows(), base::kAny);
  base::require_finite("points", points);
  base::require_memory(ensemble_memory(x.cols(), points.cols()).peak,
                       fmt::format("the ensemble of {} samples", x.cols()));
  MatrixXd out(points.cols(), t.size());
  const lfp::Ensemble ensemble(kernels.tangent(x, x), kernels.covariance(x, x), ridge);
  for (Index at = 0; at < points.cols(); at += kBlock) {
    const MatrixXd block = points.middleCols(at, std::min(kBlock, points.cols() - at));
    out.middleRows(at, block.cols()) = ensemble.standard_deviation(
        kernels.tangent(block, x), kernels.covariance(block, x), kernels.variance(block), t);
  }
  return out;
}

/// C of the two-layer network: s²m E[a²] E[σσ'], which is E[a²] times what a alone makes of K.
struct TwoLayers {
  data::NetworkLaw law;
  MatrixXd tangent(const MatrixXd& rows, const MatrixXd& columns) const {
    return lfp::complete_kernel(law, rows, columns).k;
  }
  MatrixXd covariance(const MatrixXd& rows, const MatrixXd& columns) const {
    data::NetworkLaw outputs = law;
    outputs.train = {.a = true, .w = false, .b = false};
    return data::second_moment(law.a) * lfp::complete_kernel(outputs, rows, columns).k;
  }
  VectorXd variance(const MatrixXd& points) const { return covariance(points, points).diagonal(); }
};

struct Deep {
  data::DeepLaw law;
  MatrixXd tangent(const MatrixXd& rows, const MatrixXd& columns) const {
    return lfp::deep_tangent_kernel(law, rows, columns).k;
  }
  MatrixXd covariance(const MatrixXd& rows, const MatrixXd& columns) const {
    return lfp::deep_covariance(law, rows, columns).k;
  }
  VectorXd variance(const MatrixXd& points) const {
    return lfp::deep_diagonal(law, points).covariance;
  }
};

}  // namespace

MatrixXd ensemble_deviation(const data::NetworkLaw& law, const MatrixXd& x, double ridge,
                            const MatrixXd& points, const VectorXd& t) {
  require_valid(law);
  base::require(law.a.mean == 0.0, "law.a.mean", law.a.mean, "0, so that networks start about 0");
  return deviation(TwoLayers{law}, x, ridge, points, t);
}

MatrixXd ensemble_deviation(const data::DeepLaw& law, const MatrixXd& x, double ridge,
                            const MatrixXd& points, const VectorXd& t) {
  lfp::require_law(law);
  return deviation(Deep{law}, x, ridge, points, t);
}

base::Memory ensemble_memory(Index samples, Index points) {
  const auto n = static_cast<double>(samples);
  const auto rows = static_cast<double>(std::min(kBlock, points));
  return base::passing(base::doubles(8.0 * n * n + 6.0 * rows * n + 4.0 * rows * rows));
}

}  // namespace fprinciple::compare
