#include "nn/kinks.hpp"

#include "nn/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The first τ ≥ 0 at which z + τ z' + ½ τ² z'' falls through 0, z ≥ 0.
double falls(double z, double first, double second) {
  const double discriminant = first * first - 2.0 * z * second;
  const double q = discriminant < 0.0 ? 0.0 : std::sqrt(discriminant) - first;
  return q > 0.0 ? 2.0 * z / q : std::numeric_limits<double>::infinity();
}

/// A neuron lies on a kink when |z| is at most this share of |(x, 1)| |(w, b)|.
constexpr double kOnKink = 4e-15;

/// v = (w, b) of neuron j.
void take_v(const Network& network, Index j, VectorXd& v) {
  const Index d = network.weights.dim();
  v.resize(d + 1);
  for (Index k = 0; k < d; ++k) v[k] = network.weights.w(j, k);
  v[d] = network.weights.b[j];
}

/// One neuron, followed from kink to kink.
class Neuron {
 public:
  /// Neuron j, pinned to the kinks that it lies on.
  Neuron(const Network& network, Index j, const MatrixXd& e)
      : e_(e),
        trained_(VectorXd::Constant(e.rows(), network.train_w ? 1.0 : 0.0)),
        s_(network.output_scale),
        s_a_(network.train_a ? s_ : 0.0),
        a_(network.weights.a[j]),
        side_(static_cast<std::size_t>(e.cols())) {
    take_v(network, j, v_);
    trained_.tail(1)[0] = network.train_b ? 1.0 : 0.0;
    const VectorXd z = e_.transpose() * v_;
    for (Index i = 0; i < z.size(); ++i) side(i) = z[i] > 0.0 ? Side::active : Side::inactive;
    for (Index i = 0; i < z.size(); ++i)
      if (std::abs(z[i]) <= kOnKink * e_.col(i).norm() * v_.norm()) side(i) = Side::pinned;
    span_pinned();
  }

  void push(const VectorXd& u) {
    VectorXd force = this->force(u);
    for (Index i = 0; i < u.size(); ++i)
      if (side(i) == Side::pinned) settle(i, u[i], force);
    double left = 1.0;
    for (Index kinks = 0; kinks < 100 + 4 * u.size(); ++kinks) {
      const VectorXd m = projected(force);
      const double m_v = force.dot(v_);
      const VectorXd z = e_.transpose() * v_;
      const VectorXd e_m = e_.transpose() * m;
      double tau = left;
      Index met = -1;
      for (Index i = 0; i < u.size(); ++i) {
        if (side(i) == Side::pinned) continue;
        const double sign = side(i) == Side::active ? 1.0 : -1.0;
        const double height = std::max(sign * z[i], 0.0);
        const double rise = -sign * s_ * e_m[i];  // over a
        if (height > left * std::abs(rise) * (std::abs(a_) + 0.5 * left * std::abs(s_a_ * m_v)))
          continue;
        const double when = falls(height, rise * a_, -rise * s_a_ * m_v);
        if (when < tau) {
          tau = when;
          met = i;
        }
      }
      const double a = a_ - tau * s_a_ * (m_v - 0.5 * tau * s_ * a_ * m.squaredNorm());
      v_ -= tau * s_ * (a_ - 0.5 * tau * s_a_ * m_v) * m;
      a_ = a;
      left -= tau;
      if (met < 0) return;
      settle(met, u[met], force);
    }
  }

  /// The outputs at the samples.
  VectorXd outputs() const { return s_ * a_ * (e_.transpose() * v_).cwiseMax(0.0); }

  /// J^T J p at the samples, for this neuron.
  VectorXd kernel_times(const VectorXd& p) const {
    const VectorXd z = e_.transpose() * v_;
    const VectorXd on = (z.array() > 0.0).cast<double>();
    const VectorXd force = e_ * on.cwiseProduct(p);
    return s_ * on.cwiseProduct(s_a_ * force.dot(v_) * z +
                                s_ * a_ * a_ * (e_.transpose() * projected(force)));
  }

  /// H, n × pins: its pins take H H^T away from this neuron's J^T J.
  MatrixXd held() const {
    const VectorXd on = ((e_.transpose() * v_).array() > 0.0).cast<double>();
    return s_ * a_ * (on.asDiagonal() * (e_.transpose() * basis_));
  }

  void put(Network& network, Index j) {
    // Exactly off the kinks that it lies on: half as far as counts as pinned, or twice.
    for (Index i = 0; i < e_.cols(); ++i) {
      const double off = kOnKink * e_.col(i).norm() * v_.norm();
      const double z = e_.col(i).dot(v_);
      const VectorXd direction = trained_.cwiseProduct(e_.col(i));
      const double target = side(i) == Side::pinned   ? -0.5 * off
                            : side(i) == Side::active ? 2.0 * off
                                                      : -2.0 * off;
      if ((side(i) == Side::pinned || std::abs(z) < 2.0 * off) && direction.norm() > 0.0)
        v_ += (target - z) / direction.squaredNorm() * direction;
    }
    network.weights.a[j] = a_;
    network.weights.w.row(j) = v_.head(v_.size() - 1).transpose();
    network.weights.b[j] = v_.tail(1)[0];
  }

 private:
  enum class Side : char { inactive, active, pinned };
  Side& side(Index i) { return side_[static_cast<std::size_t>(i)]; }

  /// M, over the active samples.
  VectorXd force(const VectorXd& u) const {
    VectorXd m = VectorXd::Zero(v_.size());
    for (Index i = 0; i < u.size(); ++i)
      if (side_[static_cast<std::size_t>(i)] == Side::active) m += u[i] * e_.col(i);
    return m;
  }

  /// M's trained part, along the kinks that the neuron is pinned to.
  VectorXd projected(const VectorXd& force) const {
    VectorXd m = trained_.cwiseProduct(force);
    for (Index k = 0; k < basis_.cols(); ++k) m -= basis_.col(k) * basis_.col(k).dot(m);
    return m;
  }

  /// On the kink of sample i: which side do the forces there push to?
  void settle(Index i, double u, VectorXd& force) {
    if (side(i) == Side::active) force -= u * e_.col(i);
    side(i) = Side::inactive;
    span_pinned();
    const auto velocity = [&](const VectorXd& m) { return -a_ * e_.col(i).dot(projected(m)); };
    const VectorXd with = force + u * e_.col(i);
    const bool rises_outside = velocity(force) > 0.0;
    const bool falls_inside = velocity(with) < 0.0;
    if (rises_outside && falls_inside) {
      side(i) = Side::pinned;
      span_pinned();
    } else if (!falls_inside) {
      side(i) = Side::active;
      force = with;
    }
  }

  /// An orthonormal basis of the trained parts of (x_i, 1) over the pinned samples.
  void span_pinned() {
    basis_.resize(v_.size(), 0);
    for (Index i = 0; i < e_.cols(); ++i) {
      if (side(i) != Side::pinned) continue;
      const VectorXd direction = trained_.cwiseProduct(e_.col(i));
      const VectorXd rest = projected(direction);
      if (rest.norm() <= 1e-12 * direction.norm()) continue;
      basis_.conservativeResize(Eigen::NoChange, basis_.cols() + 1);
      basis_.rightCols(1) = rest.normalized();
    }
  }

  const MatrixXd& e_;  // (x_i, 1) in columns
  VectorXd trained_;   // 1 for the coordinates of v that are trained, else 0
  double s_, s_a_;     // s, and s or 0 where a is frozen
  double a_;
  VectorXd v_;  // (w, b)
  std::vector<Side> side_;
  MatrixXd basis_;
};

/// The samples on a line whose kinks a neuron may lie on or pass: in their order those next to the
/// neuron's breakpoint, or between two of them.
class Candidates {
 public:
  struct Range {
    Index first, last;
  };

  explicit Candidates(const MatrixXd& x) : x_(x), order_(static_cast<std::size_t>(x.cols())) {
    std::iota(order_.begin(), order_.end(), Index{0});
    std::sort(order_.begin(), order_.end(), [&](Index p, Index q) { return x(0, p) < x(0, q); });
  }

  Index sample(Index k) const { return order_[static_cast<std::size_t>(k)]; }

  Range between(const Eigen::Vector2d& v0, const Eigen::Vector2d& v1) const {
    if (v0[0] * v1[0] <= 0.0) return {0, x_.cols()};
    const Index p = breakpoint(v0);
    const Index q = breakpoint(v1);
    return {std::max<Index>(std::min(p, q) - 1, 0), std::min(std::max(p, q) + 1, x_.cols())};
  }

 private:
  Index breakpoint(const Eigen::Vector2d& v) const {
    const auto left = [&](Index i) { return (v[0] * x_(0, i) + v[1] > 0.0) == (v[0] < 0.0); };
    return std::partition_point(order_.begin(), order_.end(), left) - order_.begin();
  }

  MatrixXd x_;
  std::vector<Index> order_;
};

MatrixXd with_ones(const MatrixXd& x) {
  MatrixXd e(x.rows() + 1, x.cols());
  e << x, Eigen::RowVectorXd::Ones(x.cols());
  return e;
}

/// Marks the neurons of kinked() for d = 1.
void find_on_line(const Network& before, const Network& after, const MatrixXd& e,
                  const VectorXd& size, const VectorXd& reach, double least,
                  std::vector<char>& found) {
  const Candidates candidates(e.topRows(1));
  const Index m = before.weights.width();
#pragma omp parallel for schedule(static) if (m > kWorthThreads)
  for (Index j = 0; j < m; ++j) {
    const Eigen::Vector2d v0(before.weights.w(j, 0), before.weights.b[j]);
    const Eigen::Vector2d v1(after.weights.w(j, 0), after.weights.b[j]);
    const double a2 = before.weights.a[j] * before.weights.a[j];
    const double rounding = kOnKink * v0.norm();
    const auto near = candidates.between(v0, v1);
    for (Index k = near.first; k < near.last; ++k) {
      const Index i = candidates.sample(k);
      const double z0 = e.col(i).dot(v0);
      if (std::abs(z0) <= rounding * size[i] ||
          (a2 * reach[i] >= least && (z0 > 0.0) != (e.col(i).dot(v1) > 0.0))) {
        found[static_cast<std::size_t>(j)] = 1;
        break;
      }
    }
  }
}

/// Marks those of a block, for any dimension.
void find_in_block(const data::Weights& before, const data::Weights& after, Index first,
                   const MatrixXd& x, const VectorXd& size, const VectorXd& reach, double least,
                   std::vector<char>& found) {
  constexpr Index kTogether = 64;  // samples
  const Index count = std::min(kBlock, before.width() - first);
  const auto rows = [&](const data::Weights& theta, Index i, Index samples) -> MatrixXd {
    return (theta.w.middleRows(first, count) * x.middleCols(i, samples)).colwise() +
           theta.b.segment(first, count);
  };
  const Eigen::ArrayXd a2 = before.a.segment(first, count).array().square();
  const Eigen::ArrayXd rounding =
      kOnKink * (before.w.middleRows(first, count).rowwise().squaredNorm().array() +
                 before.b.segment(first, count).array().square())
                    .sqrt();
  for (Index i = 0; i < x.cols(); i += kTogether) {
    const Index samples = std::min(kTogether, x.cols() - i);
    const MatrixXd z0 = rows(before, i, samples);
    const MatrixXd z1 = rows(after, i, samples);
    for (Index k = 0; k < samples; ++k)
      for (Index j = 0; j < count; ++j) {
        const bool passed = (z0(j, k) > 0.0) != (z1(j, k) > 0.0);
        const bool matters = a2[j] * reach[i + k] >= least;
        const bool on = std::abs(z0(j, k)) <= rounding[j] * size[i + k];
        found[static_cast<std::size_t>(first + j)] |= static_cast<char>(on | (passed & matters));
      }
  }
}

}  // namespace

std::vector<Index> kinked(const Network& before, const Network& after, const MatrixXd& x,
                          const VectorXd& impulse, double least) {
  if (before.activation != data::Activation::relu) return {};
  const MatrixXd e = with_ones(x);
  const VectorXd size = e.colwise().norm();
  const double s = before.output_scale;
  const VectorXd reach = s * s *
                         ((before.train_w ? 1.0 : 0.0) * (size.array().square() - 1.0) +
                          (before.train_b ? 1.0 : 0.0)) *
                         impulse.array();
  const Index m = before.weights.width();
  std::vector<char> found(static_cast<std::size_t>(m), 0);
  if (on_a_line(before, x.cols())) {
    find_on_line(before, after, e, size, reach, least, found);
  } else {
#pragma omp parallel for schedule(static) if (m * x.cols() > kWorthThreads)
    for (Index j = 0; j < m; j += kBlock)
      find_in_block(before.weights, after.weights, j, x, size, reach, least, found);
  }
  std::vector<Index> neurons;
  for (Index j = 0; j < m; ++j)
    if (found[static_cast<std::size_t>(j)] != 0) neurons.push_back(j);
  return neurons;
}

void hold_pinned(MatrixXd& k, const Network& network, const MatrixXd& x) {
  const MatrixXd e = with_ones(x);
  for (const Index j : kinked(network, network, x, VectorXd::Zero(x.cols()), 1.0)) {
    const MatrixXd held = Neuron(network, j, e).held();
    k.noalias() -= held * held.transpose();
  }
}

void follow(Network& network, const std::vector<Index>& neurons, const MatrixXd& x,
            const MatrixXd& pushes, MatrixXd* bends) {
  const MatrixXd e = with_ones(x);
  const auto count = static_cast<Index>(neurons.size());
  constexpr Index kChunks = 16;  // summed apart and then in their order
  MatrixXd partial = MatrixXd::Zero(bends != nullptr ? pushes.size() : 0, kChunks);
#pragma omp parallel for schedule(static) if (count * pushes.size() > kWorthThreads)
  for (Index chunk = 0; chunk < kChunks; ++chunk) {
    MatrixXd::MapType bend(partial.col(chunk).data(), pushes.rows(), pushes.cols());
    for (Index k = chunk * count / kChunks; k < (chunk + 1) * count / kChunks; ++k) {
      const Index j = neurons[static_cast<std::size_t>(k)];
      Neuron neuron(network, j, e);
      const Neuron start = neuron;
      VectorXd sum = VectorXd::Zero(pushes.rows());
      for (Index p = 0; p < pushes.cols(); ++p) {
        neuron.push(pushes.col(p));
        if (bends == nullptr) continue;
        sum += pushes.col(p);
        bend.col(p) += neuron.outputs() - start.outputs() + start.kernel_times(sum);
      }
      neuron.put(network, j);
    }
  }
  if (bends == nullptr) return;
  bends->setZero(pushes.rows(), pushes.cols());
  for (Index chunk = 0; chunk < kChunks; ++chunk) bends->reshaped() += partial.col(chunk);
}

}  // namespace fprinciple::nn
