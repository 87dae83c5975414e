#include "nn/kinks.hpp"

#include "base/parallel.hpp"
#include "data/samples.hpp"
#include "nn/kernels.hpp"

#include <algorithm>
#include <array>
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
        trained_(VectorXd::Constant(e.rows(), network.train.w ? 1.0 : 0.0)),
        s_(network.output_scale),
        s_a_(network.train.a ? s_ : 0.0),
        a_(network.weights.a[j]),
        side_(static_cast<std::size_t>(e.cols())) {
    take_v(network, j, v_);
    trained_.tail(1)[0] = network.train.b ? 1.0 : 0.0;
    const VectorXd z = e_.transpose() * v_;
    for (Index i = 0; i < z.size(); ++i) side(i) = z[i] > 0.0 ? Side::active : Side::inactive;
    for (Index i = 0; i < z.size(); ++i)
      if (std::abs(z[i]) <= kOnKink * e_.col(i).norm() * v_.norm()) side(i) = Side::pinned;
    span_pinned();
  }

  /// Over a piece with ∫ u = `u`; false if it met too many kinks to come to the end of it.
  [[nodiscard]] bool push(const VectorXd& u) {
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
      if (met < 0) return true;
      settle(met, u[met], force);
    }
    return false;
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

/// Samples at one x have one kink, at which they push together.
struct Together {
  Together(const MatrixXd& all, const MatrixXd& forces)
      : once(data::distinct({all, VectorXd::Zero(all.cols())})),
        pushes(MatrixXd::Zero(once.samples.size(), forces.cols())) {
    for (Index i = 0; i < forces.rows(); ++i)
      pushes.row(once.place[static_cast<std::size_t>(i)]) += forces.row(i);
  }
  const MatrixXd& x() const { return once.samples.x; }
  /// A row for each sample from a row for each x.
  MatrixXd spread(const MatrixXd& rows) const { return rows(once.place, Eigen::all); }

  data::DistinctSamples once;
  MatrixXd pushes;  ///< one row for each x
};

MatrixXd with_ones(const MatrixXd& x) {
  MatrixXd e(x.rows() + 1, x.cols());
  e << x, Eigen::RowVectorXd::Ones(x.cols());
  return e;
}

/// Which neurons lie on a kink, or pass one that matters on the way that pushes take them with J of
/// the start. On that way they are looked at a few times, each twice as late as the one before, and
/// one that is near a kink then counts: it may pass it and be back at the next look.
class Passing {
 public:
  Passing(const Network& network, const MatrixXd& x, const MatrixXd& pushes, double least)
      : theta_(network.weights),
        s_(network.output_scale),
        least_(least),
        e_(with_ones(x)),
        moved_(e_),
        size_(e_.colwise().norm()) {
    if (!network.train.w) moved_.topRows(x.rows()).setZero();
    if (!network.train.b) moved_.bottomRows(1).setZero();
    const VectorXd impulse = pushes.cwiseAbs().rowwise().sum();
    reach_ = s_ * s_ * moved_.colwise().squaredNorm().transpose().cwiseProduct(impulse);
    MatrixXd sums = pushes;
    for (Index p = 1; p < sums.cols(); ++p) sums.col(p) += sums.col(p - 1);
    double furthest = 0.0;
    for (Index i = 0; i < x.cols() && sums.cols() > 0; ++i)
      furthest += moved_.col(i).norm() * sums.row(i).cwiseAbs().maxCoeff();
    furthest_ = 1.5 * s_ * furthest * size_;
    std::vector<Index> parts;
    for (Index part = sums.cols(); part > 0 && parts.size() < kMostLooks; part /= 2)
      parts.insert(parts.begin(), part - 1);
    looks_ = sums(Eigen::all, parts);
  }

  std::vector<char> find() const { return e_.rows() == 2 ? on_line() : anywhere(); }

 private:
  static constexpr int kMostLooks = 8;
  using Path = Eigen::Array<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMostLooks, 1>;

  /// Whether z_ij of a neuron with |v|² = v2 is 0 but for rounding.
  bool on(Index i, double z, double v2) const {
    return z * z <= kOnKink * kOnKink * size_[i] * size_[i] * v2;
  }

  bool matters(Index j, Index i) const { return theta_.a[j] * theta_.a[j] * reach_[i] >= least_; }

  /// Whether z, first z0, passes 0 or comes near.
  static bool meets(double z0, const Path& z) {
    double longest = 0.0;
    for (Index p = 0; p < z.size(); ++p)
      longest = std::max(longest, std::abs(z[p] - (p > 0 ? z[p - 1] : z0)));
    return std::any_of(z.begin(), z.end(), [&](double at) {
      return (at > 0.0) != (z0 > 0.0) || std::abs(at) < 0.5 * longest;
    });
  }

  /// Looks at all samples. O(n d).
  bool passes(Index j) const {
    const Index d = theta_.dim();
    VectorXd v(d + 1);
    v << theta_.w.row(j).transpose(), theta_.b[j];
    const VectorXd z0 = e_.transpose() * v;
    const VectorXd active = (z0.array() > 0.0).cast<double>();
    const MatrixXd m = moved_ * (active.asDiagonal() * looks_);
    const MatrixXd z = (-s_ * theta_.a[j] * e_.transpose() * m).colwise() + z0;
    for (Index i = 0; i < z0.size(); ++i)
      if (on(i, z0[i], v.squaredNorm()) || (matters(j, i) && meets(z0[i], z.row(i).transpose())))
        return true;
    return false;
  }

  /// d = 1: of all samples those about a neuron's breakpoint are passed first, or the outermost.
  /// O(n log n + m log n).
  std::vector<char> on_line() const {
    const Index n = e_.cols();
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Index{0});
    std::sort(order.begin(), order.end(), [&](Index p, Index q) { return e_(0, p) < e_(0, q); });
    const VectorXd x = e_.row(0)(order);
    MatrixXd of_w = MatrixXd::Zero(looks_.cols(), n + 1);  // Σ u x and Σ u of the first samples
    MatrixXd of_b = of_w;
    for (Index k = 0; k < n; ++k) {
      const Index i = order[static_cast<std::size_t>(k)];
      of_w.col(k + 1) = of_w.col(k) + moved_(0, i) * looks_.row(i).transpose();
      of_b.col(k + 1) = of_b.col(k) + moved_(1, i) * looks_.row(i).transpose();
    }
    const Index m = theta_.width();
    std::vector<char> found(static_cast<std::size_t>(m), 0);
    const auto approaches = [&](Index j) {
      const double w = theta_.w(j, 0);
      const double b = theta_.b[j];
      const auto left = [&](double xi) { return (w * xi + b > 0.0) == (w < 0.0); };
      const Index at = std::partition_point(x.begin(), x.end(), left) - x.begin();
      const bool inside = at > 0 && at < n;
      const Index from = w < 0.0 ? 0 : at;  // active: [from, to)
      const Index to = w < 0.0 ? at : n;
      const double v2 = w * w + b * b;
      bool near = false;
      for (const Index k : {inside ? at - 1 : 0, inside ? at : n - 1}) {
        const Index i = order[static_cast<std::size_t>(k)];
        const double z0 = w * e_(0, i) + b;
        near = near || on(i, z0, v2);
        if (near || std::abs(z0) > std::abs(theta_.a[j]) * furthest_[i]) continue;
        const auto pushed =
            e_(0, i) * (of_w.col(to) - of_w.col(from)) + of_b.col(to) - of_b.col(from);
        near = meets(z0, z0 - s_ * theta_.a[j] * pushed.array());
      }
      return near;
    };
    base::parallel_for(blocks(m), m > kWorthThreads, [&](Index block) {
      for (Index j = block * kBlock; j < std::min(m, (block + 1) * kBlock); ++j)
        found[static_cast<std::size_t>(j)] = static_cast<char>(approaches(j) && passes(j));
    });
    return found;
  }

  /// Any d: only a neuron that is no further from a kink than pushes can take it is looked at on
  /// its way. O(n m d).
  std::vector<char> anywhere() const {
    const Index n = e_.cols();
    const Index m = theta_.width();
    std::vector<char> found(static_cast<std::size_t>(m), 0);
    base::parallel_for(blocks(m), m * n > kWorthThreads, [&](Index block) {
      const Index first = block * kBlock;
      const Index count = std::min(kBlock, m - first);
      const Eigen::ArrayXd distance = theta_.a.segment(first, count).cwiseAbs();
      const Eigen::ArrayXd rounding =
          kOnKink * (theta_.w.middleRows(first, count).rowwise().squaredNorm().array() +
                     theta_.b.segment(first, count).array().square())
                        .sqrt();
      constexpr Index kTogether = 64;  // samples
      for (Index i = 0; i < n; i += kTogether) {
        const Index samples = std::min(kTogether, n - i);
        const MatrixXd z =
            (theta_.w.middleRows(first, count) * e_.block(0, i, e_.rows() - 1, samples)).colwise() +
            theta_.b.segment(first, count);
        for (Index k = 0; k < samples; ++k)
          for (Index j = 0; j < count; ++j) {
            const double reached =
                std::max(rounding[j] * size_[i + k], distance[j] * furthest_[i + k]);
            found[static_cast<std::size_t>(first + j)] |=
                static_cast<char>(std::abs(z(j, k)) <= reached);
          }
      }
      for (Index j = first; j < first + count; ++j) {
        char& of_j = found[static_cast<std::size_t>(j)];
        of_j = static_cast<char>(of_j != 0 && passes(j));
      }
    });
    return found;
  }

  const data::Weights& theta_;
  double s_;
  double least_;
  MatrixXd e_;         // (x_i, 1) in columns
  MatrixXd moved_;     // of these what is trained
  VectorXd size_;      // |(x_i, 1)|
  VectorXd reach_;     // how much a kink at x_i moves an output, over a²
  VectorXd furthest_;  // how far z_i may go, over |a|, and half of that
  MatrixXd looks_;     // ∫ u up to each look, n × looks
};

}  // namespace

std::vector<Index> kinked(const Network& network, const MatrixXd& x, const MatrixXd& pushes,
                          double least) {
  if (network.activation != data::Activation::relu) return {};
  const Together samples(x, pushes);
  const std::vector<char> found = Passing(network, samples.x(), samples.pushes, least).find();
  std::vector<Index> neurons;
  for (Index j = 0; j < network.weights.width(); ++j)
    if (found[static_cast<std::size_t>(j)] != 0) neurons.push_back(j);
  return neurons;
}

void hold_pinned(MatrixXd& k, const Network& network, const MatrixXd& x) {
  const Together samples(x, MatrixXd(x.cols(), 0));
  const MatrixXd e = with_ones(samples.x());
  for (const Index j : kinked(network, x, MatrixXd(x.cols(), 0), 1.0)) {
    const MatrixXd held = samples.spread(Neuron(network, j, e).held());
    k.noalias() -= held * held.transpose();
  }
}

bool follow(Network& network, const std::vector<Index>& neurons, const MatrixXd& x,
            const MatrixXd& all_pushes, MatrixXd* bends) {
  const Together samples(x, all_pushes);
  const MatrixXd& pushes = samples.pushes;
  const MatrixXd e = with_ones(samples.x());
  const auto count = static_cast<Index>(neurons.size());
  constexpr Index kChunks = 16;  // summed apart and then in their order
  MatrixXd partial = MatrixXd::Zero(bends != nullptr ? pushes.size() : 0, kChunks);
  std::array<bool, kChunks> whole{};
  base::parallel_for(kChunks, count * pushes.size() > kWorthThreads, [&](Index chunk) {
    bool& followed = whole[static_cast<std::size_t>(chunk)] = true;
    MatrixXd::MapType bend(partial.col(chunk).data(), pushes.rows(), pushes.cols());
    for (Index k = chunk * count / kChunks; k < (chunk + 1) * count / kChunks; ++k) {
      const Index j = neurons[static_cast<std::size_t>(k)];
      Neuron neuron(network, j, e);
      const Neuron start = neuron;
      VectorXd sum = VectorXd::Zero(pushes.rows());
      for (Index p = 0; p < pushes.cols(); ++p) {
        followed &= neuron.push(pushes.col(p));
        if (bends == nullptr) continue;
        sum += pushes.col(p);
        bend.col(p) += neuron.outputs() - start.outputs() + start.kernel_times(sum);
      }
      neuron.put(network, j);
    }
  });
  if (bends != nullptr) {
    bends->setZero(pushes.rows(), pushes.cols());
    for (Index chunk = 0; chunk < kChunks; ++chunk) bends->reshaped() += partial.col(chunk);
    *bends = samples.spread(*bends);
  }
  return std::all_of(whole.begin(), whole.end(), [](bool chunk) { return chunk; });
}

}  // namespace fprinciple::nn
