#include "nn/line.hpp"

#include <array>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A block of a network's neurons with their cells, found anew.
struct Located {
  Located(const Cells<double>& cells, const data::Weights& theta, Index first, Index size)
      : block{theta.a.data() + first,
              theta.w.data() + first,
              theta.b.data() + first,
              cell.data(),
              &none,
              size} {
    locate(cells, block);
  }
  std::array<std::int32_t, kBlock> cell{};
  std::uint32_t none = 0;  // neighbours here seldom have one cell
  LineBlock<double> block;
};

/// Σβ², Σβw, Σw² and Σa² over each cell's neurons, 4 × cells.count().
Eigen::Matrix4Xd moments(const Network& network, const Cells<double>& cells) {
  const Index m = network.weights.width();
  const Index runs = tables(m, cells.points());
  MatrixXd partial = MatrixXd::Zero(4 * cells.count(), runs);
  for_blocks(m, runs, [&](Index run, Index first, Index size) {
    const Located located(cells, network.weights, first, size);
    const LineBlock<double>& n = located.block;
    for (Index j = 0; j < n.size; ++j) {
      const double a = n.a[j];
      const double w = n.w[j];
      const double beta = n.b[j] + w * cells.centre();
      Eigen::Map<Eigen::Vector4d>(&partial(Index{4} * n.cell[j], run)) +=
          Eigen::Vector4d(beta * beta, beta * w, w * w, a * a);
    }
  });
  return partial.rowwise().sum().reshaped(4, cells.count());
}

/// K between the columns of points [0, rows) and [first, first + columns); the cells are those of
/// all these points.
MatrixXd kernel(const Network& network, const MatrixXd& points, const Cells<double>& cells,
                Index rows, Index first, Index columns) {
  const Index n = cells.points();
  Eigen::Matrix4Xd sums = moments(network, cells);
  auto rising = sums.leftCols(n + 1);    // here: over the cells up to k
  auto falling = sums.rightCols(n + 1);  // here: over the cells from k on
  for (Index k = 1; k <= n; ++k) {
    rising.col(k) += rising.col(k - 1);
    falling.col(n - k) += falling.col(n - k + 1);
  }
  Eigen::VectorX<Index> rank(n);
  for (Index i = 0; i < n; ++i) rank[cells.order()[i]] = i;

  const double s2 = network.output_scale * network.output_scale;
  const double ta = network.train.a ? s2 : 0.0;
  const double tw = network.train.w ? s2 : 0.0;
  const double tb = network.train.b ? s2 : 0.0;
  MatrixXd k(rows, columns);
  base::parallel_for(columns, rows * columns > kWorthThreads, [&](Index j) {
    for (Index i = 0; i < rows; ++i) {
      const auto [low, high] = std::minmax(rank[i], rank[first + j]);
      const double u = cells.sorted()[low];
      const double v = cells.sorted()[high];
      const Eigen::Vector4d active = rising.col(low) + falling.col(high + 1);
      k(i, j) = ta * (active[0] + active[1] * (u + v) + active[2] * (u * v)) +
                (tw * (points(0, i) * points(0, first + j)) + tb) * active[3];
    }
  });
  return k;
}

}  // namespace

VectorXd Line::outputs(const Network& network) const {
  const Index m = network.weights.width();
  const Index runs = tables(m, cells_.points());
  Aligned<Pair> sums(static_cast<std::size_t>(runs * cells_.count()), Pair{0.0, 0.0});
  for_blocks(m, runs, [&](Index run, Index first, Index size) {
    const Located located(cells_, network.weights, first, size);
    scatter(located.block, cells_.centre(), sums.data() + run * cells_.count());
  });
  return cells_.sum_neurons(sums, network.output_scale);
}

data::Weights Line::weighted_gradient(const Network& network, const VectorXd& q) const {
  const Index m = network.weights.width();
  Aligned<Pair> sums;
  cells_.sum_points(q, sums);
  const GroupScales scales = group_scales(network);
  data::Weights g{VectorXd(m), MatrixXd(m, 1), VectorXd(m)};
  for_blocks(m, runs(m), [&](Index, Index first, Index size) {
    const Located located(cells_, network.weights, first, size);
    gather(located.block, sums.data(), cells_.centre(), scales,
           {g.a.data() + first, g.w.data() + first, g.b.data() + first});
  });
  return g;
}

MatrixXd Line::tangent_kernel(const Network& network) const {
  return kernel(network, points_, cells_, cells_.points(), 0, cells_.points());
}

MatrixXd Line::tangent_kernel(const Network& network, const Line& rows) const {
  MatrixXd all(1, rows.points_.cols() + points_.cols());
  all << rows.points_, points_;
  return kernel(network, all, Cells<double>(all), rows.points_.cols(), rows.points_.cols(),
                points_.cols());
}

}  // namespace fprinciple::nn
