#include "lfp/propagator.hpp"

#include <cmath>

#include <Eigen/QR>
#include <Eigen/SVD>

namespace fprinciple::lfp {

using Eigen::Index;

Propagator::Propagator(const Problem& problem) : problem_(problem) {
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

Eigen::MatrixXcd Propagator::coefficients(double t) const {
  Eigen::VectorXd step(sigma_.size());
  for (Index j = 0; j < step.size(); ++j) {
    const double sigma = sigma_[j];  // a direction that B does not see does not move
    step[j] = sigma > 0.0 ? -std::expm1(-sigma * sigma * t) / sigma * projection_[j] : 0.0;
  }
  return lfp::coefficients(problem_, u_ * step);
}

}  // namespace fprinciple::lfp
