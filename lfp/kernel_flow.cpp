#include "lfp/kernel_flow.hpp"

#include "data/error.hpp"
#include "data/linear_algebra.hpp"
#include "data/memory.hpp"

#include <cmath>
#include <limits>

#include <Eigen/LU>
#include <Eigen/QR>
#include <spdlog/fmt/fmt.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// (K + ρ I) λ.
MatrixXd apply(const KernelProblem& problem, const MatrixXd& lambda) {
  return problem.k.selfadjointView<Eigen::Lower>() * lambda + problem.ridge * lambda;
}

}  // namespace

MatrixXd values(const KernelWeights& weights, const MatrixXd& k_points, const MatrixXd& p_points) {
  MatrixXd f = k_points * weights.kernel;
  if (p_points.cols() > 0) f += p_points * weights.polynomials;
  return f;
}

KernelFlow::KernelFlow(const KernelProblem& problem) : problem_(problem) {
  const Index n = problem.k.rows();
  const Index q = problem.polynomials.cols();
  if (q > n)
    throw RunError(fmt::format(
        "{} samples do not determine {} unpenalised polynomials: more samples are needed", n, q));
  data::require_memory(8.0 * 5.0 * static_cast<double>(n) * static_cast<double>(n),
                       fmt::format("the kernel matrix of {} samples", n));
  MatrixXd complement;  // Q
  MatrixXd restricted = problem.k;
  restricted.diagonal().array() += problem.ridge;
  if (q > 0) {
    const Eigen::HouseholderQR<MatrixXd> qr(problem.polynomials);
    triangle_ = qr.matrixQR().topRows(q).triangularView<Eigen::Upper>();
    const VectorXd pivots = triangle_.diagonal().cwiseAbs();
    if (!(pivots.minCoeff() > 1e-12 * pivots.maxCoeff()))
      throw RunError(
          "the samples do not determine the unpenalised polynomials (they lie on a plane, say): "
          "use a lattice, or the complete model");
    const MatrixXd full = qr.householderQ() * MatrixXd::Identity(n, n);
    range_ = full.leftCols(q);
    complement = full.rightCols(n - q);
    restricted = complement.transpose() * apply(problem, complement);
  }
  auto [values, vectors] = data::symmetric_eigen(restricted);
  const double largest = values.size() > 0 ? values[values.size() - 1] : 0.0;
  const double rounding =
      static_cast<double>(n) * std::numeric_limits<double>::epsilon() * std::max(largest, 0.0);
  rates_ = (values.array() > rounding).select(values, 0.0);
  if (q > 0)
    basis_ = complement * vectors;
  else
    basis_ = std::move(vectors);
  projection_ = basis_.transpose() * problem.residual;
}

KernelWeights KernelFlow::weights(const VectorXd& t) const {
  MatrixXd step(rates_.size(), t.size());
  for (Index k = 0; k < t.size(); ++k)
    for (Index j = 0; j < rates_.size(); ++j)
      step(j, k) =
          rates_[j] > 0.0 ? -std::expm1(-rates_[j] * t[k]) / rates_[j] * projection_[j] : 0.0;
  KernelWeights out{basis_ * step, MatrixXd(range_.cols(), t.size())};
  if (range_.cols() == 0) return out;
  const MatrixXd missing =
      range_.transpose() * ((-apply(problem_, out.kernel)).colwise() + problem_.residual);
  out.polynomials = triangle_.triangularView<Eigen::Upper>().solve(missing);
  for (Index k = 0; k < t.size(); ++k)
    if (t[k] == 0.0) out.polynomials.col(k).setZero();
  return out;
}

MatrixXd KernelFlow::residuals(const VectorXd& t) const {
  MatrixXd decayed(rates_.size(), t.size());
  for (Index k = 0; k < t.size(); ++k)
    for (Index j = 0; j < rates_.size(); ++j)
      decayed(j, k) = (rates_[j] > 0.0 ? std::exp(-rates_[j] * t[k]) : 1.0) * projection_[j];
  MatrixXd r = basis_ * decayed;
  for (Index k = 0; k < t.size(); ++k)
    if (t[k] == 0.0) r.col(k) = problem_.residual;
  return r;
}

KernelWeights solve_saddle(const KernelProblem& problem) {
  const Index n = problem.k.rows();
  const Index q = problem.polynomials.cols();
  MatrixXd saddle = MatrixXd::Zero(n + q, n + q);
  saddle.topLeftCorner(n, n) = problem.k.selfadjointView<Eigen::Lower>();
  saddle.diagonal().head(n).array() += problem.ridge;
  // The polynomials in the unit of the kernel, so that pivots compare like with like.
  const double unit = saddle.cwiseAbs().maxCoeff();
  saddle.topRightCorner(n, q) = unit * problem.polynomials;
  saddle.bottomLeftCorner(q, n) = unit * problem.polynomials.transpose();
  VectorXd right = VectorXd::Zero(n + q);
  right.head(n) = problem.residual;
  const Eigen::PartialPivLU<MatrixXd> lu(saddle);
  VectorXd solution = lu.solve(right);
  solution += lu.solve(right - saddle * solution);
  if (!solution.allFinite())
    throw RunError(
        "the kernel cannot tell all samples apart: merge samples that are close, or add a ridge");
  return {solution.head(n), unit * solution.tail(q)};
}

}  // namespace fprinciple::lfp
