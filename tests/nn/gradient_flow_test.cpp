#include "nn/gradient_flow.hpp"

#include "base/error.hpp"
#include "base/linear_algebra.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

nn::Task task_of(const tests::Case& c) { return {c.samples, c.grid.points, {}, {}, {}}; }

double largest_difference(const nn::Trajectory& p, const nn::Trajectory& q) {
  return (p.f.rightCols(1) - q.f.rightCols(1)).cwiseAbs().maxCoeff();
}

nn::Trajectory flow(const nn::Network& start, const nn::Task& task, double tolerance) {
  return nn::gradient_flow(start, task, {tolerance, MatrixXd(task.points.rows(), 0)});
}

}  // namespace

TEST_CASE("gradient flow follows gradient descent") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 1000);
  nn::Task task = task_of(c);
  task.stop.time = 1.0;
  const nn::Trajectory descent = nn::gradient_descent(start, task, {.step = 2e-5});
  REQUIRE(descent.f.rightCols(1).cwiseAbs().maxCoeff() > 0.1);  // it has moved
  // 1e-6 is descent's own O(η) error.
  CHECK(largest_difference(flow(start, task, 1e-5), descent) < 1e-5);
  CHECK(largest_difference(flow(start, task, 1e-7), descent) < 2e-6);
  CHECK(flow(start, task, 1e-5).steps < 30);
}

TEST_CASE("gradient flow: several samples at one x push a neuron on their kink together") {
  data::NetworkLaw law = tests::fig1a().law();
  law.width = 4096;
  nn::Task task{.samples = {MatrixXd(1, 7), VectorXd(7)},
                .points = Eigen::RowVector4d(-0.8, -0.6, -0.3, 0.1),
                .stop = {.time = 5.0},
                .snapshots = {.count = 2, .times = {}}};
  task.samples.x << -0.8, -0.6, -0.3, -0.3, 0.1, 0.1, 0.1;
  task.samples.y << 0.25, -0.25, -0.07, 0.15, -0.05, -0.05, 0.3;
  const Eigen::Vector4d means(0.25, -0.25, 0.04, 0.2 / 3.0);
  for (const std::uint64_t seed : {4, 12, 13}) {  // at 4 and 12 neurons lie on such a kink
    const nn::Network start =
        nn::make_network(law, 1, nn::Draw{.seed = seed, .antisymmetric = false});
    const nn::Trajectory trained = flow(start, task, 1e-5);
    CHECK((trained.f.rightCols(1) - means).cwiseAbs().maxCoeff() < 1e-3);
    CHECK(trained.loss.tail(1)[0] == Approx(data::contradiction(task.samples)->loss).epsilon(1e-4));
  }
}

TEST_CASE("gradient flow stops where it is told") {
  const tests::Case c = tests::fig2();
  const nn::Network start = c.network(2, 1000);
  nn::Task task = task_of(c);
  task.stop.loss = 1e-6;
  const nn::Trajectory by_loss = flow(start, task, 1e-5);
  CHECK(by_loss.stopped_by == "loss");
  CHECK(by_loss.loss.tail(1)[0] <= 1e-6);
  CHECK(by_loss.loss.tail(1)[0] > 0.5e-6);  // and not far beyond
  task.stop = {};
  task.stop.time = 1e-3;
  const nn::Trajectory by_time = flow(start, task, 1e-5);
  CHECK(by_time.t.tail(1)[0] == 1e-3);
  CHECK(by_time.stopped_by == "time");
  task.stop = {};
  task.stop.steps = 2;
  CHECK(flow(start, task, 1e-5).steps == 2);
}

TEST_CASE("snapshots do not change the flow and lie on it") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(3, 1000);
  nn::Task task = task_of(c);
  task.stop.time = 0.5;
  const nn::Trajectory many = flow(start, task, 1e-6);
  CHECK(many.t.size() == 60);
  CHECK(many.t[0] == 0.0);
  const VectorXd ratios = many.t.tail(58).cwiseQuotient(many.t.segment(1, 58));
  CHECK(ratios.maxCoeff() == Approx(ratios.minCoeff()).epsilon(1e-9));
  for (const Eigen::Index k : {10, 30, 50}) {
    nn::Task until = task;
    until.stop.time = many.t[k];
    until.snapshots.count = 2;
    const nn::Trajectory there = flow(start, until, 1e-8);
    REQUIRE(there.t.size() == 2);
    CHECK((many.f.col(k) - there.f.col(1)).cwiseAbs().maxCoeff() < 1e-5);
    CHECK(many.loss[k] == Approx(there.loss[1]).epsilon(1e-3));
  }
  task.snapshots.count = 2;
  CHECK(flow(start, task, 1e-6).f.col(1) == many.f.rightCols(1));
  task.snapshots.times = {0.1, 0.2};
  CHECK(flow(start, task, 1e-6).t == Eigen::Vector4d(0.0, 0.1, 0.2, 0.5));
}

TEST_CASE("a snapshot at the very end of a step is the network there") {
  // The first step is 1/λ_max long, and figure 1b's networks have neurons that switch in it.
  const tests::Case c = tests::fig1b();
  int whole = 0;  // first steps that were not refused for a shorter one
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const nn::Network start = c.network(seed, 400);
    const Eigen::MatrixXd k = nn::tangent_kernel(start, c.samples.x);
    const double h = 1.0 / base::symmetric_eigen(k).values.maxCoeff();
    nn::Task task = task_of(c);
    task.stop.steps = 1;
    const nn::Trajectory one = nn::gradient_flow(start, task);
    if (one.t.tail(1)[0] != h) continue;
    ++whole;
    task.stop.steps = 3;
    task.snapshots.times = {h};
    const nn::Trajectory three = nn::gradient_flow(start, task);
    REQUIRE(three.t[1] == h);
    CHECK((three.f.col(1) - one.f.rightCols(1)).cwiseAbs().maxCoeff() < 1e-12);
  }
  CHECK(whole >= 2);
}

TEST_CASE("a network linear in its parameters is followed exactly in one step") {
  const tests::Case c = tests::fig1a();
  nn::Network start = c.network(4, 500);
  start.train.w = start.train.b = false;  // f is linear in a
  nn::Task task = task_of(c);
  task.stop.time = 10.0;
  const nn::Trajectory coarse = flow(start, task, 1e-9);
  const nn::Trajectory descent = nn::gradient_descent(start, task, {.step = 1e-4});
  CHECK(coarse.steps <= 5);  // the first step is 1/λ_max, each next at most a hundred times longer
  CHECK(largest_difference(coarse, descent) < 1e-4);
  CHECK(descent.f.rightCols(1).cwiseAbs().maxCoeff() > 0.1);
}

TEST_CASE("a network without any gradient is an answer, not a hang") {
  const tests::Case c = tests::fig1a();
  nn::Network dead{{VectorXd::Ones(4), MatrixXd::Zero(4, 1), VectorXd::Constant(4, -1.0)}};
  nn::Task task = task_of(c);
  task.stop = {1e-12, 5.0, std::nullopt};
  const nn::Trajectory out = flow(dead, task, 1e-5);
  CHECK(out.stopped_by == "time");
  CHECK(out.f.isZero(0.0));
}

TEST_CASE("a loss that cannot be reached is reported") {
  const tests::Case c = tests::fig1a();
  nn::Task task = task_of(c);
  task.stop.loss = 1e-12;
  const nn::Network dead{{VectorXd::Ones(4), MatrixXd::Zero(4, 1), VectorXd::Constant(4, -1.0)}};
  CHECK_THROWS_AS(flow(dead, task, 1e-5), RunError);
  for (const Eigen::Index width : {2, 6})  // fewer kinks than the samples ask for
    CHECK_THROWS_AS(flow(c.network(1, width), task, 1e-5), RunError);
}
