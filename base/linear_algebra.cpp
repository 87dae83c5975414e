#include "base/linear_algebra.hpp"

#include "base/error.hpp"
#include "base/parallel.hpp"

#include <algorithm>

#include <cblas.h>
#include <lapacke.h>

namespace fprinciple::base {

SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& a) {
  const auto n = static_cast<lapack_int>(a.rows());
  SymmetricEigen eigen{Eigen::VectorXd(a.rows()), a};
  if (n == 0) return eigen;
  if (!a.allFinite()) throw RunError("the eigenvalues of a matrix that is not finite");
  if (LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, eigen.vectors.data(), n, eigen.values.data()) !=
      0)
    throw RunError("the eigenvalues of a symmetric matrix were not found");
  return eigen;
}

Eigen::MatrixXd product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
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

void keep_blas_to_one_thread() { openblas_set_num_threads(1); }

}  // namespace fprinciple::base
