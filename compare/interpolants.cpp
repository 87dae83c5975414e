#include "compare/interpolants.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

struct Sorted {
  VectorXd x, y;
};

/// Throws InputError where the samples have no interpolant.
Sorted sorted(const VectorXd& x, const VectorXd& y) {
  base::require(x.size() >= 1, "x", x.size(), "one sample at least");
  base::require_size("y", y.size(), x.size());
  base::require_finite("x", x);
  base::require_finite("y", y);
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index i, Index j) { return x[i] < x[j]; });
  Sorted out{.x = x(order), .y = y(order)};
  for (Index j = 1; j < x.size(); ++j)
    base::require(out.x[j - 1] < out.x[j], "x", out.x[j], "distinct from all others");
  return out;
}

/// The j with x_j ≤ p < x_{j+1}, the first or last interval outside.
Index interval(const VectorXd& x, double p) {
  const Index j = std::upper_bound(x.begin(), x.end(), p) - x.begin() - 1;
  return std::clamp<Index>(j, 0, x.size() - 2);
}

/// Second derivatives at the knots: the tridiagonal system of C² continuity (Thomas algorithm).
VectorXd second_derivatives(const VectorXd& x, const VectorXd& y) {
  const Index n = x.size();
  VectorXd upper = VectorXd::Zero(n);
  VectorXd right = VectorXd::Zero(n);
  for (Index j = 1; j + 1 < n; ++j) {
    const double left_h = x[j] - x[j - 1];
    const double right_h = x[j + 1] - x[j];
    const double jump = (y[j + 1] - y[j]) / right_h - (y[j] - y[j - 1]) / left_h;
    const double pivot = 2.0 * (left_h + right_h) - left_h * upper[j - 1];
    upper[j] = right_h / pivot;
    right[j] = (6.0 * jump - left_h * right[j - 1]) / pivot;
  }
  for (Index j = n - 2; j > 0; --j) right[j] -= upper[j] * right[j + 1];
  return right;
}

}  // namespace

VectorXd natural_cubic_spline(const VectorXd& x_in, const VectorXd& y_in, const VectorXd& points) {
  const auto [x, y] = sorted(x_in, y_in);
  if (x.size() == 1) return VectorXd::Constant(points.size(), y[0]);
  const VectorXd curvature = second_derivatives(x, y);
  return points.unaryExpr([&, &x = x, &y = y](double p) {
    const Index j = interval(x, p);
    const double h = x[j + 1] - x[j];
    const double c0 = curvature[j];
    const double c1 = curvature[j + 1];
    const auto inside = [&](double s) {  // s = (p − x_j)/h in [0, 1]
      return (1.0 - s) * y[j] + s * y[j + 1] -
             h * h / 6.0 * s * (1.0 - s) * ((2.0 - s) * c0 + (1.0 + s) * c1);
    };
    const double slope = (y[j + 1] - y[j]) / h;
    if (p < x[0]) return y[0] + (p - x[0]) * (slope - h / 6.0 * (2.0 * c0 + c1));
    if (p > x[j + 1]) return y[j + 1] + (p - x[j + 1]) * (slope + h / 6.0 * (c0 + 2.0 * c1));
    return inside((p - x[j]) / h);
  });
}

VectorXd piecewise_linear(const VectorXd& x_in, const VectorXd& y_in, const VectorXd& points) {
  const auto [x, y] = sorted(x_in, y_in);
  if (x.size() == 1) return VectorXd::Constant(points.size(), y[0]);
  return points.unaryExpr([&, &x = x, &y = y](double p) {
    const Index j = interval(x, p);
    const double s = std::clamp((p - x[j]) / (x[j + 1] - x[j]), 0.0, 1.0);
    return (1.0 - s) * y[j] + s * y[j + 1];
  });
}

}  // namespace fprinciple::compare
