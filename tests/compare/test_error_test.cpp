#include "compare/test_error.hpp"

#include "compare/comparison.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace fprinciple;

namespace {

/// A network that misses the target −1 by r(t) at every point of the grid.
compare::Comparison missing_by(const Eigen::VectorXd& t, const Eigen::VectorXd& r) {
  compare::Comparison c;
  c.t = t;
  c.target = Eigen::VectorXd::Constant(3, -1.0);
  c.f_nn = (Eigen::VectorXd::Ones(3) * r.transpose()).array() - 1.0;
  return c;
}

}  // namespace

TEST_CASE("the best time to stop is found between the snapshots") {
  Eigen::VectorXd t(12);
  t[0] = 0.0;
  for (int k = 1; k < 12; ++k) t[k] = 1e-3 * std::pow(3.0, k);
  // A mean square that is a parabola in log t, least, 0.04, at t = 0.5.
  const Eigen::VectorXd square = (t.cwiseMax(1e-9) / 0.5).array().log().square() + 0.04;
  const auto numbers = *compare::test_errors(missing_by(t, square.cwiseSqrt())).nn;
  CHECK(numbers.best_time == Approx(0.5).epsilon(1e-9));
  CHECK(numbers.best_rmse == Approx(0.2).epsilon(1e-9));
  CHECK(numbers.rmse == Approx(std::sqrt(square[11])).epsilon(1e-12));
  CHECK(numbers.relative_l2 == Approx(std::sqrt(square[11])).epsilon(1e-12));
}

TEST_CASE("an error that falls, or rises, all the time is best at the last, or first, snapshot") {
  const Eigen::VectorXd t = Eigen::VectorXd::LinSpaced(6, 0.0, 5.0);
  const Eigen::VectorXd falling = Eigen::VectorXd::LinSpaced(6, 1.0, 0.5);
  const auto best_time = [&](const Eigen::VectorXd& r) {
    return compare::test_errors(missing_by(t, r)).nn->best_time;
  };
  CHECK(best_time(falling) == 5.0);
  CHECK(best_time(falling.reverse()) == 0.0);
}

TEST_CASE("there is no test error without a target") { CHECK(!compare::test_errors({}).nn); }
