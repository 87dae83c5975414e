#include "base/linear_algebra.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <lapacke.h>

namespace fprinciple::base {
namespace {

/// 1 + 6n + 2n² numbers of workspace, which LAPACK counts in 32 bits.
constexpr Eigen::Index kLargestEigenproblem = 32'766;

}  // namespace

SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& a) {
  if (a.rows() != a.cols())
    throw InputError(
        fmt::format("the eigenvalues of a matrix that is not square, {} × {}", a.rows(), a.cols()));
  if (a.rows() > kLargestEigenproblem)
    throw InputError(fmt::format("the eigenvalues of {} × {} numbers: LAPACK takes at most {}",
                                 a.rows(), a.cols(), kLargestEigenproblem));
  const auto n = static_cast<lapack_int>(a.rows());
  SymmetricEigen eigen{Eigen::VectorXd(a.rows()), a};
  if (n == 0) return eigen;
  const OneBlasThread blas;
  if (!a.allFinite()) throw RunError("the eigenvalues of a matrix that is not finite");
  if (LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, eigen.vectors.data(), n, eigen.values.data()) !=
      0)
    throw RunError("the eigenvalues of a symmetric matrix were not found");
  return eigen;
}

Eigen::VectorXd without_rounding(const Eigen::VectorXd& eigenvalues, Eigen::Index n) {
  const double largest = eigenvalues.size() > 0 ? std::max(0.0, eigenvalues.maxCoeff()) : 0.0;
  const double rounding = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * largest;
  return (eigenvalues.array() > rounding).select(eigenvalues, 0.0);
}

Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  require_shape("b", b, a.cols(), kAny);
  const OneBlasThread blas;
  constexpr Eigen::Index kBlock = 256;
  Eigen::MatrixXd out(a.rows(), b.cols());
  const Eigen::Index blocks = (a.rows() + kBlock - 1) / kBlock;
  parallel_for(blocks, blocks > 1, [&](Eigen::Index block) {
    const Eigen::Index first = block * kBlock;
    const Eigen::Index size = std::min(kBlock, a.rows() - first);
    out.middleRows(first, size).noalias() = a.middleRows(first, size) * b;
  });
  return out;
}

}  // namespace fprinciple::base
