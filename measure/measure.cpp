#include "measure/measure.hpp"

#include "base/require.hpp"
#include "measure/crossing.hpp"
#include "measure/projected_sums.hpp"

#include <algorithm>

namespace fprinciple::measure {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr Index kFewSamples = 2000;

}  // namespace

Measured measure(const RecordingView& r, const Options& options, const ShareDone& progress) {
  base::require(options.floor >= 0.0 && options.floor <= 1.0, "floor", options.floor,
                "from 0 to 1");
  base::require(options.modes >= 1, "modes", options.modes, "at least 1");
  const VectorXd direction = options.direction ? *options.direction : principal_direction(r);
  const VectorXd frequency =
      options.frequency ? *options.frequency : default_frequencies(r, direction);
  const ProjectedSums sums = project_groups(r, direction, frequency, options.bootstrap.seed);
  Measured out{.t = r.t, .relative_error = relative_error(r), .projection = whole(sums)};
  const Projection& p = out.projection;
  out.present = present(p.target_energy, options.floor);
  out.crossing_time = crossing_times(r.t, p.delta, options.threshold);
  out.crossing_order = kendall_tau(p.frequency(out.present), out.crossing_time(out.present));
  const double cut = options.cut.value_or(halving_cut(p.frequency, p.target_energy));
  if (options.cut)
    base::require(cut >= p.frequency[0] && cut < p.frequency[p.frequency.size() - 1], "cut", cut,
                  "such that there are frequencies up to it and above it");
  out.spectral_bias = spectral_bias(p.frequency, p.residual_energy, p.target_energy, cut);
  out.intervals = bootstrap(sums, r.t, options.threshold, cut, out.present, options.bootstrap);
  const VectorXd delta = options.delta ? *options.delta : default_widths(r, p.direction);
  require_widths(delta);
  out.kernel_width = options.kernel;
  if (!out.kernel_width && r.samples() <= kFewSamples) out.kernel_width = delta[delta.size() / 2];
  if (out.kernel_width)
    out.kernel_modes = kernel_modes(r, gaussian_kernel(r, *out.kernel_width),
                                    std::min(options.modes, r.samples()));
  if (const auto grid = find_grid(r)) {
    out.spectrum = grid_spectrum(r, *grid);
    out.shells = shells(*out.spectrum);
  }
  out.filtering = filter(r, delta, progress);
  return out;
}

}  // namespace fprinciple::measure
