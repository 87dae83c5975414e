#include "reports/thinning.hpp"

#include <algorithm>
#include <numeric>

namespace fprinciple::reports {

using Eigen::Index;

std::vector<Index> evenly(Index count, Index most) {
  const Index drawn = std::min(count, most);
  std::vector<Index> out;
  for (Index k = 0; k < drawn; ++k)
    out.push_back(drawn > 1 ? k * (count - 1) / (drawn - 1) : count - 1);
  return out;
}

Index stride(Index count, Index most) { return (count + most - 1) / most; }

std::vector<Index> thinned(const data::Grid& grid, Index most) {
  if (grid.dim() == 2 && grid.regular()) {
    std::vector<Index> out;
    const data::Axis &first = grid.axes[0], &second = grid.axes[1];
    for (Index i = 0; i < first.count; i += stride(first.count, most))
      for (Index j = 0; j < second.count; j += stride(second.count, most))
        out.push_back(i * second.count + j);  // the last axis runs fastest
    return out;
  }
  if (grid.dim() != 1) return evenly(grid.size(), most * most);
  std::vector<Index> order(static_cast<std::size_t>(grid.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto x = grid.points.row(0);
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) { return x[i] < x[j]; });
  std::vector<Index> out;
  for (const Index k : evenly(grid.size(), most)) out.push_back(order[static_cast<std::size_t>(k)]);
  return out;
}

}  // namespace fprinciple::reports
