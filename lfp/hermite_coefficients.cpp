#include "lfp/hermite_coefficients.hpp"

#include "base/count.hpp"

#include <numbers>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::VectorXd;
using std::numbers::pi;

namespace {

constexpr double kReach = 12.5;  // of g, beyond which its density is below 1e-34

}  // namespace

Index hermite_terms(double largest_norm, double per_square) {
  return base::count_of(std::min(4096.0, per_square * largest_norm * largest_norm + 64.0), 4096,
                        "the terms of a Hermite series");
}

double half_of_hermite_nodes(Index terms, double largest_norm, double refinement) {
  // Aliasing: the product of σ(b + s g), ψ_k and ψ_0 has frequencies up to about this.
  const double band = std::sqrt(static_cast<double>(terms)) + 24.0 * largest_norm + 12.0;
  return std::ceil(refinement * kReach * band / (2.0 * pi)) + 1.0;
}

HermiteTable hermite_table(Index terms, double largest_norm, double refinement) {
  const auto half = static_cast<Index>(half_of_hermite_nodes(terms, largest_norm, refinement));
  HermiteTable out{VectorXd::LinSpaced(2 * half + 1, -kReach, kReach), {}};
  const double step = out.g[1] - out.g[0];
  // ψ_k = h_k √φ: ψ_{k+1} = (g ψ_k − √k ψ_{k−1})/√(k+1).
  const Eigen::ArrayXd psi_0 = (-0.25 * out.g.array().square()).exp() / std::pow(2.0 * pi, 0.25);
  Eigen::ArrayXd before = Eigen::ArrayXd::Zero(out.g.size());
  Eigen::ArrayXd now = psi_0;
  out.table.resize(out.g.size(), terms);
  for (Index k = 0; k < terms; ++k) {
    out.table.col(k) = step * now * psi_0;
    const Eigen::ArrayXd next = (out.g.array() * now - std::sqrt(static_cast<double>(k)) * before) /
                                std::sqrt(static_cast<double>(k + 1));
    before = now;
    now = next;
  }
  return out;
}

}  // namespace fprinciple::lfp
