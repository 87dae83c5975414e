#include "nn/kernels.hpp"

#include "base/parallel.hpp"
#include "base/require.hpp"
#include "nn/initialise.hpp"
#include "nn/line.hpp"
#include "nn/neurons.hpp"

#include <algorithm>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

/// From this many points on the cells of a line cost less than the points one by one.
constexpr Index kWorthCells = 32;
constexpr Index kWorthTrackedCells = 8;
constexpr Index kWorthOnePass = 2;

bool relu_line(const Network& network) {
  return network.activation == data::Activation::relu && network.weights.dim() == 1;
}

}  // namespace

Index runs(Index m) { return std::min<Index>(blocks(m), 64); }

Index run_start(Index m, Index run) { return std::min(m, run * blocks(m) / runs(m) * kBlock); }

GroupScales group_scales(const Network& network) {
  const double s = network.output_scale;
  return {network.train.a ? s : 0.0, network.train.w ? s : 0.0, network.train.b ? s : 0.0};
}

bool on_a_line(const Network& network, Index points) {
  return relu_line(network) && points >= kWorthCells;
}

bool steps_on_a_line(const Network& network, Index points, bool in_one_pass) {
  return relu_line(network) && points >= (in_one_pass ? kWorthOnePass : kWorthTrackedCells);
}

Eigen::VectorXd outputs(const Network& network, const Eigen::MatrixXd& points) {
  require_network(network);
  require_points("points", network, points);
  if (is_antisymmetric(network.weights)) return Eigen::VectorXd::Zero(points.cols());
  return summed_outputs(network, points);
}

Eigen::VectorXd summed_outputs(const Network& network, const Eigen::MatrixXd& points) {
  return on_a_line(network, points.cols()) ? Line(points).outputs(network)
                                           : direct::outputs(network, points);
}

data::Weights weighted_gradient(const Network& network, const Eigen::MatrixXd& points,
                                const Eigen::VectorXd& q) {
  require_network(network);
  require_points("points", network, points);
  base::require_size("q", q.size(), points.cols());
  return on_a_line(network, points.cols()) ? Line(points).weighted_gradient(network, q)
                                           : direct::weighted_gradient(network, points, q);
}

namespace direct {

Eigen::VectorXd outputs(const Network& network, const Eigen::MatrixXd& points) {
  const Index m = network.weights.width();
  Eigen::MatrixXd partial = Eigen::MatrixXd::Zero(points.cols(), runs(m));
  base::parallel_for(partial.cols(), m * points.cols() > kWorthThreads, [&](Index run) {
    const Index end = run_start(m, run + 1);
    for (Index first = run_start(m, run); first < end; first += kBlock) {
      const Neurons<double> part(network.weights, first, std::min(kBlock, end - first));
      add_outputs(network.activation, part.block(0), {points.data(), nullptr, points.cols()},
                  partial.col(run).data());
    }
  });
  return network.output_scale * partial.rowwise().sum();
}

data::Weights weighted_gradient(const Network& network, const Eigen::MatrixXd& points,
                                const Eigen::VectorXd& q) {
  const data::Weights& theta = network.weights;
  const Index m = theta.width();
  const Index d = theta.dim();
  const GroupScales scales = group_scales(network);
  const Eigen::MatrixXd qx = weighted_points<double>(points, q);
  data::Weights g{Eigen::VectorXd(m), Eigen::MatrixXd(m, d), Eigen::VectorXd(m)};
  const auto scratch = [&] { return Neurons<double>(kBlock, d); };
  const bool worth_threads = m * points.cols() > kWorthThreads;
  base::parallel_for(runs(m), worth_threads, scratch, [&](Index run, Neurons<double>& sums) {
    const NeuronBlock<double> into = sums.theta(0);
    const Index end = run_start(m, run + 1);
    for (Index first = run_start(m, run); first < end; first += kBlock) {
      const Index size = std::min(kBlock, end - first);
      const Neurons<double> part(theta, first, size);
      gradient(network.activation, scales, part.block(0), {points.data(), qx.data(), points.cols()},
               into);
      std::copy_n(into.a, size, g.a.data() + first);
      std::copy_n(into.b, size, g.b.data() + first);
      for (Index k = 0; k < d; ++k)
        std::copy_n(into.w + k * into.stride, size, g.w.col(k).data() + first);
    }
  });
  return g;
}

}  // namespace direct

void features(const Network& network, const Eigen::MatrixXd& points, Index first, Index size,
              Eigen::MatrixXd& h, Eigen::MatrixXd& g) {
  h.resize(size, points.cols());
  g.resize(size, points.cols());
  const Neurons<double> part(network.weights, first, size);
  fill_features(network.activation, part.block(0), {points.data(), nullptr, points.cols()}, size,
                h.data(), g.data());
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
