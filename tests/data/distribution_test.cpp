#include "data/distribution.hpp"

#include "nn/initialise.hpp"

#include <cmath>
#include <utility>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using namespace fprinciple::data;

TEST_CASE("norm moments have their known values") {
  // Mean distance from the centre of the square and the cube of half-side 1.
  CHECK(norm_moment(tests::uniform(1), 2, 1) ==
        Approx((std::sqrt(2.0) + std::log(1.0 + std::sqrt(2.0))) / 3.0).epsilon(1e-13));
  CHECK(norm_moment(tests::uniform(1), 3, 1) == Approx(0.960591956455052959425108).epsilon(1e-12));
  CHECK(norm_moment(tests::uniform(3), 1, 3) == Approx(27.0 / 4.0).epsilon(1e-14));
  CHECK(norm_moment(tests::uniform(3), 1, 1) == Approx(1.5).epsilon(1e-14));
  CHECK(norm_moment(tests::normal(2), 1, 1) == Approx(2.0 * std::sqrt(2.0 / M_PI)).epsilon(1e-14));
  CHECK(norm_moment(tests::normal(2), 3, 2) == Approx(12.0).epsilon(1e-14));
  CHECK(norm_moment(tests::uniform(1), 2, 5) == Approx(0.642695907644586).epsilon(1e-12));
  CHECK(norm_moment(tests::uniform(1), 3, 5) == Approx(1.5087191944702).epsilon(1e-12));
  CHECK(norm_moment(tests::uniform(1), 3, 4) == Approx(3 / 5.0 + 6 / 9.0).epsilon(1e-12));
  CHECK(norm_moment(tests::uniform(2), 5, 2) == Approx(5 * 4.0 / 3.0).epsilon(1e-12));
}

TEST_CASE("norm moments equal Monte-Carlo averages within four standard errors") {
  for (const Distribution& law : {tests::uniform(0.7), tests::normal(0.7)})
    for (const Eigen::Index d : {1, 2, 3, 10})
      for (const double p : {1.0, 3.0, 5.0}) {
        constexpr int kDraws = 200000;
        double sum = 0.0;
        double squares = 0.0;
        for (std::uint64_t j = 0; j < kDraws; ++j) {
          double r2 = 0.0;
          for (Eigen::Index k = 0; k < d; ++k) {
            const double w = draw(law, 5, Stream::w, j, static_cast<std::uint32_t>(k));
            r2 += w * w;
          }
          const double value = std::pow(r2, p / 2.0);
          sum += value;
          squares += value * value;
        }
        const double mean = sum / kDraws;
        const double error = std::sqrt((squares / kDraws - mean * mean) / kDraws);
        INFO(base::name_of(law.kind) << " d = " << d << " p = " << p);
        CHECK(std::abs(mean - norm_moment(law, d, p)) < 4.0 * error);
      }
}

TEST_CASE("the density of drawn biases at 0 approaches that of their law") {
  const auto weights = nn::draw_weights(
      {.width = 400000, .a = tests::normal(0.2), .w = tests::normal(0.8), .b = tests::uniform(1)},
      2, {.seed = 3});
  CHECK(density_at_zero(tests::uniform(1)) == 0.5);
  CHECK(estimate_density_at_zero(weights.b) == Approx(0.5).epsilon(0.02));  // standard error 0.6 %
  CHECK(density_at_zero(tests::normal(2)) == Approx(1 / (2 * std::sqrt(2 * M_PI))));
}

TEST_CASE("a law's mean shifts draws, moments, densities and phases") {
  for (const auto& [centred, density] :
       {std::pair{tests::uniform(0.7), 0.5 / 0.7},
        {tests::normal(0.7), std::exp(-0.5 * 0.25 / 0.49) / (std::sqrt(2.0 * M_PI) * 0.7)}}) {
    Distribution law = centred;
    law.mean = -0.5;
    CHECK(draw(law, 3, Stream::b, 9) == -0.5 + draw(centred, 3, Stream::b, 9));
    CHECK(second_moment(law) == Approx(0.25 + second_moment(centred)).epsilon(1e-15));
    CHECK(density_at_zero(law) == Approx(density).epsilon(1e-14));
    const Eigen::VectorXd at = Eigen::Vector2d(0.3, 1.1);
    double mean = 0.0;
    constexpr int kDraws = 200000;  // the standard error is below 0.0016
    for (std::uint64_t j = 0; j < kDraws; ++j)
      mean +=
          std::cos(at[0] * draw(law, 4, Stream::w, j, 0) + at[1] * draw(law, 4, Stream::w, j, 1)) /
          kDraws;
    CHECK(characteristic(law, at) == Approx(mean).margin(4 * 0.0016));
    CHECK_THROWS_AS(norm_moment(law, 2, 1.0), fprinciple::InputError);
  }
  Distribution away = tests::uniform(1.0);
  away.mean = 1.5;
  CHECK(density_at_zero(away) == 0.0);
}
