#include "compare/ensemble.hpp"

#include "base/require.hpp"
#include "compare/problem.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/deep_kernel.hpp"
#include "lfp/ensemble.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kBlock = 512;

/// K and C between two lists of points.
struct TangentAndCovariance {
  MatrixXd tangent, covariance;
};

/// `kernels` are both as a function of two lists of points, and C(x, x).
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
  auto [k, c] = kernels(x, x);
  const lfp::Ensemble ensemble(std::move(k), c, ridge);
  for (Index at = 0; at < points.cols(); at += kBlock) {
    const MatrixXd block = points.middleCols(at, std::min(kBlock, points.cols() - at));
    const auto [k_block, c_block] = kernels(block, x);
    out.middleRows(at, block.cols()) =
        ensemble.standard_deviation(k_block, c_block, kernels.variance(block), t);
  }
  return out;
}

/// C of the two-layer network is s²m E[a²] E[σσ'], of the same averages as K.
struct TwoLayers {
  data::NetworkLaw law;

  TangentAndCovariance operator()(const MatrixXd& rows, const MatrixXd& columns) const {
    lfp::ActivationAverages averages = lfp::activation_averages(law, rows, columns);
    MatrixXd c = covariance(averages.value);
    return {lfp::complete_kernel(law, std::move(averages), rows, columns).k, std::move(c)};
  }

  /// Averages come for pairs of points: of a few at a time, so that hardly more than the diagonal
  /// is formed, and the rules' tables not for each point anew.
  VectorXd variance(const MatrixXd& points) const {
    constexpr Index kFew = 8;
    VectorXd out(points.cols());
    for (Index at = 0; at < points.cols(); at += kFew) {
      const MatrixXd few = points.middleCols(at, std::min(kFew, points.cols() - at));
      out.segment(at, few.cols()) =
          covariance(lfp::activation_averages(law, few, few).value).diagonal();
    }
    return out;
  }

 private:
  MatrixXd covariance(const MatrixXd& value) const {
    const double scale = law.output_scale * law.output_scale * static_cast<double>(law.width);
    return scale * data::second_moment(law.a) * value;
  }
};

struct Deep {
  data::DeepLaw law;
  TangentAndCovariance operator()(const MatrixXd& rows, const MatrixXd& columns) const {
    return {lfp::deep_tangent_kernel(law, rows, columns).k,
            lfp::deep_covariance(law, rows, columns).k};
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
  return deviation(TwoLayers{.law = law}, x, ridge, points, t);
}

MatrixXd ensemble_deviation(const data::DeepLaw& law, const MatrixXd& x, double ridge,
                            const MatrixXd& points, const VectorXd& t) {
  lfp::require_law(law);
  return deviation(Deep{.law = law}, x, ridge, points, t);
}

base::Memory ensemble_memory(Index samples, Index points) {
  const auto n = static_cast<double>(samples);
  const auto rows = static_cast<double>(std::min(kBlock, points));
  return base::passing(base::doubles(8.0 * n * n + 6.0 * rows * n + 4.0 * rows * rows));
}

}  // namespace fprinciple::compare
