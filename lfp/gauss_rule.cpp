#include "lfp/gauss_rule.hpp"

#include "base/linear_algebra.hpp"

#include <algorithm>
#include <cmath>

namespace fprinciple::lfp {

using Eigen::Index;

namespace {

/// Gauss–Legendre on (−1, 1), weights summing to 1, by Golub and Welsch: the nodes are the
/// eigenvalues of the Jacobi matrix, the weights the squared first components of its vectors.
Rule gauss_legendre(Index order) {
  Eigen::MatrixXd jacobi = Eigen::MatrixXd::Zero(order, order);
  for (Index k = 1; k < order; ++k) {
    const auto j = static_cast<double>(k);
    jacobi(k, k - 1) = jacobi(k - 1, k) = j / std::sqrt(4.0 * j * j - 1.0);
  }
  const base::SymmetricEigen eigen = base::symmetric_eigen(jacobi);
  return {eigen.values, eigen.vectors.row(0).transpose().cwiseAbs2()};
}

}  // namespace

Rule composite_rule(double half_width, double panel, Index order) {
  const auto panels = std::max<Index>(1, static_cast<Index>(std::ceil(half_width / panel)));
  const Rule base = gauss_legendre(order);
  const double half = half_width / static_cast<double>(panels);
  Rule out{Eigen::VectorXd(panels * order), Eigen::VectorXd(panels * order)};
  for (Index p = 0; p < panels; ++p) {
    const double centre = -half_width + (2.0 * static_cast<double>(p) + 1.0) * half;
    out.x.segment(p * order, order) = (half * base.x).array() + centre;
    out.w.segment(p * order, order) = base.w / static_cast<double>(panels);
  }
  return out;
}

}  // namespace fprinciple::lfp
