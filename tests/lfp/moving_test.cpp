#include "lfp/moving.hpp"

#include "lfp/dual.hpp"

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;

namespace {

/// A sine network with w uniform on (−30, 30): γ² is 0 above 30/2π = 4.77 cycles.
lfp::Problem sine_problem(Eigen::Index samples, Eigen::Index modes) {
  const data::NetworkLaw law{.width = 100,
                             .activation = data::Activation::sine,
                             .a = tests::uniform(0.1),
                             .w = tests::uniform(30.0),
                             .b = tests::uniform(3.0)};
  return lfp::make_problem(
      {1, 4.0, modes, 0.1}, lfp::lfp2019(law, 1),
      {Eigen::RowVectorXd::LinSpaced(samples, -0.5, 0.5), tests::random_vector(samples, 1)});
}

}  // namespace

TEST_CASE("too few coefficients that can move are counted, and more modes are not asked for") {
  for (const Eigen::Index modes : {400, 4000}) {
    const lfp::Problem problem = sine_problem(41, modes);
    const lfp::Moving can = lfp::moving(problem.lattice, problem.weight, 41);
    CHECK(can.unknowns == 39.0);  // k = −19 … 19, as 19/4 < 4.77 < 20/4
    CHECK(can.highest == 4.75);
    CHECK_FALSE(can.all);
    CHECK_THROWS_WITH(
        lfp::solve_dual(problem),
        "γ² is 0, or lost in rounding, above 4.75 cycles, whatever the modes: 39 lattice unknowns "
        "move, too few for 41 samples; add a ridge, or give w a larger scale");
  }
}

TEST_CASE("where the lattice ends before γ² does, more modes help") {
  const lfp::Problem few = sine_problem(41, 10);
  CHECK(lfp::moving(few.lattice, few.weight, 41).all);
  CHECK_THROWS_WITH(lfp::solve_dual(few),
                    "41 samples need at least as many lattice unknowns, got 19: more modes or a "
                    "ridge");
  CHECK(sine_problem(15, 400).weight.rows() == 400);
}
