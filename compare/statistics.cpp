#include "compare/statistics.hpp"

#include "base/require.hpp"
#include "data/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

VectorXd finite(const VectorXd& values) {
  std::vector<double> kept;
  for (const double value : values)
    if (std::isfinite(value)) kept.push_back(value);
  return Eigen::Map<const VectorXd>(kept.data(), static_cast<Index>(kept.size()));
}

/// quantile() of at least two sorted values.
double quantile_of_sorted(const VectorXd& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = std::min(static_cast<Index>(at), sorted.size() - 2);
  const double weight = at - static_cast<double>(below);
  return (1 - weight) * sorted[below] + weight * sorted[below + 1];
}

VectorXd sorted(VectorXd values) {
  std::sort(values.begin(), values.end());
  return values;
}

/// Of finite values; nan when there is none.
double value_of(const VectorXd& values, Statistic statistic) {
  if (values.size() < 2) return values.size() == 0 ? nan : values[0];
  return statistic == Statistic::mean ? values.mean() : quantile_of_sorted(sorted(values), 0.5);
}

double standard_deviation(const VectorXd& values) {
  return std::sqrt((values.array() - values.mean()).square().sum() /
                   static_cast<double>(values.size() - 1));
}

VectorXd statistics_at(const Eigen::MatrixXd& y, Statistic statistic) {
  VectorXd out(y.cols());
  for (Index j = 0; j < y.cols(); ++j) out[j] = value_of(finite(y.col(j)), statistic);
  return out;
}

/// Of the points where both are positive; false comparisons leave nan out.
Slope fit(const VectorXd& x, const VectorXd& y) {
  double n = 0.0, mean_x = 0.0, mean_y = 0.0, covariance = 0.0, variance = 0.0;
  for (Index i = 0; i < x.size(); ++i) {
    if (!(x[i] > 0.0 && y[i] > 0.0)) continue;
    n += 1.0;
    const double dx = std::log(x[i]) - mean_x, dy = std::log(y[i]) - mean_y;
    mean_x += dx / n;
    mean_y += dy / n;
    variance += dx * (std::log(x[i]) - mean_x);
    covariance += dx * (std::log(y[i]) - mean_y);
  }
  return {variance > 0.0 ? covariance / variance : nan, nan, nan, static_cast<Index>(n)};
}

constexpr double tail = 0.025;

void require_valid(const Bootstrap& bootstrap) {
  base::require(bootstrap.resamples >= 2, "bootstrap.resamples", bootstrap.resamples, "at least 2");
}

}  // namespace

std::vector<Index> resample(const Bootstrap& bootstrap, Index r, Index n) {
  std::vector<Index> out(static_cast<std::size_t>(n));
  std::array<double, 2> pair{};
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (k % 2 == 0)
      pair = data::uniform_pair(bootstrap.seed, data::Stream::bootstrap,
                                static_cast<std::uint64_t>(r), static_cast<std::uint32_t>(k / 2));
    out[k] = static_cast<Index>(pair[k % 2] * static_cast<double>(n));
  }
  return out;
}

double quantile(VectorXd values, double p) {
  base::require(values.size() >= 1, "values", values.size(), "one at least");
  base::require(p >= 0.0 && p <= 1.0, "p", p, "from 0 to 1");
  if (values.size() == 1) return values[0];
  return quantile_of_sorted(sorted(std::move(values)), p);
}

Estimate estimate(const VectorXd& values, Statistic statistic, const Bootstrap& bootstrap) {
  require_valid(bootstrap);
  const VectorXd all = finite(values);
  Estimate out{value_of(all, statistic), nan, nan, nan, all.size()};
  if (all.size() < 2) return out;
  VectorXd of(bootstrap.resamples);
  for (Index r = 0; r < of.size(); ++r)
    of[r] = value_of(all(resample(bootstrap, r, all.size())), statistic);
  of = sorted(of);
  out.low = quantile_of_sorted(of, tail);
  out.high = quantile_of_sorted(of, 1 - tail);
  out.standard_error = statistic == Statistic::mean
                           ? standard_deviation(all) / std::sqrt(static_cast<double>(all.size()))
                           : standard_deviation(of);
  return out;
}

Slope log_log_slope(const VectorXd& x, const Eigen::MatrixXd& y, Statistic statistic,
                    const Bootstrap& bootstrap) {
  require_valid(bootstrap);
  base::require_shape("y", y, base::kAny, x.size());
  Slope out = fit(x, statistics_at(y, statistic));
  if (y.rows() < 2 || !std::isfinite(out.value)) return out;
  VectorXd slopes(bootstrap.resamples);
  for (Index r = 0; r < slopes.size(); ++r)
    slopes[r] =
        fit(x, statistics_at(y(resample(bootstrap, r, y.rows()), Eigen::all), statistic)).value;
  slopes = sorted(finite(slopes));
  if (slopes.size() < 2) return out;
  out.low = quantile_of_sorted(slopes, tail);
  out.high = quantile_of_sorted(slopes, 1 - tail);
  return out;
}

}  // namespace fprinciple::compare
