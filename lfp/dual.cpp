#include "lfp/dual.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "lfp/checks.hpp"
#include "lfp/moving.hpp"

#include <limits>

#include <Eigen/QR>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::VectorXd;

base::Memory dual_memory(const ProblemSize& size) {
  return then_freed(features_memory(size) + features_memory(size)) +  // the copy that is decomposed
         base::held(base::doubles(2.0 * size.coefficients()));
}

Eigen::MatrixXcd solve_dual(const Problem& problem) {
  const base::OneBlasThread blas;
  const Eigen::MatrixXd b = whitened_features(problem);
  const Index n = b.cols();
  if (b.rows() < n) throw RunError(unresolved_words(problem));
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(b);
  const auto r = qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  const VectorXd pivots = qr.matrixQR().diagonal().cwiseAbs();
  if (!(pivots.minCoeff() >
        static_cast<double>(n) * std::numeric_limits<double>::epsilon() * pivots.maxCoeff()))
    throw RunError(unresolved_words(problem));

  const auto least_norm = [&](const VectorXd& target) {
    VectorXd padded = VectorXd::Zero(b.rows());
    padded.head(n) = r.transpose().solve(target);
    return VectorXd(qr.householderQ() * padded);
  };
  const VectorXd r_0 = initial_residual(problem);
  VectorXd z = least_norm(r_0);
  z += least_norm(r_0 - b.transpose() * z);  // one step of refinement
  require_in_range("the limit", z);
  return coefficients(problem, z);
}

}  // namespace fprinciple::lfp
