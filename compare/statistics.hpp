#pragma once

#include "base/names.hpp"

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// What a sample of replicates is summed up by.
enum class Statistic { mean, median };
constexpr base::Names<Statistic, 2> names_of(Statistic) {
  return {{{Statistic::mean, "mean"}, {Statistic::median, "median"}}};
}

/// Resamples are counter-based draws: the same for a seed on every machine.
struct Bootstrap {
  std::uint64_t seed = 1;
  Eigen::Index resamples = 4000;
};

/// Of the r-th resample which of n replicates it draws, with replacement: n places from 0 on.
std::vector<Eigen::Index> resample(const Bootstrap& bootstrap, Eigen::Index r, Eigen::Index n);

/// The p-quantile of values, not nan, linear between neighbours: p = 0 is the least of them and 1
/// the greatest. O(n log n). Throws InputError for no value and for p out of [0, 1].
double quantile(Eigen::VectorXd values, double p);

/// A statistic of the finite ones among some values.
struct Estimate {
  double value;           ///< nan when there is none
  double standard_error;  ///< s/√n of a mean, of a median over the resamples; nan for n < 2
  double low, high;       ///< 95 % percentile interval of the bootstrap; nan for n < 2
  Eigen::Index count;     ///< n
};

/// The percentile interval takes the spread of the values for the truth: for small n it is too
/// short by about √(1 − 1/n) against the normal one, which covers 90 % for n = 10, 94 % for n = 40.
/// O(resamples · n log n). Throws InputError for fewer than two resamples.
Estimate estimate(const Eigen::VectorXd& values, Statistic statistic = Statistic::mean,
                  const Bootstrap& bootstrap = {});

/// A fitted power of x and its 95 % percentile interval.
struct Slope {
  double value;         ///< nan for fewer than two points
  double low, high;     ///< nan where no point has two replicates
  Eigen::Index points;  ///< at which x and the statistic are positive
};

/// Least-squares slope of log(statistic of y) over log x; x: P, y: replicates × P, nan where one
/// failed. A resample draws whole replicates, the same ones at every x: replicates of one seed
/// share their first neurons at every width, so they are not independent along x. Throws InputError
/// for fewer than two resamples, and where y has not one column for each x.
Slope log_log_slope(const Eigen::VectorXd& x, const Eigen::MatrixXd& y,
                    Statistic statistic = Statistic::mean, const Bootstrap& bootstrap = {});

}  // namespace fprinciple::compare
