#include "compare/ensemble.hpp"

#include "base/error.hpp"
#include "compare/theory.hpp"
#include "compare/theory_alone.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/deep_kernel.hpp"
#include "nn/initialise.hpp"
#include "nn/kernels.hpp"

#include <cmath>
#include <limits>

#include "problems.hpp"
#include <Eigen/Cholesky>
#include <catch2/catch.hpp>

using namespace fprinciple;
using compare::Model;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

data::NetworkLaw some_law(data::Groups train) {
  return {.width = 300,
          .activation = data::Activation::relu,
          .output_scale = 0.2,
          .train = train,
          .a = tests::normal(0.5),
          .w = tests::normal(1.2),
          .b = tests::normal(0.7)};
}

/// C(x, x') by its definition, from what training a alone makes of the kernel.
MatrixXd covariance(const data::NetworkLaw& law, const MatrixXd& rows, const MatrixXd& columns) {
  return law.output_scale * law.output_scale * static_cast<double>(law.width) *
         data::second_moment(law.a) * lfp::activation_averages(law, rows, columns).value;
}

}  // namespace

TEST_CASE("ensemble: the deviation is that of predictions from drawn starts, at any time") {
  const MatrixXd x = tests::random_matrix(2, 8, 71);
  const MatrixXd points = tests::random_matrix(2, 6, 72);
  MatrixXd both(2, 14);
  both << x, points;
  const VectorXd t{{0.0, 0.01, 0.3, 10.0, kInfinity}};
  const data::Grid grid{.points = points, .axes = {}};
  for (const data::Groups& train : {data::Groups{}, data::Groups{.a = true, .w = false, .b = false},
                                    data::Groups{.a = false, .w = true, .b = true}})
    for (const double ridge : {0.0, 0.05}) {
      const data::NetworkLaw law = some_law(train);
      const MatrixXd band = compare::ensemble_deviation(law, x, ridge, points, t);
      // f is linear in f_0 = L g, so the variance is the sum over the unit vectors g.
      const MatrixXd root = Eigen::LLT<MatrixXd>(covariance(law, both, both)).matrixL();
      MatrixXd sum = MatrixXd::Zero(6, 5);
      for (Index g = 0; g < 14; ++g) {
        const VectorXd start = root.col(g);
        const compare::Prediction moved = compare::predict(
            {.model = Model::complete, .ridge = ridge}, law, {x, -start.head(8)}, grid);
        sum += (moved.at(grid, t).colwise() + start.tail(6)).cwiseAbs2();
      }
      CHECK((band - sum.cwiseSqrt()).cwiseAbs().maxCoeff() < 1e-6);
      CHECK((band.col(0) - band.col(4)).minCoeff() > 0.1);  // training narrows it
    }
}

TEST_CASE("ensemble: drawn networks scatter so at the start, and at samples not in the limit") {
  const data::NetworkLaw law = some_law({});
  const MatrixXd x = tests::random_matrix(2, 5, 73);
  const MatrixXd band = compare::ensemble_deviation(law, x, 0.0, x, VectorXd{{0.0, kInfinity}});
  VectorXd sum = VectorXd::Zero(5);
  constexpr int kNetworks = 2000;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed)
    sum += nn::outputs(nn::make_network(law, 2, nn::Draw{.seed = seed, .antisymmetric = false}), x)
               .cwiseAbs2();
  const VectorXd scatter = (sum / kNetworks).cwiseSqrt();
  // Of 2000 the deviation is known to 1/√4000.
  CHECK((scatter.cwiseQuotient(band.col(0)).array() - 1.0).abs().maxCoeff() < 4.0 / 63.0);
  CHECK(band.col(1).maxCoeff() < 1e-6 * band.col(0).minCoeff());
}

TEST_CASE("ensemble: deep networks, blocks of points, bad input") {
  const data::DeepLaw deep{.weight_std = VectorXd::Constant(3, 1.4),
                           .bias_std = VectorXd::Constant(3, 0.2)};
  const MatrixXd x = tests::random_matrix(3, 7, 74);
  const MatrixXd many = tests::random_matrix(3, 700, 75);
  const VectorXd t{{0.0, kInfinity}};
  const MatrixXd band = compare::ensemble_deviation(deep, x, 0.0, many, t);
  CHECK((band.col(0) - lfp::deep_covariance(deep, many, many).k.diagonal().cwiseSqrt())
            .cwiseAbs()
            .maxCoeff() < 1e-12);
  CHECK((compare::ensemble_deviation(deep, x, 0.0, many.rightCols(3), t) - band.bottomRows(3))
            .cwiseAbs()
            .maxCoeff() < 1e-7);
  CHECK(compare::ensemble_deviation(deep, x, 0.0, x, t).col(1).maxCoeff() < 1e-6);
  CHECK_THROWS_AS(compare::ensemble_deviation(deep, x, 0.0, many.topRows(2), t), InputError);
  CHECK_THROWS_AS(compare::ensemble_deviation(deep, x, -1.0, many, t), InputError);
}

TEST_CASE("theory alone has a band where networks of the problem differ") {
  const tests::Case c = tests::fig1a();
  compare::Problem problem{.samples = c.samples,
                           .law = c.law(),
                           .start = nn::Draw{.antisymmetric = false},
                           .theory = {.model = Model::complete},
                           .ladder = false,
                           .grid = data::make_grid({{-0.8, 0.1, 11}})};
  const MatrixXd y = c.samples.y;
  const VectorXd t{{0.0, 1e-3, kInfinity}};
  const auto alone = [&] {
    return compare::theory_alone({.problem = problem, .y = y, .test = {}, .times = t});
  };
  const compare::TheoryAlone with = alone();
  REQUIRE(with.deviation.has_value());
  CHECK(*with.deviation ==
        compare::ensemble_deviation(problem.law, c.samples.x, 0.0, problem.grid.points, t));
  CHECK(with.deviation->col(0).minCoeff() > 1.0);
  problem.start = nn::Draw{.antisymmetric = true};
  CHECK_FALSE(alone().deviation.has_value());
  problem.start = nn::Draw{.antisymmetric = false};
  problem.theory.model = Model::lfp2019;
  CHECK_FALSE(alone().deviation.has_value());
}
