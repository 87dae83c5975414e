#include "data/samples.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::data {
namespace {

using Eigen::Index;

/// Indices of the samples sorted by x (lexicographically), then by position.
std::vector<Index> sorted_by_x(const Eigen::MatrixXd& x) {
  std::vector<Index> order(static_cast<std::size_t>(x.cols()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) {
    return std::lexicographical_compare(x.col(i).begin(), x.col(i).end(), x.col(j).begin(),
                                        x.col(j).end());
  });
  return order;
}

}  // namespace

std::optional<SampleDefect> find_defect(const Samples& samples) {
  const auto& [x, y] = samples;
  if (x.cols() == 0 || x.rows() == 0) return SampleDefect{0, "there is no sample"};
  if (x.cols() != y.size())
    return SampleDefect{std::min(x.cols(), y.size()),
                        fmt::format("x has {} points but y has {} values", x.cols(), y.size())};
  for (Index i = 0; i < x.cols(); ++i) {
    for (Index k = 0; k < x.rows(); ++k)
      if (!std::isfinite(x(k, i)))
        return SampleDefect{i, fmt::format("sample {}: x is not finite ({})", i + 1, x(k, i))};
    if (!std::isfinite(y[i]))
      return SampleDefect{i, fmt::format("sample {}: y is not finite ({})", i + 1, y[i])};
  }
  const std::vector<Index> order = sorted_by_x(x);
  for (std::size_t k = 1; k < order.size(); ++k) {
    const Index i = order[k - 1];
    const Index j = order[k];
    if (x.col(i) == x.col(j) && y[i] != y[j])
      return SampleDefect{j, fmt::format("samples {} and {} have the same x but different y "
                                         "({} and {}): no function fits both",
                                         i + 1, j + 1, y[i], y[j])};
  }
  return std::nullopt;
}

Samples merge_repeated(const Samples& samples) {
  base::require_size("samples.y", samples.y.size(), samples.x.cols());
  const std::vector<Index> order = sorted_by_x(samples.x);
  std::vector<Index> keep;
  for (std::size_t k = 0; k < order.size(); ++k)
    if (k == 0 || samples.x.col(order[k]) != samples.x.col(order[k - 1])) keep.push_back(order[k]);
  std::sort(keep.begin(), keep.end());
  return {samples.x(Eigen::all, keep), samples.y(keep)};
}

}  // namespace fprinciple::data
