#include "nn/tangent_kernel.hpp"

#include "nn/kernels.hpp"

#include <algorithm>
#include <vector>

#include <Eigen/Eigenvalues>

namespace fprinciple::nn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Runs of neurons that are summed apart, few enough that their matrices take about 256 MiB.
Index partial_sums(Index n, Index m) {
  return std::clamp<Index>((Index{1} << 24) / (n * n), 2, runs(m) < 2 ? 2 : runs(m));
}

}  // namespace

MatrixXd tangent_kernel(const Network& network, const MatrixXd& points) {
  const data::Weights& theta = network.weights;
  const Index n = points.cols();
  const Index m = theta.width();
  const Index parts = partial_sums(n, m);
  std::vector<MatrixXd> hh(static_cast<std::size_t>(parts), MatrixXd::Zero(n, n));
  std::vector<MatrixXd> gg = hh;
#pragma omp parallel for schedule(static) if (m * n > kWorthThreads)
  for (Index part = 0; part < parts; ++part) {
    const Index last = (part + 1) * runs(m) / parts;
    const Index end = run_start(m, last);
    for (Index first = run_start(m, part * runs(m) / parts); first < end; first += kBlock) {
      const Index size = std::min(kBlock, end - first);
      MatrixXd z = points.transpose() * theta.w.middleRows(first, size).transpose();
      z.rowwise() += theta.b.segment(first, size).transpose();
      const MatrixXd g = (z.array() > 0.0).cast<double>().rowwise() *
                         theta.a.segment(first, size).transpose().array();
      z = z.cwiseMax(0.0);
      const auto p = static_cast<std::size_t>(part);
      if (network.train_a) hh[p].selfadjointView<Eigen::Lower>().rankUpdate(z);
      if (network.train_w || network.train_b) gg[p].selfadjointView<Eigen::Lower>().rankUpdate(g);
    }
  }
  for (std::size_t part = 1; part < hh.size(); ++part) {
    hh[0] += hh[part];
    gg[0] += gg[part];
  }
  MatrixXd inner = MatrixXd::Constant(n, n, network.train_b ? 1.0 : 0.0);
  if (network.train_w) inner += points.transpose() * points;
  MatrixXd k = network.output_scale * network.output_scale * (hh[0] + gg[0].cwiseProduct(inner));
  k.triangularView<Eigen::StrictlyUpper>() = k.transpose();
  return k;
}

double largest_rate(const Network& network, const MatrixXd& points) {
  return Eigen::SelfAdjointEigenSolver<MatrixXd>(tangent_kernel(network, points),
                                                 Eigen::EigenvaluesOnly)
      .eigenvalues()
      .tail(1)[0];
}

}  // namespace fprinciple::nn
