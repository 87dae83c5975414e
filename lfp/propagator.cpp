#include "lfp/propagator.hpp"

#include "base/blas.hpp"
#include "base/require.hpp"
#include "lfp/checks.hpp"

#include <cmath>

#include <Eigen/QR>
#include <Eigen/SVD>

namespace fprinciple::lfp {

using Eigen::Index;

base::Memory propagator_memory(const ProblemSize& size) {
  const auto n = static_cast<double>(size.samples);
  const double b = size.rows() * n;
  return problem_memory(size) +
         base::Memory{base::doubles(3.0 * b + 3.0 * n * n), base::doubles(b)};
}

Propagator::Propagator(const Problem& problem) : problem_(problem) {
  const base::OneBlasThread blas;
  const Eigen::MatrixXd b = whitened_features(problem);
  const Index n = std::min(b.rows(), b.cols());
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(b);
  const Eigen::MatrixXd r = qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(r, Eigen::ComputeThinU | Eigen::ComputeThinV);
  sigma_ = svd.singularValues();
  projection_ = svd.matrixV().transpose() * initial_residual(problem);
  u_ = Eigen::MatrixXd::Zero(b.rows(), n);
  u_.topRows(n) = svd.matrixU();
  u_.applyOnTheLeft(qr.householderQ());
}

Eigen::MatrixXcd Propagator::coefficients(double t, double threshold) const {
  require_time(t);
  base::require(threshold >= 0.0, "threshold", threshold, "at least 0");
  const base::OneBlasThread blas;
  Eigen::VectorXd step(sigma_.size());
  for (Index j = 0; j < step.size(); ++j) {
    const double sigma = sigma_[j];  // a direction that B does not see does not move
    step[j] =
        sigma * sigma > threshold ? -std::expm1(-sigma * sigma * t) / sigma * projection_[j] : 0.0;
  }
  const Eigen::VectorXd z = u_ * step;
  require_in_range("the flow", z);
  return lfp::coefficients(problem_, z);
}

}  // namespace fprinciple::lfp
