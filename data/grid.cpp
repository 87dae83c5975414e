#include "data/grid.hpp"

namespace fprinciple::data {

Grid make_grid(const std::vector<Axis>& axes) {
  Eigen::Index size = 1;
  for (const Axis& axis : axes) size *= axis.count;
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

}  // namespace fprinciple::data
