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

/// A 95 % percentile interval; nan where a number has none.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Of everything that a projection says, over resamples of its samples (of their groups where there
/// are more than 256 samples).
struct Intervals {
  std::vector<Interval> time;  ///< K, of crossing_times: infinite where it may never be
  Interval order;              ///< of Kendall's τ
  Interval spectral_bias;
};

/// `present`: the frequencies that the order counts. Threshold, cut and `present` stay as they are.
/// O(resamples · groups · K k T) time, O(resamples · K T) memory; the same for a seed on every
/// machine. Throws InputError for fewer than two resamples.
Intervals bootstrap(const ProjectedSums& sums, const Eigen::VectorXd& t, double threshold,
                    double cut, const std::vector<Eigen::Index>& present,
                    const BootstrapOptions& options = {});

}  // namespace fprinciple::measure
