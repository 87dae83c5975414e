#include "nn/initialise.hpp"

#include "base/error.hpp"
#include "nn/kernels.hpp"

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;

namespace {

data::Weights drawn(Eigen::Index width, bool antisymmetric, std::uint64_t seed) {
  return nn::draw_weights(
      {.width = width, .a = tests::normal(0.5), .w = tests::uniform(2), .b = tests::normal(1)}, 3,
      {.seed = seed, .antisymmetric = antisymmetric});
}

}  // namespace

TEST_CASE("antisymmetric networks start at zero, the others do not") {
  const Eigen::MatrixXd x = tests::random_matrix(3, 20, 1);
  CHECK(nn::outputs({drawn(600, true, 1)}, x).isZero(0.0));
  CHECK(nn::outputs({drawn(600, false, 1)}, x).cwiseAbs().maxCoeff() > 1.0);
}

TEST_CASE("a start that cannot be is refused") {
  const data::NetworkLaw law{.width = 4};
  CHECK_THROWS_WITH(drawn(601, true, 1),
                    "width is 601, but must be even for an antisymmetric start");
  CHECK_THROWS_WITH(drawn(0, false, 1), "width is 0, but must be at least 1");
  CHECK_THROWS_WITH(nn::draw_weights(law, 0, {}), "dim is 0, but must be at least 1");
  data::Weights given = nn::draw_weights(law, 2, {});
  CHECK(nn::make_network(law, 2, given).weights.w == given.w);
  CHECK_THROWS_WITH(nn::make_network(law, 3, given), "w is 4 × 2, but must be 4 × 3");
  given.b.conservativeResize(3);
  CHECK_THROWS_WITH(nn::make_network(law, 2, given), "b has 3 entries, but must have 4");
}

TEST_CASE("a network is its law's, with the weights of the start") {
  const nn::Network network = nn::make_network({.width = 6,
                                                .activation = data::Activation::tanh,
                                                .output_scale = 0.5,
                                                .train = {.w = false}},
                                               2, nn::Draw{.seed = 3});
  CHECK(network.activation == data::Activation::tanh);
  CHECK(network.output_scale == 0.5);
  CHECK((network.train.a && !network.train.w && network.train.b));
  CHECK(network.weights.width() == 6);
}

TEST_CASE("neurons depend on the seed and their number alone") {
  const auto narrow = drawn(10, false, 7);
  const auto wide = drawn(25, false, 7);
  CHECK(wide.a.head(10) == narrow.a);
  CHECK(wide.w.topRows(10) == narrow.w);
  CHECK(wide.b.head(10) == narrow.b);
  CHECK(drawn(10, false, 8).a != narrow.a);
  CHECK(drawn(20, true, 7).w.topRows(10) == narrow.w);
}

TEST_CASE("drawn weights have the moments of their law") {
  const auto w = drawn(200000, false, 2);
  CHECK(std::abs(w.a.mean()) < 4 * 0.5 / std::sqrt(200000.0));
  CHECK(std::sqrt(w.a.squaredNorm() / 200000.0) == Approx(0.5).epsilon(4 / std::sqrt(400000.0)));
  CHECK(w.w.cwiseAbs().maxCoeff() < 2.0);
  CHECK(w.w.squaredNorm() / 600000.0 == Approx(4.0 / 3.0).epsilon(0.01));
}
