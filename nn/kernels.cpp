#include "nn/kernels.hpp"

#include "nn/vectorise.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

constexpr int kPoints =
    4;  // taken together, so that what belongs to a neuron is read once for them

/// Neurons [first, first + size) of a network, as plain arrays for the vectorised loops.
struct Block {
  const double* a;
  const double* w;  // coordinate k of neuron j at w[k * stride + j]
  const double* b;
  Index stride;
  Index size;
  Index dim;
};

Block block_of(const data::Weights& weights, Index first, Index end) {
  return {weights.a.data() + first, weights.w.data() + first,      weights.b.data() + first,
          weights.width(),          std::min(kBlock, end - first), weights.dim()};
}

/// z_j = w_j·x + b_j but for the last coordinate's term, b_j + Σ_{k<d−1} w_jk x_k: in `z`, or the
/// biases themselves where d = 1. The loop that takes σ adds the last term, one pass less.
inline const double* begun(const Block& block, const double* x, double* z) {
  const double* sum = block.b;
  for (Index k = 0; k + 1 < block.dim; ++k) {
    const double* w = block.w + k * block.stride;
#pragma omp simd
    for (Index j = 0; j < block.size; ++j) z[j] = sum[j] + w[j] * x[k];
    sum = z;
  }
  return sum;
}
inline const double* last_weights(const Block& block) {
  return block.w + (block.dim - 1) * block.stride;
}

/// f_i += Σ_j a_j σ(z_ij).
FPRINCIPLE_CLONES void forward(data::Activation activation, const Block& block, const double* x,
                               Index points, double* f) {
  alignas(64) std::array<double, kPoints * kBlock> z;  // NOLINT(*-member-init): filled below
  const double* w = last_weights(block);
  data::with_activation(activation, [&](auto sigma) {
    for (Index i = 0; i < points; i += kPoints) {
      const Index count = std::min<Index>(kPoints, points - i);
      for (Index r = 0; r < count; ++r) {
        double* zr = z.data() + r * kBlock;
        const double* xr = x + (i + r) * block.dim;
        const double* begin = begun(block, xr, zr);
        const double last = xr[block.dim - 1];
#pragma omp simd
        for (Index j = 0; j < block.size; ++j)
          zr[j] = sigma.value_and_derivative(begin[j] + w[j] * last).value;
      }
      add_dots(z.data(), kBlock, count, block.a, block.size, f + i);
    }
  });
}

/// The terms of R points in the sums that backward() forms; z is scratch. Taking points together
/// reads and writes the sums once for all of them.
template <int R, class Sigma>
inline void add_points(Sigma sigma, const Block& block, const double* x, const double* q, double* z,
                       double* sa, double* sb, double* sw) {
  const double* w = last_weights(block);
  for (Index r = 0; r < R; ++r) {
    double* zr = z + r * kBlock;
    const double qr = q[r];
    const double* begin = begun(block, x + r * block.dim, zr);
    const double last = x[r * block.dim + block.dim - 1];
#pragma omp simd
    for (Index j = 0; j < block.size; ++j) {
      const data::ValueAndDerivative at = sigma.value_and_derivative(begin[j] + w[j] * last);
      if constexpr (!std::is_same_v<Sigma, data::Relu>) sa[j] += qr * at.value;
      zr[j] = qr * at.derivative;
    }
  }
#pragma omp simd
  for (Index j = 0; j < block.size; ++j) {
    double sum = 0.0;
    for (Index r = 0; r < R; ++r) sum += z[r * kBlock + j];
    sb[j] += sum;
  }
  for (Index k = 0; k < block.dim; ++k) {
    double* swk = sw + k * block.stride;
#pragma omp simd
    for (Index j = 0; j < block.size; ++j) {
      double sum = 0.0;
      for (Index r = 0; r < R; ++r) sum += z[r * kBlock + j] * x[r * block.dim + k];
      swk[j] += sum;
    }
  }
}

/// sa_j += Σ_i q_i σ(z_ij), sb_j += Σ_i q_i σ'(z_ij) and sw_jk += Σ_i q_i σ'(z_ij) x_ik, with sw
/// laid out like w. For ReLU σ(z) = σ'(z) z gives sa from the other two.
FPRINCIPLE_CLONES void backward(data::Activation activation, const Block& block, const double* x,
                                Index points, const double* q, double* sa, double* sb, double* sw) {
  alignas(64) std::array<double, kPoints * kBlock> z;  // NOLINT(*-member-init): filled below
  data::with_activation(activation, [&](auto sigma) {
    Index i = 0;
    for (; i + kPoints <= points; i += kPoints)
      add_points<kPoints>(sigma, block, x + i * block.dim, q + i, z.data(), sa, sb, sw);
    for (; i < points; ++i)
      add_points<1>(sigma, block, x + i * block.dim, q + i, z.data(), sa, sb, sw);
    if constexpr (std::is_same_v<decltype(sigma), data::Relu>) {
#pragma omp simd
      for (Index j = 0; j < block.size; ++j) sa[j] += sb[j] * block.b[j];
      for (Index k = 0; k < block.dim; ++k) {
        const double* w = block.w + k * block.stride;
        const double* swk = sw + k * block.stride;
#pragma omp simd
        for (Index j = 0; j < block.size; ++j) sa[j] += swk[j] * w[j];
      }
    }
  });
}

/// h_ij = σ(z_ij) and g_ij = a_j σ'(z_ij), with neuron j of point i at i * block.size + j.
FPRINCIPLE_CLONES void fill_features(data::Activation activation, const Block& block,
                                     const double* x, Index points, double* h, double* g) {
  alignas(64) std::array<double, kBlock> z;  // NOLINT(*-member-init): filled below
  const double* w = last_weights(block);
  data::with_activation(activation, [&](auto sigma) {
    for (Index i = 0; i < points; ++i) {
      double* hi = h + i * block.size;
      double* gi = g + i * block.size;
      const double* begin = begun(block, x + i * block.dim, z.data());
      const double last = x[(i + 1) * block.dim - 1];
#pragma omp simd
      for (Index j = 0; j < block.size; ++j) {
        const data::ValueAndDerivative at = sigma.value_and_derivative(begin[j] + w[j] * last);
        hi[j] = at.value;
        gi[j] = block.a[j] * at.derivative;
      }
    }
  });
}

Index blocks(Index m) { return (m + kBlock - 1) / kBlock; }

}  // namespace

Index runs(Index m) { return std::min<Index>(blocks(m), 64); }

Index run_start(Index m, Index run) { return std::min(m, run * blocks(m) / runs(m) * kBlock); }

Eigen::VectorXd outputs(const Network& network, const Eigen::MatrixXd& points) {
  const Index m = network.weights.width();
  Eigen::MatrixXd partial = Eigen::MatrixXd::Zero(points.cols(), runs(m));
#pragma omp parallel for schedule(static) if (m * points.cols() > kWorthThreads)
  for (Index run = 0; run < partial.cols(); ++run) {
    const Index end = run_start(m, run + 1);
    for (Index first = run_start(m, run); first < end; first += kBlock)
      forward(network.activation, block_of(network.weights, first, end), points.data(),
              points.cols(), partial.col(run).data());
  }
  return network.output_scale * partial.rowwise().sum();
}

data::Weights weighted_gradient(const Network& network, const Eigen::MatrixXd& points,
                                const Eigen::VectorXd& q) {
  const data::Weights& theta = network.weights;
  const Index m = theta.width();
  const double s = network.output_scale;
  data::Weights g{Eigen::VectorXd(m), Eigen::MatrixXd(m, theta.dim()), Eigen::VectorXd(m)};
#pragma omp parallel for schedule(static) if (m * points.cols() > kWorthThreads)
  for (Index run = 0; run < runs(m); ++run) {
    const Index end = run_start(m, run + 1);
    for (Index first = run_start(m, run); first < end; first += kBlock) {
      const Block block = block_of(theta, first, end);
      auto ga = g.a.segment(first, block.size);
      auto gw = g.w.middleRows(first, block.size);
      auto gb = g.b.segment(first, block.size);
      ga.setZero();
      gw.setZero();
      gb.setZero();
      backward(network.activation, block, points.data(), points.cols(), q.data(), ga.data(),
               gb.data(), gw.data());
      // ∂/∂b and ∂/∂w carry the factor a.
      const auto a = theta.a.segment(first, block.size).array();
      ga *= network.train_a ? s : 0.0;
      gb.array() *= (network.train_b ? s : 0.0) * a;
      for (Index k = 0; k < theta.dim(); ++k) gw.col(k).array() *= (network.train_w ? s : 0.0) * a;
    }
  }
  return g;
}

void features(const Network& network, const Eigen::MatrixXd& points, Index first, Index size,
              Eigen::MatrixXd& h, Eigen::MatrixXd& g) {
  h.resize(size, points.cols());
  g.resize(size, points.cols());
  fill_features(network.activation, block_of(network.weights, first, first + size), points.data(),
                points.cols(), h.data(), g.data());
}

void add_scaled(data::Weights& weights, double scale, const data::Weights& change) {
  weights.a += scale * change.a;
  weights.w += scale * change.w;
  weights.b += scale * change.b;
}

double loss(const Eigen::VectorXd& f, const Eigen::VectorXd& y) {
  return 0.5 * (f - y).squaredNorm();
}

}  // namespace fprinciple::nn
