#include "nn/initialise.hpp"

#include "nn/kernels.hpp"

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;

namespace {

nn::Initialisation law(Eigen::Index width, bool antisymmetric, std::uint64_t seed) {
  return {width, 3, tests::normal(0.5), tests::uniform(2), tests::normal(1), antisymmetric, seed};
}

}  // namespace

TEST_CASE("antisymmetric networks start at zero, the others do not") {
  const Eigen::MatrixXd x = tests::random_matrix(3, 20, 1);
  CHECK(nn::outputs({nn::draw_weights(law(600, true, 1))}, x).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(nn::outputs({nn::draw_weights(law(600, false, 1))}, x).cwiseAbs().maxCoeff() > 1.0);
  CHECK_THROWS_AS(nn::draw_weights(law(601, true, 1)), std::invalid_argument);
}

TEST_CASE("neurons depend on the seed and their number alone") {
  const auto narrow = nn::draw_weights(law(10, false, 7));
  const auto wide = nn::draw_weights(law(25, false, 7));
  CHECK(wide.a.head(10) == narrow.a);
  CHECK(wide.w.topRows(10) == narrow.w);
  CHECK(wide.b.head(10) == narrow.b);
  CHECK(nn::draw_weights(law(10, false, 8)).a != narrow.a);
  CHECK(nn::draw_weights(law(20, true, 7)).w.topRows(10) == narrow.w);
}

TEST_CASE("drawn weights have the moments of their law") {
  const auto w = nn::draw_weights(law(200000, false, 2));
  CHECK(std::abs(w.a.mean()) < 4 * 0.5 / std::sqrt(200000.0));
  CHECK(std::sqrt(w.a.squaredNorm() / 200000.0) == Approx(0.5).epsilon(4 / std::sqrt(400000.0)));
  CHECK(w.w.cwiseAbs().maxCoeff() < 2.0);
  CHECK(w.w.squaredNorm() / 600000.0 == Approx(4.0 / 3.0).epsilon(0.01));
}
