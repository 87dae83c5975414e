#include "data/moments.hpp"

#include <cmath>
#include <numbers>

namespace fprinciple::data {

Moments moments(const Distribution& a, const Distribution& w, const Distribution& b,
                Eigen::Index d) {
  return {norm_moment(w, d, 3.0), second_moment(a) * norm_moment(w, d, 1.0), density_at_zero(b)};
}

Moments moments(const Weights& weights, double p_b0) {
  const Eigen::ArrayXd r = weights.w.rowwise().norm();
  return {r.cube().mean(), (weights.a.array().square() * r).mean(), p_b0};
}

double estimate_density_at_zero(const Eigen::VectorXd& b) {
  const auto m = static_cast<double>(b.size());
  const double sigma = std::sqrt((b.array() - b.mean()).square().mean());
  const double bandwidth = 1.06 * sigma * std::pow(m, -0.2);
  return (-0.5 * (b.array() / bandwidth).square()).exp().mean() /
         (bandwidth * std::sqrt(2.0 * std::numbers::pi));
}

}  // namespace fprinciple::data
