#include "lfp/neuron_rule.hpp"

#include "base/memory.hpp"
#include "lfp/gauss_rule.hpp"
#include "lfp/wide_averages.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <boost/math/special_functions/erf.hpp>
#include <boost/random/sobol.hpp>
#include <spdlog/fmt/fmt.h>

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
constexpr Index kPerShift = Index{1} << 14;

Rule bias_rule(const Distribution& b, double panel) {
  if (b.kind == Distribution::Kind::uniform) return composite_rule(b.scale, panel, 16);
  Rule rule = composite_rule(9.0 * b.scale, std::min(panel, 1.5 * b.scale), 16);
  rule.w.array() *= (-0.5 * (rule.x.array() / b.scale).square()).exp();
  rule.w /= rule.w.sum();
  return rule;
}

/// The product of a rule for each coordinate of w, scaled so that panels are of width 2 · panel in
/// w_k x_k, and one for b.
std::vector<Rule> product_axes(const data::NetworkLaw& law, const VectorXd& reach, double panel) {
  std::vector<Rule> axes;
  for (const double x : reach)
    axes.push_back(
        composite_rule(law.w.scale, std::min(law.w.scale, panel / std::max(x, 1e-300)), 16));
  axes.push_back(bias_rule(law.b, panel));
  return axes;
}

/// The neurons of product_axes, before any of them is made: for wide laws they are without number.
double product_size(const data::NetworkLaw& law, const VectorXd& reach, double panel) {
  const auto nodes = [](double half_width, double width) {
    return 16.0 * std::max(1.0, std::ceil(half_width / width));
  };
  double size = law.b.kind == Distribution::Kind::uniform
                    ? nodes(law.b.scale, panel)
                    : nodes(9.0 * law.b.scale, std::min(panel, 1.5 * law.b.scale));
  for (const double x : reach)
    size *= nodes(law.w.scale, std::min(law.w.scale, panel / std::max(x, 1e-300)));
  return size;
}

Neurons product_neurons(const std::vector<Rule>& axes) {
  Index size = 1;
  for (const Rule& axis : axes) size *= axis.x.size();
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
  if (law.kind == Distribution::Kind::uniform) return law.scale * (2.0 * share - 1.0);
  return -law.scale * std::sqrt(2.0) * boost::math::erfc_inv(2.0 * share);
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
                  const MatrixXd& columns, ActivationAverages& into) {
  constexpr Index kBlock = 1024;
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
  }
}

double relative_difference(const ActivationAverages& one, const ActivationAverages& other) {
  return std::max((one.value - other.value).cwiseAbs().maxCoeff() /
                      std::max(one.value.cwiseAbs().maxCoeff(), 1e-300),
                  (one.derivative - other.derivative).cwiseAbs().maxCoeff() /
                      std::max(one.derivative.cwiseAbs().maxCoeff(), 1e-300));
}

}  // namespace

ActivationAverages neuron_averages(const data::NetworkLaw& law, const MatrixXd& rows,
                                   const MatrixXd& columns) {
  base::require_memory(
      8.0 * (6.0 * static_cast<double>(rows.cols()) * static_cast<double>(columns.cols()) +
             3.0 * 1024.0 * static_cast<double>(rows.cols() + columns.cols())),
      fmt::format("a kernel of {} × {} points", rows.cols(), columns.cols()));
  const VectorXd reach =
      rows.cwiseAbs().rowwise().maxCoeff().cwiseMax(columns.cwiseAbs().rowwise().maxCoeff());
  ActivationAverages out;
  const bool smooth = data::relu_power(law.activation) == 0;
  if (smooth && product_size(law, reach, 1.2) <= kLargestProduct) {
    const std::vector<Rule> axes = product_axes(law, reach, 1.2);
    out.method = "quadrature";
    add_averages(law, product_neurons(axes), rows, columns, out);
    ActivationAverages coarse;
    add_averages(law, product_neurons(product_axes(law, reach, 1.6)), rows, columns, coarse);
    out.error = relative_difference(out, coarse);
    return out;
  }
  if (smooth && rows.rows() == 1) return wide_averages(law, rows, columns);
  out.method = "randomised quadrature";
  out.value.setZero(rows.cols(), columns.cols());
  out.derivative = out.value;
  MatrixXd value_square = out.value;
  MatrixXd derivative_square = out.value;
  for (Index shift = 0; shift < kShifts; ++shift) {
    ActivationAverages one;
    add_averages(law, shifted_neurons(law, rows.rows(), static_cast<std::uint64_t>(shift)), rows,
                 columns, one);
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
