#include "nn/activity.hpp"

#include "base/parallel.hpp"
#include "nn/kernels.hpp"

#include <algorithm>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

/// SplitMix64's output function.
std::uint64_t key(Index i) {
  std::uint64_t z = 0x9E3779B97F4A7C15U * (static_cast<std::uint64_t>(i) + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

std::vector<std::uint64_t> on_a_line(const data::Weights& theta, Eigen::RowVectorXd x) {
  std::sort(x.begin(), x.end());
  std::vector<std::uint64_t> sums{0};  // of the keys of the first i points
  for (Index i = 0; i < x.size(); ++i) sums.push_back(sums.back() + key(i));
  std::vector<std::uint64_t> out(static_cast<std::size_t>(theta.width()));
  base::parallel_for(theta.width(), theta.width() > kWorthThreads, [&](Index j) {
    const double w = theta.w(j, 0);
    const double b = theta.b[j];
    const bool at_left = b + w * x[0] > 0.0;
    const auto* end = std::partition_point(
        x.data(), x.data() + x.size(), [&](double xi) { return (b + w * xi > 0.0) == at_left; });
    const std::uint64_t left = sums[static_cast<std::size_t>(end - x.data())];
    out[static_cast<std::size_t>(j)] = at_left ? left : sums.back() - left;
  });
  return out;
}

}  // namespace

std::vector<std::uint64_t> activity(const Network& network, const Eigen::MatrixXd& points) {
  require_network(network);
  require_points("points", network, points);
  const data::Weights& theta = network.weights;
  constexpr Index kFew = 16;  // points that are looked at one by one more quickly
  if (points.rows() == 1 && points.cols() > kFew) return on_a_line(theta, points);
  constexpr Index kTogether = 256;  // points
  const Index m = theta.width();
  std::vector<std::uint64_t> out(static_cast<std::size_t>(m));
  base::parallel_for(blocks(m), m * points.cols() > kWorthThreads, [&](Index block) {
    const Index j = block * kBlock;
    const Index size = std::min(kBlock, m - j);
    for (Index i = 0; i < points.cols(); i += kTogether) {
      const Index count = std::min(kTogether, points.cols() - i);
      const Eigen::MatrixXd z =
          (theta.w.middleRows(j, size) * points.middleCols(i, count)).colwise() +
          theta.b.segment(j, size);
      for (Index c = 0; c < count; ++c)
        for (Index r = 0; r < size; ++r)
          out[static_cast<std::size_t>(j + r)] += z(r, c) > 0.0 ? key(i + c) : 0;
    }
  });
  return out;
}

}  // namespace fprinciple::nn
