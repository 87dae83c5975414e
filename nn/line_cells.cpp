#include "nn/line_cells.hpp"

#include "nn/dots.hpp"

#include <array>
#include <limits>
#include <numeric>
#include <type_traits>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

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
[[gnu::always_inline]] inline void track_each(const Cells<Scalar>& cells,
                                              const LineBlock<Scalar>& n, LineEnds<Scalar> ends) {
  alignas(64) std::array<std::uint8_t, kBlock> flags;  // NOLINT(*-member-init): filled below
  std::uint8_t* const moved = flags.data();
#pragma omp simd
  for (Index j = 0; j < n.size; ++j) {
    // Both are false for NaN, so that w = 0 at an infinite end, b ± 0 ∞, is searched for again.
    const bool right = (n.b[j] + n.w[j] * ends.outside[j] <= Scalar(0)) &
                       (n.b[j] + n.w[j] * ends.inside[j] > Scalar(0));
    moved[j] = right ? 0 : 1;
  }
  const auto next = [end = moved + n.size](const std::uint8_t* from) {
    return static_cast<const std::uint8_t*>(
        std::memchr(from, 1, static_cast<std::size_t>(end - from)));
  };
  const std::uint8_t* at = next(moved);
  if (at == nullptr) return;
  for (; at != nullptr; at = next(at + 1)) {
    const Index j = at - moved;
    n.cell[j] = cells.find(n.w[j], n.b[j]);
    ends.outside[j] = cells.outside(n.cell[j]);
    ends.inside[j] = cells.inside(n.cell[j]);
  }
  *n.one_cell = 0;
  for (Index g = 0; g < n.size / kGroup; ++g)
    *n.one_cell |= static_cast<std::uint32_t>(one_cell(n.cell + g * kGroup)) << g;
}

template <class Scalar>
[[gnu::always_inline]] inline void locate_each(const Cells<Scalar>& cells,
                                               const LineBlock<Scalar>& n) {
  for (Index j = 0; j < n.size; ++j) n.cell[j] = cells.find(n.w[j], n.b[j]);
}

/// As many numbers as a vector has doubles, W.
template <class Scalar, int W>
using Numbers = base::Vector<Scalar, W* static_cast<int>(sizeof(Scalar))>;
template <int W>
using Doubles = typename Numbers<double, W>::Type;

/// Weights, or what belongs to them, of one neuron or of a vector of neurons.
template <class Number>
struct Theta {
  Number a, w, b;
};

template <class Number, class Scalar>
[[gnu::always_inline]] inline Theta<Number> load(const LineBlock<Scalar>& n, Index j) {
  Theta<Number> theta;  // NOLINT(*-member-init): filled below
  std::memcpy(&theta.a, n.a + j, sizeof theta.a);
  std::memcpy(&theta.w, n.w + j, sizeof theta.w);
  std::memcpy(&theta.b, n.b + j, sizeof theta.b);
  return theta;
}

template <class Number, class Scalar>
[[gnu::always_inline]] inline void store(const Theta<Number>& theta, const LineWeights<Scalar>& to,
                                         Index j) {
  std::memcpy(to.a + j, &theta.a, sizeof theta.a);
  std::memcpy(to.w + j, &theta.w, sizeof theta.w);
  std::memcpy(to.b + j, &theta.b, sizeof theta.b);
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

/// visit(j, θ, g, same) for a vector of neurons from j on, the last few one by one: θ = {a, w, b}
/// and g what gather() stores. Those of one cell, the `same`, share their sums.
template <int W, class Scalar, class Visit>
[[gnu::always_inline]] inline void with_gradients(const LineBlock<Scalar> n, const Pair* sums,
                                                  double centre, GroupScales scales,
                                                  const Visit& visit) {
  using Vec = typename Numbers<Scalar, W>::Type;
  const auto c = static_cast<Scalar>(centre);
  const auto ra = static_cast<Scalar>(scales.a);
  const auto rw = static_cast<Scalar>(scales.w);
  const auto rb = static_cast<Scalar>(scales.b);
  // Numbers may be one neuron's or a vector.
  const auto visit_with = [&](Index j, const auto& theta, const auto& s0, const auto& s1, auto same)
      __attribute__((always_inline)) {
    const auto& [a, w, b] = theta;
    const auto as0 = a * s0;
    std::remove_cvref_t<decltype(theta)> g;
    g.a = ra * ((b + w * c) * s0 + w * s1);
    g.w = rw * (a * s1 + c * as0);
    g.b = rb * as0;
    visit(j, theta, g, same);
  };
  Index j = 0;
  for (std::uint32_t one_cell = *n.one_cell; j + kGroup <= n.size; j += kGroup, one_cell >>= 1) {
    if ((one_cell & 1) != 0) {
      const Pair sum = sums[n.cell[j]];
      const auto s0 = static_cast<Scalar>(sum[0]);
      const auto s1 = static_cast<Scalar>(sum[1]);
      for (Index k = j; k < j + kGroup; k += W)
        visit_with(k, load<Vec>(n, k), s0, s1, std::true_type{});
    } else {
      for (Index k = j; k < j + kGroup; k += W) {
        Doubles<W> s0;
        Doubles<W> s1;
        first_and_second<W>(sums, n.cell + k, s0, s1);
        visit_with(k, load<Vec>(n, k), __builtin_convertvector(s0, Vec),
                   __builtin_convertvector(s1, Vec), std::false_type{});
      }
    }
  }
  for (; j < n.size; ++j) {
    const Pair sum = sums[n.cell[j]];
    visit_with(j, load<Scalar>(n, j), static_cast<Scalar>(sum[0]), static_cast<Scalar>(sum[1]),
               std::false_type{});
  }
}

template <int W, class Scalar>
[[gnu::always_inline]] inline void gather_each(const LineBlock<Scalar> n, const Pair* sums,
                                               double centre, GroupScales scales,
                                               const LineWeights<Scalar> to) {
  with_gradients<W>(
      n, sums, centre, scales,
      [&](Index j, const auto& /*theta*/, const auto& g, auto /*same*/)
          __attribute__((always_inline)) { store(g, to, j); });
}

template <int W, class Scalar>
[[gnu::always_inline]] inline void descend_each(const Cells<Scalar>& cells,
                                                const LineBlock<Scalar> n, const Pair* sums,
                                                GroupScales scales, const LineWeights<Scalar> to,
                                                LineEnds<Scalar> ends) {
  using Vec = typename Numbers<Scalar, W>::Type;
  const Vec zero{};
  const Vec one = zero + Scalar(1);
  Vec left = zero;  // 1 where a neuron is active outside
  Vec lost = zero;  // 1 where one is not inside
  bool moved = false;
  const auto look = [&](const auto& outside, const auto& inside) __attribute__((always_inline)) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(outside)>, Scalar>) {
      moved = moved || !(outside <= Scalar(0) && inside > Scalar(0));
    } else {
      // Two results, as GCC forms the conjunction of two comparisons number by number.
      left = outside <= zero ? left : one;
      lost = inside > zero ? lost : one;
    }
  };
  with_gradients<W>(
      n, sums, cells.centre(), scales,
      [&](Index j, const auto& before, const auto& g, auto same) __attribute__((always_inline)) {
        auto theta = before;
        theta.a -= g.a;
        theta.w -= g.w;
        theta.b -= g.b;
        store(theta, to, j);
        if constexpr (decltype(same)::value) {
          look(theta.b + theta.w * cells.outside(n.cell[j]),
               theta.b + theta.w * cells.inside(n.cell[j]));
        } else {
          auto outside = theta.w;
          auto inside = theta.w;
          std::memcpy(&outside, ends.outside + j, sizeof outside);
          std::memcpy(&inside, ends.inside + j, sizeof inside);
          look(theta.b + theta.w * outside, theta.b + theta.w * inside);
        }
      });
  for (int l = 0; l < W; ++l) moved = moved || left[l] + lost[l] > 0;
  if (moved) track_each(cells, n, ends);
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
    const auto theta = load<Vec>(n, j);
    const auto a = __builtin_convertvector(theta.a, Doubles<W>);
    const auto w = __builtin_convertvector(theta.w, Doubles<W>);
    first = a * (__builtin_convertvector(theta.b, Doubles<W>) + w * c);
    second = a * w;
  };
  Index j = 0;
  for (std::uint32_t one_cell = *n.one_cell; j + kGroup <= n.size; j += kGroup, one_cell >>= 1) {
    Doubles<W> first;
    Doubles<W> second;
    if ((one_cell & 1) != 0) {
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
void Cells<Scalar>::sum_points(const Eigen::VectorXd& q, Aligned<Pair>& sums) const {
  const Index n = points();
  sums.resize(static_cast<std::size_t>(count()));
  Pair* const rising = sums.data();
  Pair* const falling = rising + n + 1;
  const Index* const order = order_.data();
  const double* const xi = xi_.data();
  const double* const of = q.data();
  rising[n] = falling[0] = Pair{0.0, 0.0};
  base::with_vectors([&](auto) {
    running_sums(
        n,
        [&](Index i) {
          const double qi = of[order[i]];
          return rising[i] = Pair{qi, qi * xi[i]};
        },
        [&](Index i, Pair sum) { falling[i + 1] = sum; });
    running_sums(
        n, [&](Index i) { return rising[n - 1 - i]; },
        [&](Index i, Pair sum) { rising[n - 1 - i] = sum; });
  });
}

template <class Scalar>
Eigen::VectorXd Cells<Scalar>::sum_neurons(Aligned<Pair>& tables, double scale) const {
  const Index n = points();
  Pair* const rising = tables.data();
  Pair* const falling = rising + n + 1;
  for (Pair* table = rising + count(); table < tables.data() + tables.size(); table += count())
    for (Index cell = 0; cell < count(); ++cell) {
      rising[cell] += table[cell];
      table[cell] = Pair{0.0, 0.0};
    }
  Eigen::VectorXd f(n);
  const Index* const order = order_.data();
  const double* const xi = xi_.data();
  double* const to = f.data();
  base::with_vectors([&](auto) {
    running_sums(
        n, [&](Index i) { return falling[n - i]; },
        [&](Index i, Pair sum) { falling[n - i] = sum; });
    running_sums(
        n, [&](Index i) { return rising[i]; },
        [&](Index i, Pair sum) {
          const Pair line = sum + falling[i + 1];
          to[order[i]] = scale * (line[0] + line[1] * xi[i]);
          rising[i] = falling[i + 1] = Pair{0.0, 0.0};
        });
  });
  rising[n] = falling[0] = Pair{0.0, 0.0};
  return f;
}

template class Cells<double>;
template class Cells<float>;

void locate(const Cells<double>& cells, const LineBlock<double>& block) {
  base::with_vectors([&](auto) { locate_each(cells, block); });
}
void locate(const Cells<float>& cells, const LineBlock<float>& block) {
  base::with_vectors([&](auto) { locate_each(cells, block); });
}
void track(const Cells<double>& cells, const LineBlock<double>& block, LineEnds<double> ends) {
  base::with_vectors([&](auto) { track_each(cells, block, ends); });
}
void track(const Cells<float>& cells, const LineBlock<float>& block, LineEnds<float> ends) {
  base::with_vectors([&](auto) { track_each(cells, block, ends); });
}
void gather(const LineBlock<double>& block, const Pair* sums, double centre, GroupScales scales,
            const LineWeights<double>& gradient) {
  base::with_vectors([&](auto bytes) {
    gather_each<decltype(bytes)::value / 8>(block, sums, centre, scales, gradient);
  });
}
void gather(const LineBlock<float>& block, const Pair* sums, double centre, GroupScales scales,
            const LineWeights<float>& gradient) {
  base::with_vectors([&](auto bytes) {
    gather_each<decltype(bytes)::value / 8>(block, sums, centre, scales, gradient);
  });
}
void descend(const Cells<double>& cells, const LineBlock<double>& block, const Pair* sums,
             GroupScales scales, const LineWeights<double>& weights, LineEnds<double> ends) {
  base::with_vectors([&](auto bytes) {
    descend_each<decltype(bytes)::value / 8>(cells, block, sums, scales, weights, ends);
  });
}
void descend(const Cells<float>& cells, const LineBlock<float>& block, const Pair* sums,
             GroupScales scales, const LineWeights<float>& weights, LineEnds<float> ends) {
  base::with_vectors([&](auto bytes) {
    descend_each<decltype(bytes)::value / 8>(cells, block, sums, scales, weights, ends);
  });
}
void scatter(const LineBlock<double>& block, double centre, Pair* table) {
  base::with_vectors(
      [&](auto bytes) { scatter_each<decltype(bytes)::value / 8>(block, centre, table); });
}
void scatter(const LineBlock<float>& block, double centre, Pair* table) {
  base::with_vectors(
      [&](auto bytes) { scatter_each<decltype(bytes)::value / 8>(block, centre, table); });
}

}  // namespace fprinciple::nn
