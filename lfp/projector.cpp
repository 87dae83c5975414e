#include "lfp/projector.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/require.hpp"

#include <limits>
#include <utility>

#include <Eigen/QR>

namespace fprinciple::lfp {

using Eigen::MatrixXd;
using Eigen::VectorXd;

Projector::Projector(MatrixXd b) : b_(std::move(b)) {
  const base::OneBlasThread blas;
  base::require_finite("b", b_);
  h_ = Eigen::HouseholderQR<Eigen::Ref<MatrixXd>>(b_).hCoeffs();
  const VectorXd pivots = b_.diagonal().cwiseAbs();
  if (b_.rows() < b_.cols() ||
      !(pivots.minCoeff() > static_cast<double>(b_.cols()) *
                                std::numeric_limits<double>::epsilon() * pivots.maxCoeff()))
    throw RunError("the lattice cannot tell all samples apart: more modes or a ridge");
}

double Projector::least_norm(const VectorXd& r) const {
  base::require_size("r", r.size(), cols());
  const base::OneBlasThread blas;
  return b_.topRows(cols()).triangularView<Eigen::Upper>().transpose().solve(r).norm();
}

MatrixXd Projector::tail(MatrixXd z) const {
  base::require_shape("z", z, rows(), base::kAny);
  const base::OneBlasThread blas;
  z.applyOnTheLeft(Eigen::householderSequence(b_, h_).adjoint());
  return z.bottomRows(rows() - cols());
}

VectorXd Projector::rejection(const VectorXd& z) const {
  const base::OneBlasThread blas;
  VectorXd padded(rows());
  padded << VectorXd::Zero(cols()), tail(z);
  padded.applyOnTheLeft(Eigen::householderSequence(b_, h_));
  return padded;
}

}  // namespace fprinciple::lfp
