#include "data/grid.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fprinciple::data {

Grid make_grid(const std::vector<Axis>& axes) {
  base::require(!axes.empty(), "axes", "empty", "one for each dimension");
  Eigen::Index size = 1;
  for (const Axis& axis : axes) {
    base::require(axis.count > 0, "axes.count", axis.count, "1 or more");
    base::require(axis.count <= std::numeric_limits<std::int32_t>::max() / size, "axes.count",
                  axis.count, "so small that the grid has no more than 2^31 points");
    base::require(std::isfinite(axis.lo) && std::isfinite(axis.hi), "axes",
                  std::isfinite(axis.lo) ? axis.hi : axis.lo, "finite");
    size *= axis.count;
  }
  Grid grid{Eigen::MatrixXd(static_cast<Eigen::Index>(axes.size()), size), axes};
  for (Eigen::Index g = 0; g < size; ++g) {
    Eigen::Index rest = g;
    for (std::size_t k = axes.size(); k-- > 0;) {
      grid.points(static_cast<Eigen::Index>(k), g) = axes[k][rest % axes[k].count];
      rest /= axes[k].count;
    }
  }
  return grid;
}

Eigen::MatrixXd probes(const Grid& grid) {
  constexpr Eigen::Index kMost = 64;
  const Eigen::Index stride = std::max<Eigen::Index>(1, (grid.size() + kMost - 1) / kMost);
  return grid.points(Eigen::all, Eigen::seqN(0, (grid.size() + stride - 1) / stride, stride));
}

}  // namespace fprinciple::data
