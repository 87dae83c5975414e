#include "compare/verdict.hpp"

#include "compare/compare.hpp"

#include <catch2/catch.hpp>

using namespace fprinciple;
using compare::Model;
using compare::Verdict;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Five samples on the line, s = 1.
compare::Problem problem(Eigen::Index width, double a) {
  compare::Problem out;
  out.samples.x = MatrixXd{{-0.8, -0.6, -0.3, -0.06, 0.1}};
  out.samples.y = VectorXd{{0.25, -0.25, -0.07, 0.15, -0.05}};
  out.law.width = width;
  out.law.a = {data::Distribution::Kind::uniform, a};
  out.law.w = {data::Distribution::Kind::uniform, 3.0};
  out.law.b = {data::Distribution::Kind::uniform, 3.0};
  out.theory.model = Model::complete;
  out.theory.check = false;
  out.grid = data::make_grid({{-1.0, 1.0, 101}});
  out.training.stop.loss = 1e-4;
  return out;
}

}  // namespace

TEST_CASE("verdict: agreement, and which approximation ends it") {
  compare::Problem wide = problem(20000, 0.1);
  const compare::Outcome good = compare::solve(wide, {}, {});
  const auto agrees = compare::verdict(wide, good);
  REQUIRE(agrees);
  CHECK(compare::in_words(*agrees) == "agrees");
  CHECK(agrees->error < compare::kAgreement);
  // A network that has not moved would not agree: the share is 1 or more.
  compare::Outcome still = good;
  still.comparison.f_nn.setZero();
  still.comparison.rmse = (still.comparison.lfp().f.colwise().squaredNorm() / 101.0).cwiseSqrt();
  const auto unmoved = compare::verdict(wide, still);
  REQUIRE(unmoved);
  CHECK(unmoved->error > 0.99);
  CHECK(unmoved->is != Verdict::Is::agrees);

  // A few neurons are no mean over the law.
  const compare::Problem narrow = problem(40, 0.1);
  compare::Outcome outcome = compare::solve(narrow, {}, {});
  const auto limits = compare::verdict(narrow, outcome);
  REQUIRE(limits);
  CHECK(limits->is != Verdict::Is::agrees);
  CHECK(!limits->rung.empty());
  CHECK(limits->rung_error > limits->error / 4.0);

  // The largest rung between network and prediction is named, and those below do not count.
  auto& ladder = outcome.numbers.ladder;
  REQUIRE(ladder.size() >= 2);
  ladder[0].rmse = 0.0;
  ladder[1].rmse = 1e3;
  if (ladder.size() > 2) ladder[2].rmse = 1e6;
  CHECK(compare::in_words(*compare::verdict(narrow, outcome)) ==
        "theory's limits reached: finite_width");
  ladder[0].rmse = 1e4;
  CHECK(compare::in_words(*compare::verdict(narrow, outcome)) == "network left its linearisation");

  // Without a ladder the drift tells, or nothing.
  ladder.clear();
  outcome.numbers.training.kernel_drift = 1e3;
  CHECK(compare::in_words(*compare::verdict(narrow, outcome)) == "network left its linearisation");
  outcome.numbers.training.kernel_drift = 0.0;
  CHECK(compare::in_words(*compare::verdict(narrow, outcome)) == "theory's limits reached");
}

TEST_CASE("verdict: none where there is nothing to judge") {
  compare::Problem wide = problem(2000, 0.1);
  compare::Outcome outcome = compare::solve(wide, {}, {});
  CHECK(compare::verdict(wide, outcome));
  wide.theory.model = Model::power;
  CHECK(!compare::verdict(wide, outcome));
  wide.theory.model = Model::complete;
  MatrixXd& f = outcome.comparison.models[outcome.comparison.prediction].f;
  f = f.col(0).replicate(1, f.cols()).eval();
  CHECK(!compare::verdict(wide, outcome));
}
