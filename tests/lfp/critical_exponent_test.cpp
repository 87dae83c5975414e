#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"

#include <cmath>
#include <vector>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

/// The minimiser for γ² = |ξ|^{−α}, γ(0) = γ at the first frequency, at a growing cut-off: its root
/// mean square on a grid, most of which is away from the samples, and how far it moves from one
/// cut-off to the next.
struct Growth {
  std::vector<double> size, move;
};

Growth growth(Index d, double alpha, const std::vector<Index>& cutoffs) {
  const data::Samples samples{0.4 * tests::random_matrix(d, 4, 51), tests::random_vector(4, 52)};
  const std::vector<data::Axis> axes(static_cast<std::size_t>(d), {-0.47, 0.46, d == 1 ? 301 : 31});
  const data::Grid grid = data::make_grid(axes);
  lfp::SpectralWeight weight;
  weight.dim = d;
  weight.gamma_a2 = [alpha](double xi) { return std::pow(xi, -alpha); };
  Growth out;
  VectorXd before;
  for (const Index modes : cutoffs) {
    const lfp::Lattice lattice{d, 1.0, modes, 1.0};
    const VectorXd f = lfp::GridEvaluator(
        lattice, grid)(lfp::solve_dual(lfp::make_problem(lattice, weight, samples)));
    const double points = static_cast<double>(grid.size());
    out.size.push_back(f.norm() / std::sqrt(points));
    if (before.size() > 0) out.move.push_back((f - before).norm() / std::sqrt(points));
    before = f;
  }
  return out;
}

}  // namespace

TEST_CASE("critical exponent: above alpha = d the interpolant converges, below it collapses") {
  // arXiv 2105.11675: γ² = |ξ|^{−α} has a regular limit for α > d only; for α ≤ d the minimiser
  // tends to the function that is y_i at the samples and 0 elsewhere, at α = d only as 1/log M.
  for (const Index d : {1, 2}) {
    const std::vector<Index> cutoffs = d == 1 ? std::vector<Index>{64, 128, 256, 512, 1024, 2048}
                                              : std::vector<Index>{8, 16, 32, 64};
    const double exponent = static_cast<double>(d);
    const double doublings = static_cast<double>(cutoffs.size() - 1);
    for (const double above : {1.0, 2.0, 3.0}) {
      const Growth g = growth(d, exponent + above, cutoffs);
      INFO("d = " << d << ", alpha = " << exponent + above << ": moves " << g.move.front() << " to "
                  << g.move.back() << ", size " << g.size.back());
      CHECK(g.move.back() < g.move.front() * std::pow(0.75, doublings - 1.0));
      CHECK(g.move.back() < 0.1 * g.size.back());
    }
    const Growth g = growth(d, exponent - 1.0, cutoffs);
    INFO("d = " << d << ", alpha = " << exponent - 1.0 << ": size " << g.size.front() << " to "
                << g.size.back());
    // With M^d modes of like weight the rms away from the samples falls at least as M^{−1/2}.
    CHECK(g.size.back() < g.size.front() * std::pow(2.0, -0.4 * doublings));
    const Growth critical = growth(d, exponent, cutoffs);
    CHECK(critical.size.back() < critical.size.front());
    CHECK(critical.size.back() > g.size.back());
  }
}
