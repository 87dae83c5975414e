#include "compare/test_error.hpp"

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
  if (k < 2 || k + 1 == t.size()) return snapshot;  // t = 0 has no logarithm
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

nlohmann::json test_numbers(const Comparison& c) {
  if (!c.target) return nullptr;
  nlohmann::json out = nlohmann::json::object();
  const auto enter = [&](const char* name, const MatrixXd& f) {
    if (f.size() == 0) return;
    const VectorXd error = (f.colwise() - *c.target).colwise().squaredNorm().transpose() /
                           static_cast<double>(f.rows());
    const Best best = least(c.t, error);
    const double last = error[error.size() - 1];
    out[name] = {
        {"rmse", std::sqrt(last)},
        {"relative_l2", std::sqrt(last * static_cast<double>(f.rows())) / c.target->norm()},
        {"best_rmse", best.rmse},
        {"best_time", best.time}};
  };
  enter("nn", c.f_nn);
  enter("lfp", c.f_lfp);
  enter("linearised", c.f_linearised);
  enter("complete", c.f_complete);
  enter("lfp2020", c.f_lfp2020);
  enter("lfp2019", c.f_lfp2019);
  return out;
}

}  // namespace fprinciple::compare
