#pragma once

#include "base/parallel.hpp"
#include "lfp/gauss_rule.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

namespace fprinciple::lfp {

// σ(b + s g) = Σ_k α_k(s, b) h_k(g) in orthonormal Hermite polynomials, g ~ N(0, 1), by trapezoidal
// sums over g, exact to rounding for analytic σ.

/// How many terms are taken for s up to `largest_norm`: 64 and so many per s², at most 4096. With
/// σ's nearest pole at a distance of a from the real line, α_k falls as e^{−a√k/s}, and 380 s²/a²
/// terms leave 1e-17 of Σ α_k².
Eigen::Index hermite_terms(double largest_norm, double per_square = 60.0);

/// How many nodes on either side of 0, as a number that may be too large for an integer.
double half_of_hermite_nodes(Eigen::Index terms, double largest_norm, double refinement);

/// Trapezoidal nodes in g, and there the functions ψ_k(g) ψ_0(g) step = h_k(g) φ(g) step.
struct HermiteTable {
  Eigen::VectorXd g;
  Eigen::MatrixXd table;  ///< nodes × terms
};
HermiteTable hermite_table(Eigen::Index terms, double largest_norm, double refinement);

/// α_k of one function for each (node of b, point): terms × (nodes · points), the nodes of a point
/// side by side, each times the root of its weight.
template <class Function>
Eigen::MatrixXd hermite_coefficients(const Function& function, const HermiteTable& hermite,
                                     const Eigen::VectorXd& norms, const Rule& b,
                                     const base::ShareTold& tell = {}) {
  using Eigen::Index;
  const Index nodes = b.x.size();
  Eigen::MatrixXd out(hermite.table.cols(), nodes * norms.size());
  base::parallel_for_uneven(norms.size(), true, tell, [&](Index i) {
    Eigen::MatrixXd sampled(hermite.g.size(), nodes);
    for (Index q = 0; q < nodes; ++q)
      for (Index g = 0; g < hermite.g.size(); ++g)
        sampled(g, q) = std::sqrt(b.w[q]) * function(b.x[q] + norms[i] * hermite.g[g]);
    out.middleCols(i * nodes, nodes).noalias() = hermite.table.transpose() * sampled;
  });
  return out;
}

/// The largest of |Σ α_k² − E[f(z)²]| over the points, relative to the largest E[f(z)²]: it bounds
/// the tail of Σ α_k α'_k cos^k θ at every angle.
template <class Function>
double hermite_miss(const Function& function, const Eigen::MatrixXd& alpha, Eigen::Index nodes,
                    const Eigen::VectorXd& norms, const HermiteTable& fine, const Rule& fine_b) {
  using Eigen::Index;
  double largest = 0.0;
  double worst = 0.0;
  const Eigen::ArrayXd weight = fine.table.col(0);  // φ(g) step
  for (Index i = 0; i < norms.size(); ++i) {
    double square = 0.0;
    for (Index q = 0; q < fine_b.x.size(); ++q)
      for (Index g = 0; g < fine.g.size(); ++g) {
        const double f = function(fine_b.x[q] + norms[i] * fine.g[g]);
        square += fine_b.w[q] * weight[g] * f * f;
      }
    largest = std::max(largest, square);
    worst = std::max(worst, std::abs(alpha.middleCols(i * nodes, nodes).squaredNorm() - square));
  }
  return largest > 0.0 ? worst / largest : 0.0;
}

}  // namespace fprinciple::lfp
