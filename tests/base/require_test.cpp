#include "base/require.hpp"

#include "base/error.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace fprinciple;
using Catch::Message;

TEST_CASE("what a public function is given: the argument, what it is, what it must be", "[base]") {
  CHECK_NOTHROW(base::require(true, "step", 0.0, "a number above 0"));
  CHECK_THROWS_MATCHES(base::require(false, "step", -0.5, "a number above 0"), InputError,
                       Message("step is -0.5, but must be a number above 0"));
  CHECK_THROWS_MATCHES(base::require(false, "width", Eigen::Index{3}, "even"), InputError,
                       Message("width is 3, but must be even"));
  CHECK_THROWS_MATCHES(base::require(false, "stop", "empty", "given"), InputError,
                       Message("stop is empty, but must be given"));
}

TEST_CASE("what a public function is given: shapes and numbers", "[base]") {
  Eigen::MatrixXd points = Eigen::MatrixXd::Zero(2, 5);
  CHECK_NOTHROW(base::require_shape("points", points, 2, base::kAny));
  CHECK_NOTHROW(base::require_shape("points", points, base::kAny, 5));
  CHECK_THROWS_MATCHES(base::require_shape("points", points, 1, base::kAny), InputError,
                       Message("points is 2 × 5, but must be 1 × any number"));
  CHECK_THROWS_MATCHES(base::require_shape("points", points, 2, 4), InputError,
                       Message("points is 2 × 5, but must be 2 × 4"));
  CHECK_NOTHROW(base::require_size("q", 4, 4));
  CHECK_THROWS_MATCHES(base::require_size("q", 4, 5), InputError,
                       Message("q has 4 entries, but must have 5"));
  CHECK_NOTHROW(base::require_finite("points", points));
  points(1, 3) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_MATCHES(base::require_finite("points", points), InputError,
                       Message("points[1, 3] is inf, but must be finite"));
  Eigen::VectorXd q = Eigen::VectorXd::Zero(3);
  q[2] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_MATCHES(base::require_finite("q", q), InputError,
                       Message("q[2] is nan, but must be finite"));
}
