#include "lfp/neuron_rule.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/memory.hpp"
#include "lfp/checks.hpp"
#include "lfp/gauss_rule.hpp"
#include "lfp/wide_averages.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <boost/math/special_functions/erf.hpp>
#include <boost/random/sobol.hpp>
#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using data::Distribution;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Neurons in columns (w_1 … w_d, b) and their weights.
struct Neurons {
  MatrixXd at;
  VectorXd weight;
};

constexpr double kLargestProduct = 3e5;  // neurons of a product rule
constexpr Index kShifts = 16;
constexpr Index kBlock = 1024;  // neurons whose outputs are in memory at a time
constexpr Index kPerShift = Index{1} << 14;

/// A product rule before it is made: an axis for each coordinate of w, scaled so that panels are of
/// width 2 · panel in w_k x_k, and one for b.
struct Axis {
  double half_width, panel;
  double size() const { return composite_size(half_width, panel, kOrder); }
  Rule rule() const { return composite_rule(half_width, panel, kOrder); }
  static constexpr Index kOrder = 16;
};

std::vector<Axis> product_axes(const data::NetworkLaw& law, const VectorXd& reach, double panel) {
  std::vector<Axis> axes;
  for (const double x : reach)
    axes.push_back({law.w.scale, std::min(law.w.scale, panel / std::max(x, 1e-300))});
  if (law.b.kind == Distribution::Kind::uniform)
    axes.push_back({law.b.scale, panel});
  else
    axes.push_back({9.0 * law.b.scale, std::min(panel, 1.5 * law.b.scale)});
  return axes;
}

double product_size(const std::vector<Axis>& axes) {
  double size = 1.0;
  for (const Axis& axis : axes) size *= axis.size();
  return size;
}

Neurons product_neurons(const data::NetworkLaw& law, const std::vector<Axis>& product) {
  std::vector<Rule> axes;
  for (const Axis& axis : product) axes.push_back(axis.rule());
  if (Rule& b = axes.back(); law.b.kind == Distribution::Kind::normal) {
    b.w.array() *= (-0.5 * (b.x.array() / law.b.scale).square()).exp();
    b.w /= b.w.sum();
  }
  axes.back().x.array() += law.b.mean;
  const auto size = static_cast<Index>(product_size(product));  // at most kLargestProduct
  Neurons out{MatrixXd(static_cast<Index>(axes.size()), size), VectorXd::Ones(size)};
  for (Index q = 0; q < size; ++q) {
    Index rest = q;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      const Index j = rest % axes[k].x.size();
      rest /= axes[k].x.size();
      out.at(static_cast<Index>(k), q) = axes[k].x[j];
      out.weight[q] *= axes[k].w[j];
    }
  }
  return out;
}

double quantile(const Distribution& law, double share) {
  if (law.kind == Distribution::Kind::uniform) return law.mean + law.scale * (2.0 * share - 1.0);
  return law.mean - law.scale * std::sqrt(2.0) * boost::math::erfc_inv(2.0 * share);
}

/// The Sobol' sequence, shifted modulo 1.
Neurons shifted_neurons(const data::NetworkLaw& law, Index d, std::uint64_t shift) {
  boost::random::sobol sequence(static_cast<std::size_t>(d + 1));
  Neurons out{MatrixXd(d + 1, kPerShift),
              VectorXd::Constant(kPerShift, 1.0 / static_cast<double>(kPerShift))};
  const double top = static_cast<double>((boost::random::sobol::max)()) + 1.0;
  for (Index q = 0; q < kPerShift; ++q)
    for (Index k = 0; k <= d; ++k) {
      const auto [u, v] =
          data::uniform_pair(0, data::Stream::sample_x, shift, static_cast<std::uint32_t>(k));
      // The first 2^14 points of the sequence are balanced; Boost leaves out the first of all, 0.
      double share = (q == 0 ? 0.5 : static_cast<double>(sequence()) + 0.5) / top + u;
      share -= std::floor(share);
      out.at(k, q) = quantile(k < d ? law.w : law.b, share);
    }
  return out;
}

void add_averages(const data::NetworkLaw& law, const Neurons& neurons, const MatrixXd& rows,
                  const MatrixXd& columns, const base::ShareTold& tell, ActivationAverages& into) {
  into.value.setZero(rows.cols(), columns.cols());
  into.derivative.setZero(rows.cols(), columns.cols());
  const Index d = rows.rows();
  for (Index first = 0; first < neurons.weight.size(); first += kBlock) {
    const Index size = std::min(kBlock, neurons.weight.size() - first);
    const MatrixXd w = neurons.at.block(0, first, d, size);
    const VectorXd b = neurons.at.row(d).segment(first, size).transpose();
    const VectorXd weight = neurons.weight.segment(first, size);
    const auto add = [&](const auto& function, MatrixXd& sum) {
      const MatrixXd left = ((w.transpose() * rows).colwise() + b).unaryExpr(function);
      const MatrixXd right = ((w.transpose() * columns).colwise() + b).unaryExpr(function);
      sum.noalias() += (weight.asDiagonal() * left).transpose() * right;
    };
    data::with_activation(law.activation, [&](auto sigma) {
      add([sigma](double z) { return sigma.value(z); }, into.value);
      add([sigma](double z) { return sigma.derivative(z); }, into.derivative);
    });
    if (tell) tell(static_cast<double>(first + size) / static_cast<double>(neurons.weight.size()));
  }
}

double relative_difference(const ActivationAverages& one, const ActivationAverages& other) {
  return std::max((one.value - other.value).cwiseAbs().maxCoeff() /
                      std::max(one.value.cwiseAbs().maxCoeff(), 1e-300),
                  (one.derivative - other.derivative).cwiseAbs().maxCoeff() /
                      std::max(one.derivative.cwiseAbs().maxCoeff(), 1e-300));
}

}  // namespace

base::Memory neuron_memory(const data::NetworkLaw& law, const MatrixXd& rows,
                           const MatrixXd& columns) {
  const auto n = static_cast<double>(rows.cols());
  const auto m = static_cast<double>(columns.cols());
  const bool smooth = data::relu_power(law.activation) == 0;
  const double neurons =  // at most: the product rule's, or a shift's
      static_cast<double>(rows.rows() + 2) *
      (smooth && rows.rows() <= 3 ? kLargestProduct : static_cast<double>(kPerShift));
  return base::passing(
      base::doubles(4.0 * n * m + static_cast<double>(kBlock) * (3.0 * n + 2.0 * m) + neurons));
}

ActivationAverages neuron_averages(const data::NetworkLaw& law, const MatrixXd& rows,
                                   const MatrixXd& columns, const base::ShareTold& tell) {
  require_law(law);
  require_points("rows", rows);
  require_points("columns", columns, rows.rows());
  if (law.w.kind != Distribution::Kind::uniform)
    throw InputError("law: a rule over neurons is for uniform w");
  const base::OneBlasThread blas;
  base::require_memory(neuron_memory(law, rows, columns).peak,
                       fmt::format("a kernel of {} × {} points", rows.cols(), columns.cols()));
  const VectorXd reach =
      rows.cwiseAbs().rowwise().maxCoeff().cwiseMax(columns.cwiseAbs().rowwise().maxCoeff());
  ActivationAverages out;
  const bool smooth = data::relu_power(law.activation) == 0;
  const std::vector<Axis> axes = product_axes(law, reach, 1.2);
  if (smooth && product_size(axes) <= kLargestProduct) {
    out.method = "quadrature";
    add_averages(law, product_neurons(law, axes), rows, columns, base::part_of(tell, 0.0, 0.7),
                 out);
    ActivationAverages coarse;
    add_averages(law, product_neurons(law, product_axes(law, reach, 1.6)), rows, columns,
                 base::part_of(tell, 0.7, 0.3), coarse);
    out.error = relative_difference(out, coarse);
    return out;
  }
  if (smooth && rows.rows() == 1) return wide_averages(law, rows, columns, tell);
  out.method = "randomised quadrature";
  out.value.setZero(rows.cols(), columns.cols());
  out.derivative = out.value;
  MatrixXd value_square = out.value;
  MatrixXd derivative_square = out.value;
  constexpr double kShare = 1.0 / static_cast<double>(kShifts);
  for (Index shift = 0; shift < kShifts; ++shift) {
    ActivationAverages one;
    add_averages(law, shifted_neurons(law, rows.rows(), static_cast<std::uint64_t>(shift)), rows,
                 columns, base::part_of(tell, static_cast<double>(shift) * kShare, kShare), one);
    out.value += one.value / static_cast<double>(kShifts);
    out.derivative += one.derivative / static_cast<double>(kShifts);
    value_square += one.value.cwiseAbs2() / static_cast<double>(kShifts);
    derivative_square += one.derivative.cwiseAbs2() / static_cast<double>(kShifts);
  }
  const auto scatter = [](const MatrixXd& mean, const MatrixXd& square) {
    const double variance =
        (square - mean.cwiseAbs2()).maxCoeff() / static_cast<double>(kShifts - 1);
    return 2.0 * std::sqrt(std::max(0.0, variance)) / std::max(mean.cwiseAbs().maxCoeff(), 1e-300);
  };
  out.error =
      std::max(scatter(out.value, value_square), scatter(out.derivative, derivative_square));
  return out;
}

}  // namespace fprinciple::lfp
