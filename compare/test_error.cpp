#include "compare/test_error.hpp"

#include "base/require.hpp"
#include "compare/comparison.hpp"

#include <cmath>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Best {
  double time = 0.0;
  double rmse = 0.0;
};

/// Of the mean square e over t.
Best least(const VectorXd& t, const VectorXd& e) {
  Index k = 0;
  e.minCoeff(&k);
  const Best snapshot{t[k], std::sqrt(e[k])};
  // t = 0 and t = ∞ have no logarithm.
  if (k < 2 || k + 1 == t.size() || std::isinf(t[k + 1])) return snapshot;
  const double left = std::log(t[k - 1] / t[k]);
  const double right = std::log(t[k + 1] / t[k]);
  // e_k + p s + q s² through both neighbours, s = log(t/t_k).
  const double from_left = (e[k - 1] - e[k]) / left;
  const double from_right = (e[k + 1] - e[k]) / right;
  const double q = (from_right - from_left) / (right - left);
  const double p = from_left - q * left;
  if (!(q > 0.0)) return snapshot;
  const double vertex = -p / (2.0 * q);
  return {t[k] * std::exp(vertex), std::sqrt(std::max(0.0, e[k] + 0.5 * p * vertex))};
}

}  // namespace

TestError test_error(const VectorXd& t, const VectorXd& squares, double target) {
  base::require(t.size() >= 1, "t", t.size(), "a time at least");
  base::require_size("squares", squares.size(), t.size());
  const Best best = least(t, squares);
  const double last = squares[squares.size() - 1];
  return {.rmse = std::sqrt(last),
          .relative_l2 = std::sqrt(last) / std::sqrt(target),
          .best_rmse = best.rmse,
          .best_time = best.time};
}

TestError test_error(const VectorXd& t, const MatrixXd& f, const VectorXd& target) {
  base::require_shape("f", f, target.size(), t.size());
  const auto points = static_cast<double>(f.rows());
  const VectorXd squares = (f.colwise() - target).colwise().squaredNorm().transpose() / points;
  TestError out = test_error(t, squares, 1.0);
  out.relative_l2 = std::sqrt(squares[squares.size() - 1] * points) / target.norm();
  return out;
}

TestErrors test_errors(const Comparison& c) {
  TestErrors out;
  if (!c.target) return out;
  out.nn = test_error(c.t, c.f_nn, *c.target);
  for (const ModelValues& model : c.models)
    out.models.push_back(test_error(c.t, model.f, *c.target));
  return out;
}

}  // namespace fprinciple::compare
