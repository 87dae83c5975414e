#pragma once

#include "measure/projected_sums.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::measure {

struct BootstrapOptions {
  std::uint64_t seed = 1;
  Eigen::Index resamples = 1000;
};

/// A 95 % interval; nan where a number has none.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Of everything that a projection says: its value and 1.96 standard deviations over resamples of
/// its samples (of their groups where there are more than 256 samples) on either side. Not
/// percentiles: a resample has the noise of sampling twice, once more than its samples have, which
/// moves the two energies of the spectral bias towards each other.
struct Intervals {
  /// K, of crossing_times, counted in snapshots, and the recorded times at the ends: the upper one
  /// is infinite where it may be after the last.
  std::vector<Interval> time;
  Interval order;          ///< of Kendall's τ, within [−1, 1]
  Interval spectral_bias;  ///< within [−1, 1]
};

/// `present`: the frequencies that the order counts. Threshold, cut and `present` stay as they are.
/// O(resamples · groups · K k T) time, O(resamples · K T) memory; the same for a seed on every
/// machine. Throws InputError for fewer than two resamples.
Intervals bootstrap(const ProjectedSums& sums, const Eigen::VectorXd& t, double threshold,
                    double cut, const std::vector<Eigen::Index>& present,
                    const BootstrapOptions& options = {});

}  // namespace fprinciple::measure
