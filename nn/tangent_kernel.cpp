#include "nn/tangent_kernel.hpp"

#include "base/blas.hpp"
#include "base/linear_algebra.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "nn/dots.hpp"
#include "nn/kernels.hpp"
#include "nn/line.hpp"

#include <algorithm>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// The most points along a side of the tiles that K is formed in. The partial sums of a tile take
/// 64 kTile² numbers at most, 32 MiB, however many points there are.
constexpr Index kTile = 256;

/// Up to this many columns a call of BLAS on a block of neurons costs more than the product.
constexpr Index kFewColumns = 16;

/// The tiles that [0, n) is cut into, nearly equal, and where they start.
Index tiles(Index n) { return (n + kTile - 1) / kTile; }
Index tile_start(Index n, Index tile) { return tile * n / tiles(n); }

/// c_ik += Σ_j a_ji b_jk with the neurons j contiguous: a is size × rows, b is size × columns, c is
/// rows × columns. When `lower`, only the lower triangle need be right.
void add_products(const double* a, Index rows, const double* b, Index columns, Index size,
                  bool lower, double* c) {
  constexpr Index kRows = 4;  // these and b stay in the first cache
  base::with_vectors([&](auto bytes) {
    for (Index i = 0; i < rows; i += kRows) {
      const Index count = std::min(kRows, rows - i);
      for (Index k = 0; k < (lower ? i + count : columns); ++k)
        add_dots<decltype(bytes)::value>(a + i * size, size, count, b + k * size, size,
                                         c + k * rows + i);
    }
  });
}

/// c += a^T b; its lower triangle at least when `lower`, for which a = b.
void add_product(const MatrixXd& a, const MatrixXd& b, bool lower, MatrixXd& c) {
  if (b.cols() <= kFewColumns)
    add_products(a.data(), a.cols(), b.data(), b.cols(), a.rows(), lower, c.data());
  else if (lower)
    c.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
  else
    c.noalias() += a.transpose() * b;
}

/// K between two sets of points, one tile of it at a time.
class Tiles {
 public:
  explicit Tiles(const Network& network) : network_(network) {}

  /// K(rows_i, columns_j); its lower triangle at least when `lower`, for which rows = columns. The
  /// runs of neurons are summed apart and then in their order, whatever thread had them.
  MatrixXd between(const MatrixXd& rows, const MatrixXd& columns, bool lower) {
    const Index m = network_.weights.width();
    const Index r = rows.cols();
    const Index c = columns.cols();
    const bool uses_g = network_.train.w || network_.train.b;
    MatrixXd inner = MatrixXd::Constant(r, c, network_.train.b ? 1.0 : 0.0);
    if (network_.train.w) inner += rows.transpose() * columns;
    if (partial_.rows() < r * c) partial_.resize(r * c, runs(m));
    struct Scratch {
      MatrixXd h, g, h_columns, g_columns, hh, gg;
    };
    const bool worth_threads = m * (r + c) > kWorthThreads;
    const auto scratch = [] { return Scratch(); };
    base::parallel_for(runs(m), worth_threads, scratch, [&](Index run, Scratch& of_thread) {
      auto& [h, g, h_columns, g_columns, hh, gg] = of_thread;
      hh.setZero(r, c);
      gg.setZero(r, c);
      const Index end = run_start(m, run + 1);
      for (Index first = run_start(m, run); first < end; first += kBlock) {
        const Index size = std::min(kBlock, end - first);
        features(network_, rows, first, size, h, g);
        if (!lower) features(network_, columns, first, size, h_columns, g_columns);
        if (network_.train.a) add_product(h, lower ? h : h_columns, lower, hh);
        if (uses_g) add_product(g, lower ? g : g_columns, lower, gg);
      }
      partial_.col(run).head(r * c) = (hh + gg.cwiseProduct(inner)).reshaped();
    });
    MatrixXd k = MatrixXd::Zero(r, c);
    for (Index run = 0; run < runs(m); ++run) k.reshaped() += partial_.col(run).head(r * c);
    return network_.output_scale * network_.output_scale * k;
  }

 private:
  const Network& network_;
  MatrixXd partial_;  // a run's tile in each column
};

/// All tiles of K(rows_i, columns_j), or those on and below the diagonal.
MatrixXd assemble(const Network& network, const MatrixXd& rows, const MatrixXd& columns,
                  bool lower) {
  MatrixXd k(rows.cols(), columns.cols());
  Tiles formed(network);
  for (Index p = 0; p < tiles(rows.cols()); ++p) {
    const Index i = tile_start(rows.cols(), p);
    const Index height = tile_start(rows.cols(), p + 1) - i;
    const MatrixXd tile_rows = rows.middleCols(i, height);
    for (Index q = 0; q < (lower ? p + 1 : tiles(columns.cols())); ++q) {
      const Index j = tile_start(columns.cols(), q);
      const Index width = tile_start(columns.cols(), q + 1) - j;
      k.block(i, j, height, width) =
          formed.between(tile_rows, columns.middleCols(j, width), lower && p == q);
    }
  }
  return k;
}

}  // namespace

MatrixXd tangent_kernel(const Network& network, const MatrixXd& points) {
  const base::OneBlasThread blas;
  require_network(network);
  require_points("points", network, points);
  return on_a_line(network, points.cols()) ? Line(points).tangent_kernel(network)
                                           : direct::tangent_kernel(network, points);
}

MatrixXd tangent_kernel(const Network& network, const MatrixXd& rows, const MatrixXd& columns) {
  const base::OneBlasThread blas;
  require_network(network);
  require_points("rows", network, rows);
  require_points("columns", network, columns);
  return on_a_line(network, std::min(rows.cols(), columns.cols()))
             ? Line(columns).tangent_kernel(network, Line(rows))
             : direct::tangent_kernel(network, rows, columns);
}

namespace direct {

MatrixXd tangent_kernel(const Network& network, const MatrixXd& points) {
  MatrixXd k = assemble(network, points, points, true);
  k.triangularView<Eigen::StrictlyUpper>() = k.transpose();
  return k;
}

MatrixXd tangent_kernel(const Network& network, const MatrixXd& rows, const MatrixXd& columns) {
  return assemble(network, rows, columns, false);
}

}  // namespace direct

double largest_rate(const Network& network, const MatrixXd& points) {
  base::require(points.cols() > 0, "points", "empty", "one point or more");
  return base::symmetric_eigen(tangent_kernel(network, points)).values.tail(1)[0];
}

}  // namespace fprinciple::nn
