#include "nn/line_cells.hpp"

#include "nn/vectorise.hpp"

#include <array>
#include <limits>
#include <numeric>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

template <class Scalar>
inline void track_each(const Cells<Scalar>& cells, const LineBlock<Scalar>& n, Scalar* outside,
                       Scalar* inside) {
  alignas(64) std::array<std::uint8_t, kBlock> moved;  // NOLINT(*-member-init): filled below
#pragma omp simd
  for (Index j = 0; j < n.size; ++j)
    // Not the negation: w = 0 makes one of these NaN where there is no such point, and its cell may
    // be that of w > 0 or w < 0 before.
    moved[j] = (n.b[j] + n.w[j] * outside[j] <= Scalar(0)) & (n.b[j] + n.w[j] * inside[j] > Scalar(0)) ? 0 : 1;
  for (Index j = 0; j < n.size; ++j)
    if (moved[j]) {
      n.cell[j] = cells.find(n.w[j], n.b[j]);
      outside[j] = cells.outside(n.cell[j]);
      inside[j] = cells.inside(n.cell[j]);
    }
}

template <class Scalar>
inline void locate_each(const Cells<Scalar>& cells, const LineBlock<Scalar>& n) {
  for (Index j = 0; j < n.size; ++j) n.cell[j] = cells.find(n.w[j], n.b[j]);
}

template <class Scalar>
inline void gather_each(const LineBlock<Scalar>& n, const Pair* sums, double centre,
                        Trained trained, const LineGradient<Scalar>& g) {
  alignas(64) std::array<Scalar, kBlock> s0;  // NOLINT(*-member-init): filled below
  alignas(64) std::array<Scalar, kBlock> s1;  // NOLINT(*-member-init): filled below
  for (Index j = 0; j < n.size; ++j) {
    const Pair sum = sums[n.cell[j]];
    s0[j] = static_cast<Scalar>(sum[0]);
    s1[j] = static_cast<Scalar>(sum[1]);
  }
  const auto c = static_cast<Scalar>(centre);
  const Scalar ta = trained.a ? 1 : 0;
  const Scalar tw = trained.w ? 1 : 0;
  const Scalar tb = trained.b ? 1 : 0;
#pragma omp simd
  for (Index j = 0; j < n.size; ++j) {
    g.a[j] = ta * ((n.b[j] + n.w[j] * c) * s0[j] + n.w[j] * s1[j]);
    g.w[j] = tw * n.a[j] * (s1[j] + c * s0[j]);
    g.b[j] = tb * n.a[j] * s0[j];
  }
}

template <class Scalar>
inline void scatter_each(const LineBlock<Scalar>& n, double c, Pair* table) {
  alignas(64) std::array<double, 2 * kBlock> terms;  // NOLINT(*-member-init): filled below
#pragma omp simd
  for (Index j = 0; j < n.size; ++j) {
    const double a = n.a[j];
    const double w = n.w[j];
    terms[2 * j] = a * (n.b[j] + w * c);
    terms[2 * j + 1] = a * w;
  }
  for (Index j = 0; j < n.size; ++j) {
    Pair term;
    std::memcpy(&term, &terms[2 * j], sizeof term);
    table[n.cell[j]] += term;
  }
}

}  // namespace

template <class Scalar>
Cells<Scalar>::Cells(const Eigen::MatrixXd& points)
    : order_(static_cast<std::size_t>(points.size())) {
  const double* x = points.data();
  std::iota(order_.begin(), order_.end(), Index{0});
  std::stable_sort(order_.begin(), order_.end(), [&](Index i, Index j) { return x[i] < x[j]; });
  centre_ = 0.5 * x[order_.front()] + 0.5 * x[order_.back()];
  constexpr Scalar kInfinity = std::numeric_limits<Scalar>::infinity();
  edges_.push_back(-kInfinity);
  for (const Index i : order_) {
    xi_.push_back(x[i] - centre_);
    edges_.push_back(static_cast<Scalar>(x[i]));
  }
  edges_.push_back(kInfinity);

  first_ = edge(0);
  const double width = static_cast<double>(edge(this->points() - 1)) - first_;
  buckets_per_unit_ = width > 0.0 ? static_cast<double>(order_.size()) / width : 0.0;
  last_bucket_ = static_cast<double>(order_.size() - 1);
  bucket_.push_back(0);
  for (Index i = 0; i < this->points(); ++i)
    while (static_cast<double>(bucket_.size()) <= std::min(last_bucket_, (edge(i) - first_) * buckets_per_unit_)) bucket_.push_back(static_cast<Cell>(i));
  bucket_.resize(order_.size() + 1, static_cast<Cell>(order_.size()));
}

template <class Scalar>
void Cells<Scalar>::sum_points(const Eigen::VectorXd& q, double scale, Aligned<Pair>& sums) const {
  const auto n = order_.size();
  sums.resize(2 * (n + 1));
  Pair* rising = sums.data();
  Pair* falling = rising + n + 1;
  const auto term = [&](std::size_t i) {
    const double qi = scale * q[order_[i]];
    return Pair{qi, qi * xi_[i]};
  };
  rising[n] = falling[0] = Pair{0.0, 0.0};
  for (std::size_t i = 0; i < n; ++i) {  // two chains of sums that do not wait for each other
    rising[n - 1 - i] = rising[n - i] + term(n - 1 - i);
    falling[i + 1] = falling[i] + term(i);
  }
}

template <class Scalar>
Eigen::VectorXd Cells<Scalar>::sum_neurons(Aligned<Pair>& tables, double scale) const {
  const auto n = order_.size();
  Pair* rising = tables.data();
  Pair* falling = rising + n + 1;
  const std::size_t count = 2 * (n + 1);
  for (std::size_t table = count; table < tables.size(); table += count)
    for (std::size_t cell = 0; cell < count; ++cell) rising[cell] += rising[table + cell];
  for (std::size_t i = 1; i < n; ++i) {
    rising[i] += rising[i - 1];
    falling[n - i] += falling[n - i + 1];
  }
  Eigen::VectorXd f(points());
  for (std::size_t i = 0; i < n; ++i) {
    const Pair line = rising[i] + falling[i + 1];
    f[order_[i]] = scale * (line[0] + line[1] * xi_[i]);
  }
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
