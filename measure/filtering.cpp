#include "measure/filtering.hpp"

#include "base/blas.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/simd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <vector>

#include <omp.h>

namespace fprinciple::measure {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kLeast = -80.0;  // the least exponent of a weight
constexpr Index kByProducts = 8;  // distances in more dimensions come from products
constexpr Index kManySamples = 4096;

/// k = exp(scale d), or 0 below e^kLeast.
FPRINCIPLE_CLONES void gaussian(const double* d, double scale, double* k, Index count) {
#pragma omp simd
  for (Index i = 0; i < count; ++i) {
    const double exponent = scale * d[i];
    const double value = std::exp(exponent > kLeast ? exponent : kLeast);
    k[i] = exponent > kLeast ? value : 0.0;
  }
}

/// Some samples.
struct Block {
  Index first, count;
  MatrixXd points;   ///< d × count, about the mean
  VectorXd squares;  ///< their |x|²
};

Block block_at(const RecordingView& r, const VectorXd& mean, Index first, Index count) {
  Block out{first, count, r.x.middleCols(first, count).colwise() - mean, {}};
  out.squares = out.points.colwise().squaredNorm();
  return out;
}

/// y, below it f − y at each time, and a last row of ones: k(1 + T) + 1 rows.
MatrixXd values_at(const RecordingView& r, Index first, Index count) {
  const Index k = r.outputs();
  MatrixXd out(k * (1 + r.times()) + 1, count);
  out.topRows(k) = r.y.middleCols(first, count);
  for (Index j = 0; j < r.times(); ++j)
    out.middleRows(k * (1 + j), k) = r.residual(j, first, count);
  out.bottomRows(1).setOnes();
  return out;
}

/// |x_i − x_j|², one row for each point of a and one column for each of b.
void square_distances(const Block& a, const Block& b, MatrixXd& out) {
  out.resize(a.count, b.count);
  if (a.points.rows() > kByProducts) {
    out.noalias() = -2.0 * a.points.transpose() * b.points;
    out.colwise() += a.squares;
    out.rowwise() += b.squares.transpose();
    out = out.cwiseMax(0.0);
    if (a.first == b.first) out.diagonal().setZero();
  } else {
    for (Index j = 0; j < b.count; ++j) {
      out.col(j).setZero();
      for (Index row = 0; row < a.points.rows(); ++row)
        out.col(j).array() += (a.points.row(row).transpose().array() - b.points(row, j)).square();
    }
  }
}

/// Of one width: Σ w |low|² and Σ w |high|² for y and for f − y at each time.
struct Sums {
  VectorXd low, high;
};

/// The sums of the samples of a block, for all widths.
std::vector<Sums> filtered_block(const RecordingView& r, const VectorXd& mean,
                                 const VectorXd& scales, Index size, Index first, Index count) {
  const Index n = r.samples(), k = r.outputs(), widths = scales.size();
  const Block to = block_at(r, mean, first, count);
  const MatrixXd own = values_at(r, first, count);
  std::vector<MatrixXd> low(static_cast<std::size_t>(widths), MatrixXd::Zero(own.rows(), count));
  MatrixXd distances, kernel;
  for (Index start = 0; start < n; start += size) {
    const Block from = block_at(r, mean, start, std::min(size, n - start));
    square_distances(from, to, distances);
    const double nearest = distances.minCoeff();
    MatrixXd values;
    kernel.resize(from.count, count);
    for (Index w = 0; w < widths; ++w) {
      if (!(scales[w] * nearest > kLeast)) continue;  // all weights of the tile are 0
      if (values.size() == 0)
        values = values_at(r, start, from.count) * r.weight.segment(start, from.count).asDiagonal();
      gaussian(distances.data(), scales[w], kernel.data(), distances.size());
      low[static_cast<std::size_t>(w)].noalias() += values * kernel;
    }
  }
  std::vector<Sums> out;
  for (Index w = 0; w < widths; ++w) {
    Sums sums{VectorXd::Zero(1 + r.times()), VectorXd::Zero(1 + r.times())};
    const MatrixXd& all = low[static_cast<std::size_t>(w)];
    for (Index i = 0; i < count; ++i) {
      const double weight = r.weight[first + i];
      if (weight == 0.0) continue;
      const double total = all(all.rows() - 1, i);
      for (Index j = 0; j <= r.times(); ++j) {
        const VectorXd part = all.col(i).segment(k * j, k) / total;
        sums.low[j] += weight * part.squaredNorm();
        sums.high[j] += weight * (own.col(i).segment(k * j, k) - part).squaredNorm();
      }
    }
    out.push_back(std::move(sums));
  }
  return out;
}

VectorXd mean_of(const RecordingView& r) {
  const VectorXd origin = r.x.col(0);
  VectorXd mean = VectorXd::Zero(r.dim());
  for (Index i = 0; i < r.samples(); ++i) mean += r.weight[i] * (r.x.col(i) - origin);
  return mean + origin;
}

}  // namespace

void require_widths(const VectorXd& delta) {
  base::require(delta.size() >= 1, "number of widths", delta.size(), "at least 1");
  for (Index w = 0; w < delta.size(); ++w)
    base::require(delta[w] > 0.0 && std::isfinite(delta[w]), "delta[" + std::to_string(w) + "]",
                  delta[w], "above 0");
}

Filtering filter(const RecordingView& r, const VectorXd& delta, const ShareDone& progress) {
  const Index n = r.samples(), widths = delta.size(), times = r.times();
  require_widths(delta);
  const VectorXd scales = -0.5 * delta.array().square().inverse();
  const Index size = n >= kManySamples ? 256 : 64;
  const double rows = static_cast<double>(r.outputs() * (1 + times) + 1);
  base::require_memory(
      base::doubles(static_cast<double>(omp_get_max_threads()) * static_cast<double>(size) *
                    (rows * static_cast<double>(widths + 3) + 2.0 * static_cast<double>(r.dim()))),
      "filtering");
  const base::OneBlasThread blas;
  const VectorXd mean = mean_of(r);
  const Index blocks = (n + size - 1) / size;
  std::vector<std::vector<Sums>> parts(static_cast<std::size_t>(blocks));
  std::mutex mutex;
  Index done = 0;
  base::parallel_for_uneven(blocks, blocks > 1, [&](Index block) {
    const Index first = block * size;
    parts[static_cast<std::size_t>(block)] =
        filtered_block(r, mean, scales, size, first, std::min(size, n - first));
    if (!progress) return;
    const std::scoped_lock lock(mutex);
    progress(static_cast<double>(++done) / static_cast<double>(blocks));
  });

  Filtering out{delta, MatrixXd(widths, times), MatrixXd(widths, times), VectorXd(widths)};
  const double whole = r.y.colwise().squaredNorm().dot(r.weight);
  for (Index w = 0; w < widths; ++w) {
    Sums all{VectorXd::Zero(1 + times), VectorXd::Zero(1 + times)};
    for (const auto& part : parts) {
      all.low += part[static_cast<std::size_t>(w)].low;
      all.high += part[static_cast<std::size_t>(w)].high;
    }
    constexpr double kNothing = 1e-24;
    const double high =
        all.high[0] > kNothing * whole ? all.high[0] : std::numeric_limits<double>::quiet_NaN();
    out.e_low.row(w) = (all.low.tail(times) / all.low[0]).cwiseSqrt();
    out.e_high.row(w) = (all.high.tail(times) / high).cwiseSqrt();
    out.share_high[w] = all.high[0] / whole;
  }
  return out;
}

VectorXd default_widths(const RecordingView& r, const VectorXd& direction) {
  base::require_size("direction", direction.size(), r.dim());
  constexpr Index kChosen = 200, kWidths = 5, kTile = 256;
  const Index n = r.samples(), chosen = std::min(n, kChosen);
  const VectorXd along = r.x.transpose() * direction;
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index i, Index j) { return along[i] < along[j]; });
  const base::OneBlasThread blas;
  const VectorXd mean = mean_of(r);
  Block some{-1, chosen, MatrixXd(r.dim(), chosen), {}};
  for (Index c = 0; c < chosen; ++c)
    some.points.col(c) =
        r.x.col(order[static_cast<std::size_t>(c * (n - 1) / std::max<Index>(1, chosen - 1))]) -
        mean;
  some.squares = some.points.colwise().squaredNorm();
  // Of other points: what is rounding off 0 is the same point.
  const double spread = (r.x.colwise() - mean).colwise().squaredNorm().dot(r.weight);
  base::require(spread > 0.0, "variance of x", spread, "above 0");
  const double same = 1e-12 * (spread + some.squares.maxCoeff());
  const Index tiles = (n + kTile - 1) / kTile;
  MatrixXd nearest(chosen, tiles);
  base::parallel_for_uneven(tiles, tiles > 1, [&](Index tile) {
    MatrixXd distances;
    const Index first = tile * kTile;
    square_distances(some, block_at(r, mean, first, std::min(kTile, n - first)), distances);
    for (Index c = 0; c < chosen; ++c) {
      double least = std::numeric_limits<double>::infinity();
      for (const double value : distances.row(c))
        if (value > same) least = std::min(least, value);
      nearest(c, tile) = least;
    }
  });
  VectorXd typical = nearest.rowwise().minCoeff();
  std::nth_element(typical.begin(), typical.begin() + chosen / 2, typical.end());
  const double least = std::sqrt(typical[chosen / 2]) / 2.0;
  const double most = std::max(std::sqrt(2.0 * spread) / 2.0, 2.0 * least);
  VectorXd out(kWidths);
  for (Index w = 0; w < kWidths; ++w)
    out[w] = least * std::pow(most / least, static_cast<double>(w) / (kWidths - 1));
  return out;
}

}  // namespace fprinciple::measure
