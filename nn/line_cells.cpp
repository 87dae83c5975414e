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

/// Whether a group of neurons has one cell.
[[gnu::always_inline]] inline bool one_cell(const std::int32_t* cell) {
  std::array<std::uint64_t, kGroup / 2> pairs;  // NOLINT(*-member-init): filled below
  std::memcpy(pairs.data(), cell, sizeof pairs);
  const std::uint64_t first = static_cast<std::uint32_t>(cell[0]) * 0x1'0000'0001;
  std::uint64_t other = 0;
  for (const std::uint64_t pair : pairs) other |= pair ^ first;
  return other == 0;
}

template <class Scalar>
[[gnu::always_inline]] inline void locate_each(const Cells<Scalar>& cells,
                                               const LineBlock<Scalar>& n) {
  for (Index j = 0; j < n.size; ++j) n.cell[j] = cells.find(n.w[j], n.b[j]);
}

/// As many numbers as a vector has doubles, W.
template <class Scalar, int W>
using Numbers = data::Vector<Scalar, W* static_cast<int>(sizeof(Scalar))>;
template <int W>
using Doubles = typename Numbers<double, W>::Type;

/// The weights of a vector of neurons from j on.
template <class Scalar, class Vec>
[[gnu::always_inline]] inline void load(const LineBlock<Scalar>& n, Index j, Vec& a, Vec& w,
                                        Vec& b) {
  std::memcpy(&a, n.a + j, sizeof a);
  std::memcpy(&w, n.w + j, sizeof w);
  std::memcpy(&b, n.b + j, sizeof b);
}

/// The first and the second numbers of W pairs.
template <int W>
[[gnu::always_inline]] inline void first_and_second(const Pair* sums, const std::int32_t* cell,
                                                    Doubles<W>& s0, Doubles<W>& s1) {
  if constexpr (W == 2) {
    s0 = __builtin_shufflevector(sums[cell[0]], sums[cell[1]], 0, 2);
    s1 = __builtin_shufflevector(sums[cell[0]], sums[cell[1]], 1, 3);
  } else if constexpr (W == 4) {
    const auto p = __builtin_shufflevector(sums[cell[0]], sums[cell[1]], 0, 1, 2, 3);
    const auto q = __builtin_shufflevector(sums[cell[2]], sums[cell[3]], 0, 1, 2, 3);
    s0 = __builtin_shufflevector(p, q, 0, 2, 4, 6);
    s1 = __builtin_shufflevector(p, q, 1, 3, 5, 7);
  } else {
    const auto p = __builtin_shufflevector(sums[cell[0]], sums[cell[1]], 0, 1, 2, 3);
    const auto q = __builtin_shufflevector(sums[cell[2]], sums[cell[3]], 0, 1, 2, 3);
    const auto r = __builtin_shufflevector(sums[cell[4]], sums[cell[5]], 0, 1, 2, 3);
    const auto s = __builtin_shufflevector(sums[cell[6]], sums[cell[7]], 0, 1, 2, 3);
    const auto low = __builtin_shufflevector(p, q, 0, 1, 2, 3, 4, 5, 6, 7);
    const auto high = __builtin_shufflevector(r, s, 0, 1, 2, 3, 4, 5, 6, 7);
    s0 = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
    s1 = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
  }
}

/// The W pairs of which these are the first and the second numbers.
template <int W>
[[gnu::always_inline]] inline void to_pairs(const Doubles<W>& s0, const Doubles<W>& s1,
                                            Pair* pairs) {
  Doubles<W> low;
  Doubles<W> high;
  if constexpr (W == 2) {
    low = __builtin_shufflevector(s0, s1, 0, 2);
    high = __builtin_shufflevector(s0, s1, 1, 3);
  } else if constexpr (W == 4) {
    low = __builtin_shufflevector(s0, s1, 0, 4, 1, 5);
    high = __builtin_shufflevector(s0, s1, 2, 6, 3, 7);
  } else {
    low = __builtin_shufflevector(s0, s1, 0, 8, 1, 9, 2, 10, 3, 11);
    high = __builtin_shufflevector(s0, s1, 4, 12, 5, 13, 6, 14, 7, 15);
  }
  std::memcpy(pairs, &low, sizeof low);
  std::memcpy(pairs + W / 2, &high, sizeof high);
}

template <int W, class Scalar>
[[gnu::always_inline]] inline void gather_each(const LineBlock<Scalar> n, const Pair* sums,
                                               double centre, Trained trained,
                                               const LineGradient<Scalar> g) {
  using Vec = typename Numbers<Scalar, W>::Type;
  const auto c = static_cast<Scalar>(centre);
  const Scalar ta = trained.a ? 1 : 0;
  const Scalar tw = trained.w ? 1 : 0;
  const Scalar tb = trained.b ? 1 : 0;
  // Of one neuron or of a vector of them.
  const auto put = [&](Index j, const auto& a, const auto& w, const auto& b, const auto& s0,
                       const auto& s1) __attribute__((always_inline)) {
    const auto of_a = ta * ((b + w * c) * s0 + w * s1);
    const auto of_w = a * (tw * (s1 + c * s0));
    const auto of_b = a * (tb * s0);
    std::memcpy(g.a + j, &of_a, sizeof of_a);
    std::memcpy(g.w + j, &of_w, sizeof of_w);
    std::memcpy(g.b + j, &of_b, sizeof of_b);
  };
  const auto put_vector = [&](Index j, const auto& s0, const auto& s1)
      __attribute__((always_inline)) {
    Vec a;
    Vec w;
    Vec b;
    load(n, j, a, w, b);
    put(j, a, w, b, s0, s1);
  };
  Index j = 0;
  for (; j + kGroup <= n.size; j += kGroup) {
    if (one_cell(n.cell + j)) {
      const Pair sum = sums[n.cell[j]];
      for (Index k = j; k < j + kGroup; k += W)
        put_vector(k, static_cast<Scalar>(sum[0]), static_cast<Scalar>(sum[1]));
    } else {
      for (Index k = j; k < j + kGroup; k += W) {
        Doubles<W> s0;
        Doubles<W> s1;
        first_and_second<W>(sums, n.cell + k, s0, s1);
        put_vector(k, __builtin_convertvector(s0, Vec), __builtin_convertvector(s1, Vec));
      }
    }
  }
  for (; j < n.size; ++j) {
    const Pair sum = sums[n.cell[j]];
    put(j, n.a[j], n.w[j], n.b[j], static_cast<Scalar>(sum[0]), static_cast<Scalar>(sum[1]));
  }
}

/// The sum of the pairs (s0_k, s1_k).
template <int W>
[[gnu::always_inline]] inline Pair total(const Doubles<W>& s0, const Doubles<W>& s1) {
  if constexpr (W == 2) {
    return __builtin_shufflevector(s0, s1, 0, 2) + __builtin_shufflevector(s0, s1, 1, 3);
  } else if constexpr (W == 4) {
    const auto twos =
        __builtin_shufflevector(s0, s1, 0, 4, 2, 6) + __builtin_shufflevector(s0, s1, 1, 5, 3, 7);
    return __builtin_shufflevector(twos, twos, 0, 1) + __builtin_shufflevector(twos, twos, 2, 3);
  } else {
    const auto twos = __builtin_shufflevector(s0, s1, 0, 8, 2, 10, 4, 12, 6, 14) +
                      __builtin_shufflevector(s0, s1, 1, 9, 3, 11, 5, 13, 7, 15);
    const auto fours = __builtin_shufflevector(twos, twos, 0, 1, 2, 3) +
                       __builtin_shufflevector(twos, twos, 4, 5, 6, 7);
    return __builtin_shufflevector(fours, fours, 0, 1) +
           __builtin_shufflevector(fours, fours, 2, 3);
  }
}

template <int W, class Scalar>
[[gnu::always_inline]] inline void scatter_each(const LineBlock<Scalar> n, double c, Pair* table) {
  using Vec = typename Numbers<Scalar, W>::Type;
  const auto terms = [&](Index j, Doubles<W> & first, Doubles<W> & second)
      __attribute__((always_inline)) {
    Vec an;
    Vec wn;
    Vec bn;
    load(n, j, an, wn, bn);
    const auto a = __builtin_convertvector(an, Doubles<W>);
    const auto w = __builtin_convertvector(wn, Doubles<W>);
    first = a * (__builtin_convertvector(bn, Doubles<W>) + w * c);
    second = a * w;
  };
  Index j = 0;
  for (; j + kGroup <= n.size; j += kGroup) {
    Doubles<W> first;
    Doubles<W> second;
    if (one_cell(n.cell + j)) {
      terms(j, first, second);
      for (Index k = j + W; k < j + kGroup; k += W) {
        Doubles<W> more;
        Doubles<W> more_second;
        terms(k, more, more_second);
        first += more;
        second += more_second;
      }
      table[n.cell[j]] += total<W>(first, second);
    } else {
      for (Index k = j; k < j + kGroup; k += W) {
        alignas(64) std::array<Pair, W> pairs;  // NOLINT(*-member-init): filled below
        terms(k, first, second);
        to_pairs<W>(first, second, pairs.data());
        for (std::size_t of = 0; of < W; ++of)
          table[n.cell[k + static_cast<Index>(of)]] += pairs[of];
      }
    }
  }
  for (; j < n.size; ++j) {
    const double a = n.a[j];
    const double w = n.w[j];
    table[n.cell[j]] += Pair{a * (n.b[j] + w * c), a * w};
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

void locate(const Cells<double>& cells, const LineBlock<double>& block) {
  data::with_vectors([&](auto) { locate_each(cells, block); });
}
void locate(const Cells<float>& cells, const LineBlock<float>& block) {
  data::with_vectors([&](auto) { locate_each(cells, block); });
}
void track(const Cells<double>& cells, const LineBlock<double>& block, double* outside,
           double* inside) {
  data::with_vectors([&](auto) { track_each(cells, block, outside, inside); });
}
void track(const Cells<float>& cells, const LineBlock<float>& block, float* outside,
           float* inside) {
  data::with_vectors([&](auto) { track_each(cells, block, outside, inside); });
}
void gather(const LineBlock<double>& block, const Pair* sums, double centre, Trained trained,
            const LineGradient<double>& gradient) {
  data::with_vectors([&](auto bytes) {
    gather_each<decltype(bytes)::value / 8>(block, sums, centre, trained, gradient);
  });
}
void gather(const LineBlock<float>& block, const Pair* sums, double centre, Trained trained,
            const LineGradient<float>& gradient) {
  data::with_vectors([&](auto bytes) {
    gather_each<decltype(bytes)::value / 8>(block, sums, centre, trained, gradient);
  });
}
void scatter(const LineBlock<double>& block, double centre, Pair* table) {
  data::with_vectors(
      [&](auto bytes) { scatter_each<decltype(bytes)::value / 8>(block, centre, table); });
}
void scatter(const LineBlock<float>& block, double centre, Pair* table) {
  data::with_vectors(
      [&](auto bytes) { scatter_each<decltype(bytes)::value / 8>(block, centre, table); });
}

}  // namespace fprinciple::nn
