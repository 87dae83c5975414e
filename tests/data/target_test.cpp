#include "data/target.hpp"

#include <cmath>
#include <numbers>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using data::Target;
using Eigen::VectorXd;

namespace {

const double kPi = std::numbers::pi;
const VectorXd kSlope = Eigen::Vector2d(2.0, -3.0);

double at(const Target& target, double x, double y) {
  return data::values(target, Eigen::Vector2d(x, y))[0];
}

}  // namespace

TEST_CASE("triangle and square wave: heights, zeros, period, amplitude and phase") {
  // v·x = (2, −3)·(x, 0): u = 2x.
  const Target triangle{{{kSlope}}, Target::Shape::triangle};
  const Target square{{{kSlope}}, Target::Shape::square};
  const std::vector<std::array<double, 3>> values = {
      // u, triangle, square
      {0.0, 0.0, 0.0}, {0.125, 0.5, 1.0},  {0.25, 1.0, 1.0},   {0.375, 0.5, 1.0},
      {0.5, 0.0, 0.0}, {0.75, -1.0, -1.0}, {0.875, -0.5, -1.0}};
  for (const auto& [u, height, sign] : values)
    for (const double period : {-2.0, 0.0, 5.0}) {  // dyadic numbers: without rounding
      CHECK(at(triangle, (u + period) / 2.0, 0.0) == height);
      CHECK(at(square, (u + period) / 2.0, 0.0) == sign);
      CHECK(at(triangle, u / 2.0, period) == height);  // constant across v, up to whole periods
    }
  const Target moved{{{kSlope, 3.0, 0.5 * kPi}}, Target::Shape::triangle};
  CHECK(at(moved, 0.0, 0.0) == Approx(3.0).epsilon(1e-15));
}

TEST_CASE("Fourier series: a target's sines below the cut-off approach it") {
  const Eigen::MatrixXd points = tests::random_matrix(2, 500, 1);
  for (const auto shape : {Target::Shape::triangle, Target::Shape::square}) {
    const Target target{{{kSlope, 0.7, 0.9}}, shape};
    const std::vector<data::Wave> series = data::fourier_series(target, 600.5);
    REQUIRE(series.size() == 100);  // 3 j < 600.5
    const VectorXd off = data::values(target, points) - data::values({series}, points);
    // In the root mean square over a period: Σ_{j odd ≥ 201} A_j²/2 of the same coefficients.
    double rest = 0.0;
    for (int j = 201; j < 2000000; j += 2)
      rest +=
          0.5 *
          std::pow(shape == Target::Shape::square ? 4.0 / (kPi * j) : 8.0 / (kPi * kPi * j * j), 2);
    const double rms = std::sqrt(off.squaredNorm() / 500.0);
    // 500 points: within a factor of two, as the square's error is all in a few of them.
    CHECK(rms < 2.0 * 0.7 * std::sqrt(rest));
    CHECK(rms > 0.2 * 0.7 * std::sqrt(rest));
  }
  const Target sines{{{kSlope}, {kSlope, 2.0, 1.0}}};
  CHECK(data::fourier_series(sines, 0.1).size() == 2);
}
