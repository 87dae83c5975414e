#include "compare/uncertainty.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::VectorXd;

/// The largest known limit is the one of these rates: rounding grows by less than 1 / threshold.
constexpr double kLeastRate = 1.5e-8;  // √ε
/// A kernel's own error, in that unit.
constexpr double kKernelErrors = 1e6;

constexpr double kKnown = 1e-6;

}  // namespace

Uncertainty uncertainty(const Prediction& prediction, const data::Grid& grid, const VectorXd& t,
                        double scale) {
  base::require(grid.size() >= 1, "grid.size()", grid.size(), "at least 1");
  base::require(scale > 0.0, "scale", scale, "above 0");
  constexpr int kSolutions = 2;
  constexpr double kFactor = 2.0;
  const data::Grid points{.points = data::probes(grid), .axes = {}};
  VectorXd times(t.size() + 1);
  times << t, std::numeric_limits<double>::infinity();
  const VectorXd largest = kFactor * prediction.sensitivity(points, times, kSolutions);
  Uncertainty out{.limit = largest[t.size()], .at_times = largest.head(t.size())};
  if (out.limit <= kKnown * scale) return out;
  const double kernel_error = prediction.details.kernel_error.value_or(0.0);
  out.truncated =
      prediction.truncated(std::min(0.1, std::max(kLeastRate, kKernelErrors * kernel_error)));
  out.warning = fmt::format(
      "the prediction's limit is known to {:.1e} of max|y| only: some samples can hardly be told "
      "apart. A limit of the rates above {:.1e} of the largest stands beside it "
      "(f_lfp_limit_truncated), and misses the samples by up to {:.1e} of max|y|; a ridge makes "
      "the limit itself known",
      out.limit / scale, out.truncated->threshold, out.truncated->misses / scale);
  return out;
}

}  // namespace fprinciple::compare
