#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"
#include "nn/gradient_flow.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::VectorXd;

namespace {

struct Outcome {
  double rmse;   ///< trained network − LFP-2019 limit on the grid
  double moved;  ///< root mean square of the trained network, which starts at 0
};

Outcome train_and_predict(const tests::Case& c, std::uint64_t seed, double tolerance = 1e-5) {
  nn::Task task{c.samples, c.grid.points, {}, {}, {}};
  task.stop.loss = 1e-12;
  task.snapshots.count = 2;
  const nn::Trajectory trained = nn::gradient_flow(
      c.network(seed, c.width), task, {tolerance, Eigen::MatrixXd(c.samples.dim(), 0)});
  const VectorXd limit = lfp::GridEvaluator(c.lattice, c.grid)(lfp::solve_dual(c.problem()));
  const auto root_mean_square = [](const VectorXd& f) {
    return std::sqrt(f.squaredNorm() / static_cast<double>(f.size()));
  };
  return {root_mean_square(trained.f.col(1) - limit), root_mean_square(trained.f.col(1))};
}

}  // namespace

TEST_CASE("figure 1a: LFP-2019 lies on the trained network, five seeds", "[slow]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Outcome outcome = train_and_predict(tests::fig1a(), seed);
    CHECK(outcome.rmse < 8e-3);
    CHECK(outcome.moved > 0.1);  // more than ten times the bound: a network at rest would fail
  }
}

TEST_CASE("figure 1b: LFP-2019 is near the trained network, five seeds", "[slow]") {
  // Measured over seeds 1 … 5: mean rmse 0.0168, standard deviation 0.0054; the bound is the mean
  // and four deviations. Kinks far from the data make this network leave the linear regime.
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Outcome outcome = train_and_predict(tests::fig1b(), seed, 1e-4);
    CHECK(outcome.rmse < 0.038);
    CHECK(outcome.moved > 0.1);
  }
}

TEST_CASE("figure 2: LFP-2019 is near the trained network, five seeds", "[slow]") {
  // Measured over seeds 1 … 5: mean rmse 0.0164, standard deviation 0.0031; the bound is the mean
  // and four deviations. What is left is the theory's own (docs/theory.md), not the width's.
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Outcome outcome = train_and_predict(tests::fig2(), seed);
    CHECK(outcome.rmse < 0.029);
    CHECK(outcome.moved > 0.3);
  }
}
