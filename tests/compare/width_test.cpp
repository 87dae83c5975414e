#include "compare/width.hpp"

#include "base/error.hpp"
#include "compare/width_fit.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace fprinciple;
using compare::HowWide;
using compare::LeftOut;
using compare::Model;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// `of` at several widths, falling as width^slope.
std::vector<LeftOut> falling(const MatrixXd& of, double slope, std::vector<double> widths) {
  std::vector<LeftOut> out;
  for (const double width : widths) out.push_back({width, of * std::pow(width, slope)});
  return out;
}

/// Five samples on the line, as figure 1a's.
compare::Problem problem() {
  compare::Problem out;
  out.samples.x = MatrixXd{{-0.8, -0.6, -0.3, -0.06, 0.1}};
  out.samples.y = VectorXd{{0.25, -0.25, -0.07, 0.15, -0.05}};
  out.law.width = 1000;  // which counts nothing
  out.law.a = {data::Distribution::Kind::uniform, 0.1};
  out.law.w = {data::Distribution::Kind::uniform, 3.0};
  out.law.b = {data::Distribution::Kind::uniform, 3.0};
  out.theory.model = Model::complete;
  out.grid = data::make_grid({{-0.8, 0.1, 61}});
  out.training.stop.loss = 1e-6;
  return out;
}

}  // namespace

TEST_CASE("width: the fit inverts the laws that it is given") {
  const Index seeds = 40;
  MatrixXd f = MatrixXd::Zero(3, seeds), n = MatrixXd::Zero(3, seeds), c = MatrixXd::Zero(3, seeds);
  f.row(0).setConstant(8.0);  // orthogonal, and the same for all seeds
  n.row(1).setConstant(60.0);
  c.row(2).setConstant(0.03);
  const std::vector<double> widths = {64.0, 256.0, 1024.0};
  const auto finite = falling(f, -0.5, widths);
  const auto model = falling(c, 0.0, widths);
  const auto nonlinear = falling(n, -1.0, {64.0, 256.0});
  const auto fit = compare::fit_width(finite, model, nonlinear, 0.05, 0.8);
  // 64/m + 3600/m² + 0.0009 = 0.0025
  const double inverse = (-64.0 + std::sqrt(64.0 * 64.0 + 4.0 * 3600.0 * 0.0016)) / 7200.0;
  CHECK(fit.width == Approx(1.0 / inverse).epsilon(1e-3));
  CHECK(fit.low == Approx(fit.width));
  CHECK(fit.high == Approx(fit.width));
  CHECK(fit.floor == Approx(0.03));
  CHECK(fit.finite_width_slope == Approx(-0.5));
  CHECK(fit.nonlinearity_slope == Approx(-1.0));

  // What is left out alike adds up, what is left out in opposite ways cancels.
  const auto along =
      compare::fit_width(finite, model, falling(60.0 / 8.0 * f, -1.0, {64.0}), 0.05, 0.8);
  const auto against =
      compare::fit_width(finite, model, falling(-60.0 / 8.0 * f, -1.0, {64.0}), 0.05, 0.8);
  CHECK(along.width > 1.01 * fit.width);
  CHECK(against.width < 0.99 * fit.width);

  // The model's own error is a floor.
  const auto never = compare::fit_width(finite, model, nonlinear, 0.029, 0.8);
  CHECK(std::isinf(never.width));
}

TEST_CASE("width: a share of the seeds, and an interval that holds the truth") {
  // |F| is uniform on [0, 1]: 80 % are below 0.8.
  const Index seeds = 400;
  MatrixXd f(1, seeds);
  for (Index k = 0; k < seeds; ++k)
    f(0, k) = (static_cast<double>(k) + 0.5) / static_cast<double>(seeds);
  const auto fit = compare::fit_width(falling(f, -0.5, {64.0, 256.0}), {}, {}, 0.1, 0.8);
  CHECK(fit.width == Approx(std::pow(0.8 / 0.1, 2)).epsilon(0.01));
  CHECK(fit.low < fit.width);
  CHECK(fit.high > fit.width);
  CHECK(fit.high / fit.low < 1.3);  // 0.8 ± 0.04, squared
  CHECK_THROWS_AS(compare::fit_width({}, {}, {}, 0.1, 0.8), InputError);
  CHECK_THROWS_AS(compare::fit_width(falling(f, -0.5, {64.0}), {}, {}, 0.1, 1.0), InputError);
  CHECK_THROWS_AS(compare::fit_width(falling(f, -0.5, {64.0}), {}, {}, 0.0, 0.8), InputError);
  CHECK_THROWS_AS(compare::fit_width(falling(f, -0.5, {256.0, 64.0}), {}, {}, 0.1, 0.8),
                  InputError);
}

TEST_CASE("width: five samples, and what no width mends") {
  compare::Problem five = problem();
  const HowWide found = compare::how_wide(five, {.error = 0.2, .seconds = 20.0});
  INFO(found.sentence);
  REQUIRE(found.is == HowWide::Is::found);
  CHECK(found.width % 2 == 0);
  CHECK(found.low <= static_cast<double>(found.width));
  CHECK(found.high > 0.9 * static_cast<double>(found.width));
  CHECK(found.floor == 0.0);
  bool trained = false;
  for (const auto& row : found.rows) trained = trained || row.error.has_value();
  CHECK(trained);

  // LFP-2019 leaves out what it leaves out.
  five.theory.model = Model::lfp2019;
  const HowWide none = compare::how_wide(five, {.error = 0.001, .seconds = 20.0});
  INFO(none.sentence);
  CHECK(none.is == HowWide::Is::none);
  CHECK(none.width == 0);
  CHECK(none.floor > 0.001);
  CHECK((none.floor_rung == "zero_frequency" || none.floor_rung == "divergence"));
  for (const auto& row : none.rows) CHECK(!row.error);  // nothing is trained
}

TEST_CASE("width: two near samples of different values are told, not promised") {
  compare::Problem near = problem();
  near.samples.x = MatrixXd{{-0.71, -0.42, -0.2, 0.131, 0.14, 0.55, 0.83}};
  near.samples.y = VectorXd{{0.3, -0.1, 0.22, 0.15, -0.13, 0.05, -0.2}};
  near.grid = data::make_grid({{-1.0, 1.0, 101}});
  const HowWide found = compare::how_wide(near, {.error = 0.05, .seconds = 4.0});
  INFO(found.sentence);
  CHECK(found.is == HowWide::Is::at_least);
}

TEST_CASE("width: what has no other width is refused") {
  compare::Problem five = problem();
  five.training.stop = {.loss = {}, .time = {}, .steps = {}, .gradient_norm = {}, .seconds = 1.0};
  CHECK_THROWS_AS(compare::how_wide(five, {}), InputError);
  five = problem();
  five.law.width = 2;
  five.start = data::Weights{VectorXd::Ones(2), MatrixXd::Ones(2, 1), VectorXd::Ones(2)};
  CHECK_THROWS_AS(compare::how_wide(five, {}), InputError);
  five = problem();
  CHECK_THROWS_AS(compare::how_wide(five, {.error = 1.0}), InputError);
  five.samples.y.setZero();
  CHECK_THROWS_AS(compare::how_wide(five, {}), RunError);
}
