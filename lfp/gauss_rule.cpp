#include "lfp/gauss_rule.hpp"

#include "base/count.hpp"
#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;

namespace {

/// Gauss–Legendre on (−1, 1), weights summing to 1, by Golub and Welsch: the nodes are the
/// eigenvalues of the Jacobi matrix, the weights the squared first components of its vectors.
Rule gauss_legendre(Index order) {
  Eigen::MatrixXd jacobi = Eigen::MatrixXd::Zero(order, order);
  for (Index k = 1; k < order; ++k) {
    const auto j = static_cast<double>(k);
    jacobi(k, k - 1) = jacobi(k - 1, k) = j / std::sqrt(4.0 * j * j - 1.0);
  }
  const base::SymmetricEigen eigen = base::symmetric_eigen(jacobi);
  return {eigen.values, eigen.vectors.row(0).transpose().cwiseAbs2()};
}

/// Appends panels that cover [lo, hi], as pairs of ends, in order.
void add_panels(double lo, double hi, const std::vector<Feature>& features,
                std::vector<std::pair<double, double>>& panels) {
  const double length = hi - lo;
  const double middle = 0.5 * (lo + hi);
  const bool small = std::all_of(features.begin(), features.end(), [&](const Feature& feature) {
    const double away = std::max({lo - feature.centre, feature.centre - hi, 0.0});
    return length <= std::max(away, feature.width);
  });
  if (small || !(lo < middle && middle < hi)) {
    panels.emplace_back(lo, hi);
    return;
  }
  add_panels(lo, middle, features, panels);
  add_panels(middle, hi, features, panels);
}

}  // namespace

double composite_size(double half_width, double panel, Index order) {
  return static_cast<double>(order) * std::max(std::ceil(half_width / panel), 1.0);
}

Rule composite_rule(double half_width, double panel, Index order) {
  constexpr Index kMostNodes = 10'000'000;
  base::require(half_width >= 0.0 && panel > 0.0, "half_width, panel", std::min(half_width, panel),
                "numbers, and the panel above 0");
  if (order < 1) throw InputError(fmt::format("a rule's order must be at least 1, got {}", order));
  const Index panels =
      base::count_of(composite_size(half_width, panel, order), kMostNodes,
                     fmt::format("the nodes of a quadrature rule over (−{0:.3g}, {0:.3g}) in steps "
                                 "of {1:.3g}",
                                 half_width, panel)) /
      order;
  const Rule base = gauss_legendre(order);
  const double half = half_width / static_cast<double>(panels);
  Rule out{Eigen::VectorXd(panels * order), Eigen::VectorXd(panels * order)};
  for (Index p = 0; p < panels; ++p) {
    const double centre = -half_width + (2.0 * static_cast<double>(p) + 1.0) * half;
    out.x.segment(p * order, order) = (half * base.x).array() + centre;
    out.w.segment(p * order, order) = base.w / static_cast<double>(panels);
  }
  return out;
}

Rule graded_rule(double lo, double hi, const std::vector<Feature>& features) {
  static const Rule sixteen = gauss_legendre(16);
  // Cut at the centres, so that no panel has one inside.
  std::vector<double> cuts{lo, hi};
  for (const Feature& feature : features)
    if (lo < feature.centre && feature.centre < hi) cuts.push_back(feature.centre);
  std::sort(cuts.begin(), cuts.end());
  std::vector<std::pair<double, double>> panels;
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k)
    if (cuts[k] < cuts[k + 1]) add_panels(cuts[k], cuts[k + 1], features, panels);
  const Index order = sixteen.x.size();
  const auto size = static_cast<Index>(panels.size());
  Rule out{Eigen::VectorXd(size * order), Eigen::VectorXd(size * order)};
  for (Index k = 0; k < size; ++k) {
    const auto& [from, to] = panels[static_cast<std::size_t>(k)];
    out.x.segment(k * order, order) = (0.5 * (to - from) * sixteen.x).array() + 0.5 * (from + to);
    out.w.segment(k * order, order) = (to - from) * sixteen.w;
  }
  return out;
}

}  // namespace fprinciple::lfp
