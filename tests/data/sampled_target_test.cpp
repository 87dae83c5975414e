#include "data/sampled_target.hpp"

#include "base/error.hpp"

#include <cmath>
#include <numbers>

#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kPi = std::numbers::pi;

/// count points of [lo, hi), in an order that is not the grid's.
MatrixXd shuffled(Index count, double lo, double hi) {
  MatrixXd out(1, count);
  for (Index i = 0; i < count; ++i)
    out(0, i) = lo + (hi - lo) * static_cast<double>(i * 7 % count) / static_cast<double>(count);
  return out;
}

}  // namespace

TEST_CASE(
    "a function of samples on a grid: a sum of sines is found again, between the points too") {
  const data::Target truth{{{VectorXd{{0.0}}, 0.7, 0.5 * kPi},  // a mean
                            {VectorXd{{0.5}}, 1.3, 0.4},
                            {VectorXd{{2.0}}, -0.2, 2.0}}};
  for (const Index count : {12, 13}) {
    const MatrixXd x = shuffled(count, -0.3, 1.7);
    const data::SampledTarget found = data::sampled_target(x, data::values(truth, x));
    CHECK(found.period[0] == Approx(2.0).epsilon(1e-14));
    CHECK(found.target.waves.size() == 3);
    CHECK(found.target.waves.front().frequency.isZero(0.0));
    const MatrixXd between = MatrixXd::Random(1, 50);
    CHECK(
        (data::values(found.target, between) - data::values(truth, between)).cwiseAbs().maxCoeff() <
        1e-13);
  }
  // 2.0 cycles are 4 of the period's 12 points' 6 turns: above half of the highest.
  const MatrixXd x = shuffled(12, -0.3, 1.7);
  CHECK(data::sampled_target(x, data::values(truth, x)).aliasing == Approx(0.4));
}

TEST_CASE("a function of samples on a grid: Nyquist's wave is the cosine, along each axis") {
  const MatrixXd line = MatrixXd{{0.0, 0.25, 0.5, 0.75}};
  const data::SampledTarget found = data::sampled_target(line, VectorXd{{1.0, -1.0, 1.0, -1.0}});
  const MatrixXd at = MatrixXd{{0.0, 0.0625, 0.125, 0.25}};
  CHECK((data::values(found.target, at) - VectorXd{{1.0, std::sqrt(0.5), 0.0, -1.0}})
            .cwiseAbs()
            .maxCoeff() < 1e-14);
  // Two axes of different length and period, with Nyquist's turns on the first.
  MatrixXd plane(2, 4 * 5);
  VectorXd values(plane.cols());
  for (Index i = 0; i < 4; ++i)
    for (Index j = 0; j < 5; ++j) {
      const double x = 0.25 * static_cast<double>(i), y = 0.4 * static_cast<double>(j);
      plane.col(5 * i + j) << x, y;
      values[5 * i + j] = 2.0 + std::cos(4.0 * kPi * x) * std::sin(kPi * y + 0.3);
    }
  const data::SampledTarget two = data::sampled_target(plane, values);
  CHECK(two.period.isApprox(VectorXd{{1.0, 2.0}}, 1e-14));
  CHECK((data::values(two.target, plane) - values).cwiseAbs().maxCoeff() < 1e-13);
  const Eigen::Vector2d between(0.1, 0.7);
  CHECK(data::values(two.target, between)[0] ==
        Approx(2.0 + std::cos(0.4 * kPi) * std::sin(0.7 * kPi + 0.3)).epsilon(1e-13));
}

TEST_CASE("a function of samples on a grid: what is no grid is refused") {
  const auto refused = [](const MatrixXd& x, Index count) {
    CHECK_THROWS_AS(data::sampled_target(x, VectorXd::Ones(count)), InputError);
  };
  refused(MatrixXd{{0.0, 0.25, 0.6, 0.75}}, 4);  // unequal spacing
  refused(MatrixXd{{0.0, 0.25, 0.5}}, 4);
  refused(MatrixXd{{0.0}}, 1);
  refused(MatrixXd{{0.0, 0.0}}, 2);
  refused(MatrixXd{{0.0, 0.0, 1.0}, {0.0, 1.0, 1.0}}, 3);            // a corner is missing
  refused(MatrixXd{{0.0, 0.0, 1.0, 1.0}, {0.0, 1.0, 1.0, 1.0}}, 4);  // and another is there twice
  refused(MatrixXd{{0.0, std::nan("")}}, 2);
  CHECK(data::sampled_target(MatrixXd{{0.0, 0.5}}, VectorXd::Zero(2)).target.waves.size() == 1);
}
