#include "measure/bootstrap.hpp"

#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "data/random.hpp"
#include "measure/crossing.hpp"
#include "measure/spectral_bias.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fprinciple::measure {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// How often each of the groups is drawn, groups × resamples: as many draws as groups.
MatrixXd draws(Index groups, const BootstrapOptions& options) {
  MatrixXd counts = MatrixXd::Zero(groups, options.resamples);
  std::array<double, 2> pair{};
  for (Index b = 0; b < options.resamples; ++b)
    for (Index k = 0; k < groups; ++k) {
      if (k % 2 == 0)
        // Component 0 deals the groups, see projected_sums.cpp.
        pair =
            data::uniform_pair(options.seed, data::Stream::bootstrap, static_cast<std::uint64_t>(b),
                               1 + static_cast<std::uint32_t>(k / 2));
      counts(
          static_cast<Index>(pair[static_cast<std::size_t>(k % 2)] * static_cast<double>(groups)),
          b) += 1.0;
    }
  return counts;
}

constexpr double kNormal = 1.96;  // standard deviations on either side: 95 %

/// NaN of fewer than two numbers.
double standard_deviation(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const Eigen::Map<const VectorXd> v(values.data(), static_cast<Index>(values.size()));
  return std::sqrt((v.array() - v.mean()).square().sum() / static_cast<double>(v.size() - 1));
}

/// Of a number in [−1, 1].
Interval interval(double value, std::vector<double> resampled) {
  const double half = kNormal * standard_deviation(std::move(resampled));
  if (std::isnan(value + half)) return {};
  return {std::max(-1.0, value - half), std::min(1.0, value + half)};
}

/// The number of a time in the recording; that of its end for what never is.
double number_of(const VectorXd& t, double time) {
  return static_cast<double>(std::lower_bound(t.begin(), t.end(), time) - t.begin());
}

/// Of a recorded time, in numbers of snapshots: whatever the clock.
Interval time_interval(const VectorXd& t, double value, std::vector<double> resampled) {
  for (double& time : resampled) time = number_of(t, time);
  const double half = kNormal * standard_deviation(std::move(resampled));
  const auto at = [&](double number) {
    const auto last = static_cast<double>(t.size());
    if (number >= last) return std::numeric_limits<double>::infinity();
    return t[static_cast<Index>(std::max(0.0, number))];
  };
  return {at(std::floor(number_of(t, value) - half)), at(std::ceil(number_of(t, value) + half))};
}

}  // namespace

Intervals bootstrap(const ProjectedSums& sums, const VectorXd& t, double threshold, double cut,
                    const std::vector<Index>& present, const BootstrapOptions& options) {
  base::require(options.resamples >= 2, "resamples", options.resamples, "at least 2");
  base::require_size("t", t.size(), sums.times);
  const Index frequencies = sums.frequency.size(), resamples = options.resamples;
  base::require_memory(base::doubles(static_cast<double>(resamples) *
                                     (static_cast<double>(frequencies * (1 + sums.times)) + 256.0)),
                       "the bootstrap");
  const MatrixXd counts = draws(sums.weight.size(), options);
  std::vector<MatrixXd> energies(static_cast<std::size_t>(frequencies));
  base::parallel_for_uneven(frequencies, true, [&](Index f) {
    energies[static_cast<std::size_t>(f)] = resampled_energies(sums, f, counts);
  });
  std::vector<std::vector<double>> time(static_cast<std::size_t>(frequencies));
  std::vector<double> order, bias;
  for (Index b = 0; b < resamples; ++b) {
    VectorXd target(frequencies);
    MatrixXd residual(frequencies, sums.times);
    for (Index f = 0; f < frequencies; ++f) {
      const auto column = energies[static_cast<std::size_t>(f)].col(b);
      target[f] = column[0];
      residual.row(f) = column.tail(sums.times);
    }
    const MatrixXd delta = (residual.array().colwise() / target.array()).sqrt();
    const VectorXd crossed = crossing_times(t, delta, threshold);
    for (Index f = 0; f < frequencies; ++f) time[static_cast<std::size_t>(f)].push_back(crossed[f]);
    order.push_back(kendall_tau(sums.frequency(present), crossed(present)));
    bias.push_back(spectral_bias(sums.frequency, residual, target, cut).value);
  }
  const Projection all = whole(sums);
  const VectorXd crossed = crossing_times(t, all.delta, threshold);
  const double value =
      spectral_bias(sums.frequency, all.residual_energy, all.target_energy, cut).value;
  Intervals out;
  for (Index f = 0; f < frequencies; ++f)
    out.time.push_back(time_interval(t, crossed[f], std::move(time[static_cast<std::size_t>(f)])));
  out.order = interval(kendall_tau(sums.frequency(present), crossed(present)), std::move(order));
  out.spectral_bias = interval(value, std::move(bias));
  return out;
}

}  // namespace fprinciple::measure
