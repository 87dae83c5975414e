#include "base/error.hpp"
#include "data/distribution.hpp"
#include "data/grid.hpp"
#include "data/radial.hpp"
#include "data/samples.hpp"
#include "data/target.hpp"

#include <limits>

#include <catch2/catch.hpp>

// Each public function refuses what it cannot be asked, and names the argument.

using namespace fprinciple;
using Catch::Message;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
data::Distribution uniform(double scale) { return {data::Distribution::Kind::uniform, scale}; }

}  // namespace

TEST_CASE("laws: their scales, and what is asked of them", "[input]") {
  for (const double scale : {-1.0, kInfinity, -kInfinity}) {
    CHECK_THROWS_AS(data::second_moment(uniform(scale)), InputError);
    CHECK_THROWS_AS(data::density_at_zero(uniform(scale)), InputError);
    CHECK_THROWS_AS(data::norm_moment(uniform(scale), 1, 1.0), InputError);
    CHECK_THROWS_AS(data::radial_density(uniform(scale), 1, 1.0), InputError);
    CHECK_THROWS_AS(data::draw(uniform(scale), 1, data::Stream::a, 1), InputError);
  }
  CHECK(data::second_moment(uniform(0.0)) == 0.0);
  CHECK_THROWS_MATCHES(data::density_at_zero(uniform(0.0)), InputError,
                       Message("scale is 0, but must be > 0: else there is no density"));
  CHECK_THROWS_MATCHES(data::norm_moment(uniform(1.0), 0, 1.0), InputError,
                       Message("d is 0, but must be 1 or more"));
  CHECK_THROWS_MATCHES(data::norm_moment(uniform(1.0), 2, 6.0), InputError,
                       Message("p is 6, but must be below 6 for uniform coordinates with d > 1"));
  CHECK_THROWS_MATCHES(data::norm_moment(uniform(1.0), 2, 0.0), InputError,
                       Message("p is 0, but must be > 0"));
  CHECK_THROWS_MATCHES(data::radial_density(uniform(1.0), 4, 1.0), InputError,
                       Message("d is 4, but must be 1, 2 or 3 for uniform coordinates"));
  CHECK_THROWS_MATCHES(data::radial_density(uniform(1.0), 1, -1.0), InputError,
                       Message("r is -1, but must be 0 or more"));
  CHECK_THROWS_MATCHES(data::radial_mean(uniform(1.0), 1, {}), InputError,
                       Message("f is empty, but must be a function"));
  CHECK_THROWS_MATCHES(data::estimate_density_at_zero(VectorXd()), InputError,
                       Message("b is empty, but must be a number for each neuron"));
}

TEST_CASE("grids: their axes", "[input]") {
  CHECK_THROWS_MATCHES(data::make_grid({}), InputError,
                       Message("axes is empty, but must be one for each dimension"));
  CHECK_THROWS_MATCHES(data::make_grid({{0.0, 1.0, 0}}), InputError,
                       Message("axes.count is 0, but must be 1 or more"));
  CHECK_THROWS_MATCHES(data::make_grid({{0.0, kInfinity, 2}}), InputError,
                       Message("axes is inf, but must be finite"));
  CHECK_THROWS_AS(data::make_grid({{0.0, 1.0, 100'000}, {0.0, 1.0, 100'000}}), InputError);
}

TEST_CASE("targets and samples: dimensions, and series that end", "[input]") {
  const data::Target target = data::sine(VectorXd::Ones(2));
  CHECK_THROWS_MATCHES(data::values(target, MatrixXd::Zero(1, 3)), InputError,
                       Message("target.waves.frequency has 2 entries, but must have 1"));
  CHECK_THROWS_MATCHES(data::values({}, MatrixXd::Zero(1, 3)), InputError,
                       Message("target.waves is empty, but must be one wave or more"));
  for (const double slow : {0.0, 1e-12}) {
    data::Target square = data::sine(VectorXd::Constant(1, slow));
    square.shape = data::Target::Shape::square;
    CHECK_THROWS_AS(data::fourier_series(square, 100.0), InputError);
  }
  CHECK_THROWS_MATCHES(data::distinct({MatrixXd::Zero(1, 3), VectorXd::Zero(2)}), InputError,
                       Message("samples.y has 2 entries, but must have 3"));
}
