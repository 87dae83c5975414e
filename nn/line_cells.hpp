#pragma once

#include "base/parallel.hpp"
#include "nn/kernels.hpp"
#include "nn/neurons.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace fprinciple::nn {

/// Two sums, added at once: Σ_i q_i and Σ_i q_i ξ_i over points, or Σ_j a_j β_j and Σ_j a_j w_j
/// over neurons, where ξ = x − c and β = b + w c for the middle c of the points. About c the terms
/// are no larger than the network's own on the points' range, wherever that lies.
using Pair = double __attribute__((vector_size(2 * sizeof(double))));

/// Points on a line in increasing order, and the cells that they cut it into. A ReLU neuron's
/// breakpoint −b/w lies in one of the n + 1 cells, and the neuron is active at all points on one
/// side of it:
///   cell k, 0 ≤ k ≤ n:  w ≥ 0, active at the sorted points i ≥ k alone;
///   cell n + 1 + k:     w < 0, active at i < k alone.
/// Active means b + w x > 0 as rounded, which is monotone in x, so that a cell tells exactly what
/// the direct kernel (nn/kernels.hpp) finds. Scalar is what b + w x is rounded to.
template <class Scalar>
class Cells {
 public:
  using Index = Eigen::Index;
  using Cell = std::int32_t;

  /// points: 1 × n, 1 ≤ n < 2^30, in any order, repeats allowed. Cost O(n log n).
  explicit Cells(const Eigen::MatrixXd& points);

  Index points() const { return order_.size(); }
  Index count() const { return 2 * (points() + 1); }
  double centre() const { return centre_; }
  const Eigen::VectorXd& sorted() const { return xi_; }          ///< ξ in increasing order
  const Eigen::VectorX<Index>& order() const { return order_; }  ///< the sorted points' columns

  /// For each cell the sums over the points at which its neurons are active; `count()` of them.
  /// Cost O(n).
  void sum_points(const Eigen::VectorXd& q, Aligned<Pair>& sums) const;

  /// scale · Σ_j a_j max(w_j x_i + b_j, 0) from tables that scatter() filled, one after the other
  /// and `count()` long each. Leaves them zero for the next time. Cost O(n) a table.
  Eigen::VectorXd sum_neurons(Aligned<Pair>& tables, double scale) const;

  /// The cell of b + w x. Expected cost O(1) for points of a bounded density, O(log n) at worst.
  /// Compiled into its caller, for an instruction set that rounds b + w x once or twice as the
  /// direct kernel's does.
  [[gnu::always_inline]] Cell find(Scalar w, Scalar b) const {
    const bool falling = w < Scalar(0);
    const auto passed = [&](Index i) __attribute__((always_inline)) {
      return (b + w * edge(i) > Scalar(0)) != falling;
    };
    // Of four buckets a point most hold one point at most, and then the loops only check: no branch
    // depends on chance.
    Index low = bucket_[bucket(-static_cast<double>(b) / static_cast<double>(w))];
    low = std::min(points(), low + !passed(low));
    Index high = low;
    for (Index d = 1; passed(low - 1) && low > 0; d *= 2) {
      high = low - 1;
      low = std::max<Index>(0, low - d);
    }
    for (Index d = 1; !passed(high) && high < points(); d *= 2) {
      low = high + 1;
      high = std::min(points(), high + d);
    }
    while (low < high) {
      const Index middle = (low + high) / 2;
      if (passed(middle))
        high = middle;
      else
        low = middle + 1;
    }
    return static_cast<Cell>(low + falling * (points() + 1));
  }

  /// The points next to a cell's breakpoint at which its neurons are not and are active, ±∞ where
  /// there is none.
  Scalar outside(Cell cell) const { return rising(cell) ? edge(cell - 1) : edge(below(cell)); }
  Scalar inside(Cell cell) const { return rising(cell) ? edge(cell) : edge(below(cell) - 1); }

 private:
  bool rising(Cell cell) const { return cell <= points(); }
  Index below(Cell cell) const { return cell - points() - 1; }
  /// The bucket of x; the first for NaN.
  std::size_t bucket(double x) const {
    return static_cast<std::size_t>(
        std::min(std::max(0.0, (x - first_) * buckets_per_unit_), last_bucket_));
  }
  Scalar edge(Index i) const { return edges_[i + 1]; }

  Eigen::VectorX<Index> order_;
  double centre_;
  Eigen::VectorXd xi_;
  Eigen::VectorX<Scalar> edges_;  // −∞, the sorted points, ∞
  // Bucket u of equally wide ones holds the sorted points from bucket_[u] on.
  double first_;
  double buckets_per_unit_;
  double last_bucket_;
  std::vector<Cell> bucket_;
};

extern template class Cells<double>;
extern template class Cells<float>;

/// Neurons in groups of this many are added up at once where they have one cell.
constexpr Eigen::Index kGroup = 8;

/// At most kBlock neurons of a network.
template <class Scalar>
struct LineBlock {
  const Scalar* a;
  const Scalar* w;
  const Scalar* b;
  std::int32_t* cell;
  std::uint32_t* one_cell;  ///< bit g: the neurons of group g have one cell; none need be set
  Eigen::Index size;
};
static_assert(kBlock / kGroup <= 32);

/// A block's weights, or what belongs to each of them.
template <class Scalar>
struct LineWeights {
  Scalar* a;
  Scalar* w;
  Scalar* b;
};

/// With each neuron of a block the points next to its breakpoint, outside and inside.
template <class Scalar>
struct LineEnds {
  Scalar* outside;
  Scalar* inside;
};

/// Sets every neuron's cell.
void locate(const Cells<double>& cells, const LineBlock<double>& block);
void locate(const Cells<float>& cells, const LineBlock<float>& block);

/// Brings cells up to date that were right for earlier weights, and their ends: where b + w x still
/// has its signs at both, nothing has changed.
void track(const Cells<double>& cells, const LineBlock<double>& block, LineEnds<double> ends);
void track(const Cells<float>& cells, const LineBlock<float>& block, LineEnds<float> ends);

/// ∂/∂a, ∂/∂w and ∂/∂b, times the scale of each, from what sum_points() gave.
void gather(const LineBlock<double>& block, const Pair* sums, double centre, GroupScales scales,
            const LineWeights<double>& gradient);
void gather(const LineBlock<float>& block, const Pair* sums, double centre, GroupScales scales,
            const LineWeights<float>& gradient);

/// θ ← θ − scales · ∂/∂θ for a block's own weights, and track(): gather(), the update and the look
/// for what has passed a point in one pass.
void descend(const Cells<double>& cells, const LineBlock<double>& block, const Pair* sums,
             GroupScales scales, const LineWeights<double>& weights, LineEnds<double> ends);
void descend(const Cells<float>& cells, const LineBlock<float>& block, const Pair* sums,
             GroupScales scales, const LineWeights<float>& weights, LineEnds<float> ends);

/// Adds every neuron to its cell's place in a table for sum_neurons().
void scatter(const LineBlock<double>& block, double centre, Pair* table);
void scatter(const LineBlock<float>& block, double centre, Pair* table);

/// How many tables m neurons are added to, each by one thread: adding the tables up must not cost
/// more than filling them.
inline Eigen::Index tables(Eigen::Index m, Eigen::Index n) {
  return std::clamp<Eigen::Index>(m / (16 * n), 1, 64);
}

/// body(run, first, size) for the blocks of m neurons, those of a run in order and by one thread.
template <class Body>
void for_blocks(Eigen::Index m, Eigen::Index runs, const Body& body) {
  constexpr Eigen::Index kNeuronsWorthThreads = Eigen::Index{1} << 16;
  base::parallel_for(runs, m > kNeuronsWorthThreads, [&](Eigen::Index run) {
    for (Eigen::Index k = run * blocks(m) / runs; k < (run + 1) * blocks(m) / runs; ++k)
      body(run, k * kBlock, std::min(kBlock, m - k * kBlock));
  });
}

}  // namespace fprinciple::nn
