#include "compare/theory_alone.hpp"

#include "compare/compare.hpp"
#include "compare/theory.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace fprinciple;
using compare::Model;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();

compare::Problem small_problem(Model model, bool lattice) {
  compare::Problem out;
  out.samples.x = MatrixXd{{-0.8, -0.6, -0.3, -0.06, 0.1, 0.5, 0.7, 0.9}};
  out.samples.y = VectorXd{{0.25, -0.25, -0.07, 0.15, -0.05, 0.3, 0.1, -0.2}};
  out.law.width = 100;
  out.law.a = {data::Distribution::Kind::uniform, 0.1};
  out.law.w = {data::Distribution::Kind::uniform, 3.0};
  out.law.b = {data::Distribution::Kind::uniform, 3.0};
  out.theory.model = model;
  out.theory.ridge = 1e-3;
  if (lattice) out.theory.lattice = lfp::Lattice{.dim = 1, .box = 8.0, .modes = 200};
  out.grid = data::make_grid({{-1.0, 1.0, 21}});
  return out;
}

}  // namespace

TEST_CASE("theory alone: several outputs are what each is by itself") {
  for (const bool lattice : {true, false})
    for (const Model model : {Model::complete, Model::lfp2020, Model::lfp2019}) {
      compare::Problem problem = small_problem(model, lattice);
      problem.ladder = false;
      MatrixXd y(8, 3);
      y.col(0) = problem.samples.y;
      y.col(1) = VectorXd::LinSpaced(8, -1.0, 1.0).cwiseAbs2();
      y.col(2) = problem.samples.y.reverse() * 3.0;
      const VectorXd t{{0.0, 0.1, 10.0, kForever}};
      const compare::TheoryAlone all =
          compare::theory_alone({.problem = problem, .y = y, .test = {}, .times = t});
      REQUIRE(all.lfp().f.size() == 3);
      VectorXd loss = VectorXd::Zero(4);
      for (Eigen::Index j = 0; j < 3; ++j) {
        const compare::Prediction one = compare::predict(
            problem.theory, problem.law, {problem.samples.x, y.col(j)}, problem.grid);
        const MatrixXd f = one.at(problem.grid, t);
        CHECK((all.lfp().f[static_cast<std::size_t>(j)] - f).cwiseAbs().maxCoeff() <
              1e-9 * f.cwiseAbs().maxCoeff());
        loss += one.loss(t);
      }
      CHECK((all.lfp().loss - loss).cwiseAbs().maxCoeff() < 1e-9 * loss[0]);
      CHECK(all.lfp().f[1].col(3).norm() > 1.0);  // something was learnt
      CHECK_FALSE(all.network_drawn);
      CHECK(all.rates[0] > 0.0);
    }
}

TEST_CASE("theory alone: a network is drawn for the linearised model only, and then starts there") {
  compare::Problem problem = small_problem(Model::linearised, true);
  problem.start = nn::Draw{.seed = 3, .antisymmetric = false};
  const MatrixXd y = problem.samples.y;
  const compare::TheoryAlone theory =
      compare::theory_alone({.problem = problem, .y = y, .test = {}, .times = {}});
  CHECK(theory.network_drawn);
  CHECK(theory.models.size() == 4);
  CHECK(theory.lfp().f[0].col(0).norm() > 1e-3);
  CHECK(theory.t.size() == 60);
  CHECK(theory.t[0] == 0.0);
  CHECK(theory.t[59] == kForever);
}

TEST_CASE("test scores: errors, classes by sign and by the largest output, the best time") {
  const compare::TestSet signs{.x = MatrixXd::Zero(1, 4),
                               .y = MatrixXd{{1.0}, {1.0}, {-1.0}, {-1.0}}};
  const VectorXd t{{0.0, 1.0, 2.0, kForever}};
  const MatrixXd f{
      {0.0, 0.5, 0.9, 2.0}, {0.0, -0.1, 0.9, 2.0}, {0.0, -0.5, -0.9, -2.0}, {0.0, -0.5, -0.9, 2.0}};
  const compare::TestScores scores = compare::test_scores(t, {f}, signs);
  CHECK(scores.accuracy == VectorXd{{0.0, 0.75, 1.0, 0.75}});
  CHECK(scores.error.rmse == std::sqrt(3.0));  // squares 1, 1, 1 and 9
  CHECK(scores.error.best_time == 2.0);
  CHECK(std::abs(scores.error.best_rmse - 0.1) < 1e-15);
  const compare::TestSet classes{.x = MatrixXd::Zero(1, 2), .y = MatrixXd{{1.0, 0.0}, {0.0, 1.0}}};
  const std::vector<MatrixXd> two{MatrixXd{{0.4}, {0.4}}, MatrixXd{{0.1}, {0.3}}};
  CHECK(compare::test_scores(VectorXd{{1.0}}, two, classes).accuracy == VectorXd{{0.5}});
  CHECK_FALSE(compare::are_labels(MatrixXd{{1.0}, {0.5}}));
  CHECK_FALSE(compare::are_labels(MatrixXd{{1.0, 1.0}}));
}

TEST_CASE("a test set of a run: network and models, scored at their own points") {
  compare::Problem problem = small_problem(Model::lfp2019, true);
  problem.training.stop.time = 0.5;
  problem.training.snapshots.times = {0.01, 0.1};
  problem.training.method = nn::Method::gd;  // which no probes of a step's error look at
  problem.training.descent.step = 1e-3;
  const compare::Outcome plain = compare::solve(problem);
  problem.test = compare::TestSet{.x = problem.grid.points,
                                  .y = MatrixXd::Constant(problem.grid.size(), 1, 0.2)};
  const compare::Outcome tested = compare::solve(problem);
  CHECK((tested.comparison.f_nn - plain.comparison.f_nn).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((tested.comparison.lfp().f - plain.comparison.lfp().f).cwiseAbs().maxCoeff() < 1e-12);
  REQUIRE(tested.numbers.scores.has_value());
  const compare::ScoresOfTest& scores = *tested.numbers.scores;
  const auto rmse = [](const MatrixXd& f) -> VectorXd {
    return ((f.array() - 0.2).square().colwise().mean()).sqrt().transpose();
  };
  CHECK((scores.nn.rmse - rmse(tested.comparison.f_nn)).cwiseAbs().maxCoeff() < 1e-14);
  REQUIRE(scores.models.size() == tested.comparison.models.size());
  for (std::size_t k = 0; k < scores.models.size(); ++k)
    CHECK((scores.models[k].rmse - rmse(tested.comparison.models[k].f)).cwiseAbs().maxCoeff() <
          1e-9);
  const double last = scores.nn.rmse[scores.nn.rmse.size() - 1];
  CHECK(std::abs(scores.nn.rmse[0] - last) > 1e-3);  // it has moved
  const VectorXd& loss = *tested.comparison.test_loss_nn;
  CHECK(std::abs(loss[loss.size() - 1] - 0.5 * 8.0 * last * last) < 1e-14);
}

TEST_CASE("theory alone: many samples on the line, in O(n), and what is left out is said") {
  compare::Problem problem = small_problem(Model::lfp2019, false);
  problem.theory.ridge = 0.0;
  const Eigen::Index n = 100000;  // of which the kernel's matrix would take 75 GiB
  problem.samples.x = VectorXd::LinSpaced(n, -1.0, 1.0).transpose();
  problem.samples.y = (5.0 * problem.samples.x.array()).sin().transpose();
  const compare::AloneTask task{
      .problem = problem, .y = problem.samples.y, .test = {}, .times = {}};
  CHECK(compare::theory_alone_memory(task).peak < 512.0 * 1024.0 * 1024.0);
  const compare::TheoryAlone out = compare::theory_alone(task);
  REQUIRE(out.models.size() == 1);
  CHECK(out.rates.size() == 0);
  REQUIRE(out.t.size() == 2);
  REQUIRE(out.warnings.size() == 1);
  CHECK(out.warnings[0].find("the rates and the other models of the ladder are left out") !=
        std::string::npos);
  const VectorXd exact = (5.0 * problem.grid.points.row(0).array()).sin();
  CHECK((out.lfp().f[0].col(1) - exact).cwiseAbs().maxCoeff() < 1e-8);
  CHECK(out.lfp().loss[1] < 1e-20 * out.lfp().loss[0]);
}
