#include "nn/kernels.hpp"

#include <algorithm>
#include <array>

// One source, compiled for several instruction sets and chosen when the program starts. The
// sanitizers do not get along with the selection.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define FPRINCIPLE_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FPRINCIPLE_CLONES
#endif

namespace fprinciple::nn {
namespace {

using Eigen::Index;

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

/// z_j = w_j·x + b_j.
inline void preactivations(const Block& block, const double* x, double* z) {
#pragma omp simd
  for (Index j = 0; j < block.size; ++j) z[j] = block.w[j] * x[0] + block.b[j];
  for (Index k = 1; k < block.dim; ++k) {
    const double* w = block.w + k * block.stride;
#pragma omp simd
    for (Index j = 0; j < block.size; ++j) z[j] += w[j] * x[k];
  }
}

/// f_i += Σ_j a_j σ(z_ij).
FPRINCIPLE_CLONES void forward(const Block& block, const double* x, Index points, double* f) {
  std::array<double, kBlock> z;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  for (Index i = 0; i < points; ++i) {
    preactivations(block, x + i * block.dim, z.data());
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (Index j = 0; j < block.size; ++j) sum += block.a[j] * std::max(z[j], 0.0);
    f[i] += sum;
  }
}

/// sb_j = Σ_i q_i σ'(z_ij) and sw_jk = Σ_i q_i σ'(z_ij) x_ik, with sw laid out like w.
FPRINCIPLE_CLONES void active_sums(const Block& block, const double* x, Index points,
                                   const double* q, double* sb, double* sw) {
  std::array<double, kBlock> z;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  for (Index i = 0; i < points; ++i) {
    const double* xi = x + i * block.dim;
    const double qi = q[i];
    preactivations(block, xi, z.data());
#pragma omp simd
    for (Index j = 0; j < block.size; ++j) {
      z[j] = z[j] > 0.0 ? qi : 0.0;
      sb[j] += z[j];
    }
    for (Index k = 0; k < block.dim; ++k) {
      double* swk = sw + k * block.stride;
#pragma omp simd
      for (Index j = 0; j < block.size; ++j) swk[j] += z[j] * xi[k];
    }
  }
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
      forward(block_of(network.weights, first, end), points.data(), points.cols(),
              partial.col(run).data());
  }
  return network.output_scale * partial.rowwise().sum();
}

data::Weights weighted_gradient(const Network& network, const Eigen::MatrixXd& points,
                                const Eigen::VectorXd& q) {
  const data::Weights& theta = network.weights;
  const Index m = theta.width();
  data::Weights g{Eigen::VectorXd::Zero(m), Eigen::MatrixXd::Zero(m, theta.dim()),
                  Eigen::VectorXd::Zero(m)};
#pragma omp parallel for schedule(static) if (m * points.cols() > kWorthThreads)
  for (Index run = 0; run < runs(m); ++run) {
    const Index start = run_start(m, run);
    const Index end = run_start(m, run + 1);
    for (Index first = start; first < end; first += kBlock)
      active_sums(block_of(theta, first, end), points.data(), points.cols(), q.data(),
                  g.b.data() + first, g.w.data() + first);
    // σ(z) = σ'(z) z gives ∂/∂a from the same sums; ∂/∂b and ∂/∂w carry the factor a.
    const double s = network.output_scale;
    for (Index j = start; j < end; ++j) {
      g.a[j] = network.train_a ? s * (g.b[j] * theta.b[j] + g.w.row(j).dot(theta.w.row(j))) : 0.0;
      g.b[j] *= network.train_b ? s * theta.a[j] : 0.0;
      g.w.row(j) *= network.train_w ? s * theta.a[j] : 0.0;
    }
  }
  return g;
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
