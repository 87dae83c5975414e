#include "lfp/kernel_flow.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "base/memory.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"
#include "lfp/lanczos.hpp"

#include <cmath>
#include <utility>

#include <Eigen/LU>
#include <Eigen/QR>
#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd values(const KernelWeights& weights, const MatrixXd& k_points, const MatrixXd& p_points) {
  base::require_shape("k_points", k_points, base::kAny, weights.kernel.rows());
  base::require_shape("p_points", p_points, k_points.rows(), weights.polynomials.rows());
  const base::OneBlasThread blas;
  MatrixXd f = base::product(k_points, weights.kernel);
  if (p_points.cols() > 0) f += p_points * weights.polynomials;
  return f;
}

void require_problem(const KernelProblem& problem) {
  const Index n = problem.residual.size();
  base::require(n >= 1, "problem.residual.size()", n, "at least 1");
  base::require_shape("problem.k", problem.k, n, n);
  base::require_shape("problem.polynomials", problem.polynomials, n, base::kAny);
  base::require_finite("problem.residual", problem.residual);
  base::require_finite("problem.polynomials", problem.polynomials);
  require_ridge(problem.ridge);
  for (Index j = 0; j < n; ++j)  // what is read of K
    if (!problem.k.col(j).tail(n - j).allFinite())
      throw RunError(fmt::format("column {} of the kernel's matrix is not finite", j));
}

void require_determined(Index samples, Index polynomials) {
  if (polynomials > samples)
    throw RunError(fmt::format(
        "{} samples do not determine {} unpenalised polynomials: more samples are needed", samples,
        polynomials));
}

base::Memory kernel_flow_memory(Index n, Index q) {
  const double square = base::doubles(static_cast<double>(n) * static_cast<double>(n));
  // The vectors, and LAPACK's workspace of twice as much; Q, and Q V, beside them.
  const base::Memory vectors{3.0 * square, square};
  if (q == 0) return base::held(square) + vectors;
  return base::held(square) + then_freed(base::held(square) + vectors + base::held(square)) +
         base::held(square);
}

base::Memory saddle_memory(Index n, Index q) {
  const auto side = static_cast<double>(n + q);
  return base::passing(base::doubles(2.0 * side * side));
}

KernelFlow::KernelFlow(KernelProblem problem) {
  require_problem(problem);
  const base::OneBlasThread blas;
  const auto solved = std::make_shared<Solved>();
  solved_ = solved;
  MatrixXd& restricted = solved->restricted;
  restricted = std::move(problem.k);
  residual_ = std::move(problem.residual);
  const MatrixXd& p = problem.polynomials;
  const Index n = restricted.rows();
  const Index q = p.cols();
  require_determined(n, q);
  base::require_memory(kernel_flow_memory(n, q).peak,
                       fmt::format("the kernel matrix of {} samples", n));
  restricted.diagonal().array() += problem.ridge;
  MatrixXd complement;  // Q
  if (q > 0) {
    const Eigen::HouseholderQR<MatrixXd> qr(p);
    MatrixXd& triangle = solved->triangle;
    triangle = qr.matrixQR().topRows(q).triangularView<Eigen::Upper>();
    const VectorXd pivots = triangle.diagonal().cwiseAbs();
    if (!(pivots.minCoeff() > 1e-12 * pivots.maxCoeff()))
      throw RunError(
          "the samples do not determine the unpenalised polynomials (they lie on a plane, say): "
          "use a lattice, or the complete model");
    const MatrixXd full = qr.householderQ() * MatrixXd::Identity(n, n);
    solved->range = full.leftCols(q);
    complement = full.rightCols(n - q);
    solved->seen = restricted.selfadjointView<Eigen::Lower>() * solved->range;
    if (n == q) {  // the polynomials are all; products without rows are not for every library
      restricted.resize(0, 0);
      solved->basis.resize(n, 0);
      return;
    }
    restricted =
        complement.transpose() * MatrixXd(restricted.selfadjointView<Eigen::Lower>() * complement);
  }
  const VectorXd start = q > 0 ? VectorXd(complement.transpose() * residual_) : residual_;
  const SymmetricOperator a{n - q, [&](const VectorXd& v) -> VectorXd {
                              return restricted.selfadjointView<Eigen::Lower>() * v;
                            }};
  // Where a third of the steps is not enough a full decomposition is as quick; they cost half of
  // it.
  auto krylov = lanczos(a, start, (n - q) / 3);
  base::SymmetricEigen eigen = krylov ? std::move(*krylov) : base::symmetric_eigen(restricted);
  solved->decay = base::without_rounding(eigen.values, n - q);
  projection_ = eigen.vectors.transpose() * start;
  solved->basis = q > 0 ? MatrixXd(complement * eigen.vectors) : std::move(eigen.vectors);
}

KernelWeights KernelFlow::weights(const VectorXd& t, double threshold) const {
  require_times(t);
  base::require(threshold >= 0.0, "threshold", threshold, "at least 0");
  const base::OneBlasThread blas;
  const Solved& s = *solved_;
  MatrixXd step(s.decay.size(), t.size());
  base::parallel_for(t.size(), true, [&](Index k) {
    for (Index j = 0; j < s.decay.size(); ++j)
      step(j, k) = s.decay[j] > threshold
                       ? -std::expm1(-s.decay[j] * t[k]) / s.decay[j] * projection_[j]
                       : 0.0;
  });
  KernelWeights out{base::product(s.basis, step), MatrixXd(s.range.cols(), t.size())};
  require_in_range("the flow", out.kernel);
  if (s.range.cols() == 0) return out;
  const MatrixXd missing =
      (-(s.seen.transpose() * out.kernel)).colwise() + s.range.transpose() * residual_;
  out.polynomials = s.triangle.triangularView<Eigen::Upper>().solve(missing);
  for (Index k = 0; k < t.size(); ++k)
    if (t[k] == 0.0) out.polynomials.col(k).setZero();
  return out;
}

Index KernelFlow::rank(double threshold) const {
  return (solved_->decay.array() > threshold).count();
}

double KernelFlow::fastest() const {
  return solved_->decay.size() > 0 ? solved_->decay.maxCoeff() : 0.0;
}

MatrixXd KernelFlow::residuals(const VectorXd& t) const {
  require_times(t);
  const Solved& s = *solved_;
  MatrixXd decayed(s.decay.size(), t.size());
  for (Index k = 0; k < t.size(); ++k)
    for (Index j = 0; j < s.decay.size(); ++j)
      decayed(j, k) = (s.decay[j] > 0.0 ? std::exp(-s.decay[j] * t[k]) : 1.0) * projection_[j];
  MatrixXd r = base::product(s.basis, decayed);
  for (Index k = 0; k < t.size(); ++k)
    if (t[k] == 0.0) r.col(k) = residual_;
  return r;
}

VectorXd KernelFlow::rates() const {
  const MatrixXd& restricted = solved_->restricted;
  return solved_->whole()
             ? solved_->decay
             : base::without_rounding(base::symmetric_eigen(restricted).values, restricted.rows());
}

KernelFlow KernelFlow::of(const VectorXd& residual) const {
  base::require_size("residual", residual.size(), residual_.size());
  base::require_finite("residual", residual);
  const base::OneBlasThread blas;
  KernelFlow out;
  out.solved_ = solved_;
  if (!solved_->whole()) {
    const auto solved = std::make_shared<Solved>(*solved_);
    base::SymmetricEigen eigen = base::symmetric_eigen(solved->restricted);
    solved->decay = base::without_rounding(eigen.values, eigen.values.size());
    solved->basis = std::move(eigen.vectors);
    if (const Index q = solved->range.cols(); q > 0) {
      const Index n = residual.size();
      // The complement that the constructor had, from the same polynomials.
      const Eigen::HouseholderQR<MatrixXd> qr(solved->range * solved->triangle);
      const MatrixXd full = qr.householderQ() * MatrixXd::Identity(n, n);
      solved->basis = full.rightCols(n - q) * solved->basis;
    }
    out.solved_ = solved;
  }
  out.residual_ = residual;
  out.projection_ = out.solved_->basis.transpose() * residual;
  return out;
}

KernelWeights solve_saddle(const KernelProblem& problem) {
  require_problem(problem);
  const base::OneBlasThread blas;
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
