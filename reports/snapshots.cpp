#include "reports/snapshots.hpp"

#include "reports/thinning.hpp"

#include <algorithm>

namespace fprinciple::reports {

using Eigen::Index;

Snapshots snapshots(const compare::Comparison& c, Index most_times, Index most_points) {
  const std::vector<Index> times = evenly(c.t.size(), most_times);
  const std::vector<Index> points = thinned(c.grid, most_points);
  Snapshots s;
  s.t = c.t(times);
  s.loss = c.loss_nn(times);
  s.x = c.grid.points(Eigen::all, points);
  s.network = c.f_nn(points, times);
  s.prediction = c.lfp().f(points, times);
  if (c.target) s.target = (*c.target)(points);
  s.values = range_of({s.network.reshaped(), s.prediction.reshaped(), c.samples.y});
  s.difference = symmetric(range_of({(s.network - s.prediction).reshaped()}));
  if (c.frequency.size() < 2) return s;
  const Index count = std::min<Index>(c.frequency.size(), 40);
  s.frequency = c.frequency.head(count);
  s.spectrum_network = c.spectrum_nn.topRows(count)(Eigen::all, times);
  s.spectrum_prediction = c.spectrum_lfp.topRows(count)(Eigen::all, times);
  // Below a millionth of the largest amplitude there is nothing but the window's own wave.
  const Range all = decades({s.spectrum_network.reshaped(), s.spectrum_prediction.reshaped()});
  s.amplitude = {std::max(all.lo, all.hi * 1e-6), all.hi};
  return s;
}

}  // namespace fprinciple::reports
