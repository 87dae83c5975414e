#include "compare/interpolants.hpp"

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::VectorXd;

TEST_CASE("the natural cubic spline equals SciPy's, in any order of the samples") {
  // scipy.interpolate.CubicSpline(x, y, bc_type="natural") at −0.7, −0.35, −0.1, 0.05.
  const data::Samples s = tests::figure_1_samples();
  const VectorXd points = Eigen::Vector4d(-0.7, -0.35, -0.1, 0.05);
  const Eigen::Vector4d scipy(-0.04632026143790836, -0.14594892277898816, 0.15285850883563296,
                              0.03213728043300648);
  const VectorXd x = s.x.row(0);
  CHECK((compare::natural_cubic_spline(x, s.y, points) - scipy).cwiseAbs().maxCoeff() < 1e-14);
  CHECK((compare::natural_cubic_spline(x.reverse(), s.y.reverse(), points) - scipy)
            .cwiseAbs()
            .maxCoeff() < 1e-14);
}

TEST_CASE("outside the samples the spline goes on straight, the piecewise-linear one constant") {
  const data::Samples s = tests::figure_1_samples();
  const VectorXd x = s.x.row(0);
  const VectorXd left = (VectorXd(4) << -0.8 + 1e-6, -0.8, -1.8, -2.8).finished();
  const VectorXd f = compare::natural_cubic_spline(x, s.y, left);
  CHECK(f[1] - f[2] == Approx(f[2] - f[3]));
  CHECK((f[0] - f[1]) / 1e-6 == Approx(f[1] - f[2]).epsilon(1e-5));  // C¹ at the end
  CHECK(compare::piecewise_linear(x, s.y, left)[3] == 0.25);
}

TEST_CASE("samples without an interpolant are refused") {
  const VectorXd points = VectorXd::Zero(2);
  for (const auto interpolant : {compare::natural_cubic_spline, compare::piecewise_linear}) {
    CHECK_THROWS_WITH(interpolant(VectorXd(), VectorXd(), points),
                      "x is 0, but must be one sample at least");
    CHECK_THROWS_WITH(interpolant(Eigen::Vector2d(0, 1), VectorXd::Ones(3), points),
                      "y has 3 entries, but must have 2");
    CHECK_THROWS_WITH(interpolant(Eigen::Vector2d(1, 1), VectorXd::Ones(2), points),
                      "x is 1, but must be distinct from all others");
    CHECK_THROWS_WITH(interpolant(Eigen::Vector2d(0, NAN), VectorXd::Ones(2), points),
                      "x[1] is nan, but must be finite");
  }
}

TEST_CASE("one and two samples have interpolants") {
  const VectorXd points = Eigen::Vector3d(-1, 0.5, 4);
  CHECK(compare::natural_cubic_spline(VectorXd::Zero(1), VectorXd::Ones(1), points) ==
        VectorXd::Ones(3));
  CHECK(compare::piecewise_linear(VectorXd::Zero(1), VectorXd::Ones(1), points) ==
        VectorXd::Ones(3));
  CHECK(compare::natural_cubic_spline(Eigen::Vector2d(0, 1), Eigen::Vector2d(0, 2), points) ==
        2.0 * points);
  CHECK(compare::piecewise_linear(Eigen::Vector2d(0, 1), Eigen::Vector2d(0, 2), points) ==
        Eigen::Vector3d(0, 1, 2));
}
