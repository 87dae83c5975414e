#include "nn/line_cells.hpp"

#include "nn/vectorise.hpp"

#include <array>
#include <limits>
#include <numeric>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

template <class Scalar>
[[gnu::always_inline]] inline void track_each(const Cells<Scalar>& cells,
                                              const LineBlock<Scalar>& n, Scalar* outside,
                                              Scalar* inside) {
  alignas(64) std::array<std::uint8_t, kBlock> flags;  // NOLINT(*-member-init): filled below
  std::uint8_t* const moved = flags.data();
#pragma omp simd
  for (Index j = 0; j < n.size; ++j) {
    // Both are false for NaN, so that w = 0 at an infinite end, b ± 0 ∞, is searched for again.
    const bool right =
        (n.b[j] + n.w[j] * outside[j] <= Scalar(0)) & (n.b[j] + n.w[j] * inside[j] > Scalar(0));
    moved[j] = right ? 0 : 1;
  }
  const auto next = [end = moved + n.size](const std::uint8_t* from) {
    return static_cast<const std::uint8_t*>(
        std::memchr(from, 1, static_cast<std::size_t>(end - from)));
  };
  for (const std::uint8_t* at = next(moved); at != nullptr; at = next(at + 1)) {
    const Index j = at - moved;
    n.cell[j] = cells.find(n.w[j], n.b[j]);
    outside[j] = cells.outside(n.cell[j]);
    inside[j] = cells.inside(n.cell[j]);
  }
}

template <class Scalar>
[[gnu::always_inline]] inline void locate_each(const Cells<Scalar>& cells,
                                               const LineBlock<Scalar>& n) {
  for (Index j = 0; j < n.size; ++j) n.cell[j] = cells.find(n.w[j], n.b[j]);
}

template <class Scalar>
[[gnu::always_inline]] inline void gather_each(const LineBlock<Scalar>& n, const Pair* sums,
                                               double centre, Trained trained,
                                               const LineGradient<Scalar>& g) {
  alignas(64) std::array<double, 2 * kBlock> gathered;  // NOLINT(*-member-init): filled below
  double* const both = gathered.data();
  for (Index j = 0; j < n.size; ++j) std::memcpy(both + 2 * j, sums + n.cell[j], sizeof(Pair));
  const auto c = static_cast<Scalar>(centre);
  const Scalar ta = trained.a ? 1 : 0;
  const Scalar tw = trained.w ? 1 : 0;
  const Scalar tb = trained.b ? 1 : 0;
#pragma omp simd
  for (Index j = 0; j < n.size; ++j) {
    const auto s0 = static_cast<Scalar>(both[2 * j]);
    const auto s1 = static_cast<Scalar>(both[2 * j + 1]);
    g.a[j] = ta * ((n.b[j] + n.w[j] * c) * s0 + n.w[j] * s1);
    g.w[j] = tw * n.a[j] * (s1 + c * s0);
    g.b[j] = tb * n.a[j] * s0;
  }
}

template <class Scalar>
[[gnu::always_inline]] inline void scatter_each(const LineBlock<Scalar>& n, double c, Pair* table) {
  alignas(64) std::array<double, 2 * kBlock> buffer;  // NOLINT(*-member-init): filled below
  double* const terms = buffer.data();
#pragma omp simd
  for (Index j = 0; j < n.size; ++j) {
    const double a = n.a[j];
    const double w = n.w[j];
    terms[2 * j] = a * (n.b[j] + w * c);
    terms[2 * j + 1] = a * w;
  }
  for (Index j = 0; j < n.size; ++j) {
    Pair term;
    std::memcpy(&term, terms + 2 * j, sizeof term);
    table[n.cell[j]] += term;
  }
}

/// out(i, Σ_{k ≤ i} term(k)) for i < n, in fours: the sums wait for each other once in four terms.
template <class Term, class Out>
inline void running_sums(Index n, const Term& term, const Out& out) {
  Pair sum{0.0, 0.0};
  Index i = 0;
  for (; i + 4 <= n; i += 4) {
    const Pair one = term(i);
    const Pair two = one + term(i + 1);
    const Pair third = term(i + 2);
    const Pair four = two + (third + term(i + 3));
    out(i, sum + one);
    out(i + 1, sum + two);
    out(i + 2, sum + (two + third));
    out(i + 3, sum += four);
  }
  for (; i < n; ++i) out(i, sum += term(i));
}

}  // namespace

template <class Scalar>
Cells<Scalar>::Cells(const Eigen::MatrixXd& points)
    : order_(points.size()), xi_(points.size()), edges_(points.size() + 2) {
  const Index n = points.size();
  const double* x = points.data();
  std::iota(order_.begin(), order_.end(), Index{0});
  std::stable_sort(order_.begin(), order_.end(), [&](Index i, Index j) { return x[i] < x[j]; });
  centre_ = 0.5 * x[order_[0]] + 0.5 * x[order_[n - 1]];
  edges_[n + 1] = std::numeric_limits<Scalar>::infinity();
  edges_[0] = -edges_[n + 1];
  for (Index i = 0; i < n; ++i) {
    xi_[i] = x[order_[i]] - centre_;
    edges_[i + 1] = static_cast<Scalar>(x[order_[i]]);
  }

  first_ = static_cast<double>(edge(0));
  const double width = static_cast<double>(edge(n - 1)) - first_;
  const double buckets = 4.0 * static_cast<double>(n);
  buckets_per_unit_ = width > 0.0 ? buckets / width : 0.0;
  last_bucket_ = buckets + 1.0;  // holds no point, for what lies beyond them
  for (Index i = 0; i < n; ++i)
    bucket_.resize(bucket(static_cast<double>(edge(i))) + 1, static_cast<Cell>(i));
  bucket_.resize(static_cast<std::size_t>(last_bucket_) + 1, static_cast<Cell>(n));
}

template <class Scalar>
void Cells<Scalar>::sum_points(const Eigen::VectorXd& q, double scale, Aligned<Pair>& sums) const {
  const Index n = points();
  sums.resize(static_cast<std::size_t>(count()));
  Pair* rising = sums.data();
  Pair* falling = rising + n + 1;
  const auto term = [&](Index i) {
    const double qi = scale * q[order_[i]];
    return Pair{qi, qi * xi_[i]};
  };
  rising[n] = falling[0] = Pair{0.0, 0.0};
  running_sums(
      n, [&](Index i) { return term(n - 1 - i); },
      [&](Index i, Pair sum) { rising[n - 1 - i] = sum; });
  running_sums(n, term, [&](Index i, Pair sum) { falling[i + 1] = sum; });
}

template <class Scalar>
Eigen::VectorXd Cells<Scalar>::sum_neurons(Aligned<Pair>& tables, double scale) const {
  const Index n = points();
  Pair* rising = tables.data();
  Pair* falling = rising + n + 1;
  for (Pair* table = rising + count(); table < tables.data() + tables.size(); table += count())
    for (Index cell = 0; cell < count(); ++cell) {
      rising[cell] += table[cell];
      table[cell] = Pair{0.0, 0.0};
    }
  running_sums(
      n, [&](Index i) { return falling[n - i]; }, [&](Index i, Pair sum) { falling[n - i] = sum; });
  Eigen::VectorXd f(n);
  running_sums(
      n, [&](Index i) { return rising[i]; },
      [&](Index i, Pair sum) {
        const Pair line = sum + falling[i + 1];
        f[order_[i]] = scale * (line[0] + line[1] * xi_[i]);
        rising[i] = falling[i + 1] = Pair{0.0, 0.0};
      });
  rising[n] = falling[0] = Pair{0.0, 0.0};
  return f;
}

template class Cells<double>;
template class Cells<float>;

FPRINCIPLE_CLONES void locate(const Cells<double>& cells, const LineBlock<double>& block) {
  locate_each(cells, block);
}
FPRINCIPLE_CLONES void locate(const Cells<float>& cells, const LineBlock<float>& block) {
  locate_each(cells, block);
}
FPRINCIPLE_CLONES void track(const Cells<double>& cells, const LineBlock<double>& block,
                             double* outside, double* inside) {
  track_each(cells, block, outside, inside);
}
FPRINCIPLE_CLONES void track(const Cells<float>& cells, const LineBlock<float>& block,
                             float* outside, float* inside) {
  track_each(cells, block, outside, inside);
}
FPRINCIPLE_CLONES void gather(const LineBlock<double>& block, const Pair* sums, double centre,
                              Trained trained, const LineGradient<double>& gradient) {
  gather_each(block, sums, centre, trained, gradient);
}
FPRINCIPLE_CLONES void gather(const LineBlock<float>& block, const Pair* sums, double centre,
                              Trained trained, const LineGradient<float>& gradient) {
  gather_each(block, sums, centre, trained, gradient);
}
FPRINCIPLE_CLONES void scatter(const LineBlock<double>& block, double centre, Pair* table) {
  scatter_each(block, centre, table);
}
FPRINCIPLE_CLONES void scatter(const LineBlock<float>& block, double centre, Pair* table) {
  scatter_each(block, centre, table);
}

}  // namespace fprinciple::nn
