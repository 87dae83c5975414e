#include "nn/gradient_descent.hpp"

#include "base/error.hpp"
#include "nn/kernels.hpp"
#include "nn/outputs_since.hpp"
#include "nn/tangent_kernel.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;

namespace {

nn::Task task_of(const tests::Case& c) { return {c.samples, c.grid.points, {}, {}, {}}; }

}  // namespace

TEST_CASE("gradient descent is θ ← θ − η ∇R_S and t = η k") {
  const tests::Case c = tests::fig1a();
  nn::Task task = task_of(c);
  task.stop.steps = 3;
  task.snapshots.times = {1e-5, 2e-5};
  const nn::Network start = c.network(1, 200);
  const nn::Trajectory out = nn::gradient_descent(start, task, {.step = 1e-5});
  nn::Network by_hand = start;
  const nn::OutputsSince at_samples(start, c.samples.x);
  for (int k = 0; k < 3; ++k) {
    const Eigen::VectorXd u = at_samples(by_hand) - c.samples.y;
    nn::add_scaled(by_hand.weights, -1e-5, nn::weighted_gradient(by_hand, c.samples.x, u));
  }
  CHECK(out.network.weights.a == by_hand.weights.a);
  CHECK(out.network.weights.w == by_hand.weights.w);
  CHECK(out.steps == 3);
  CHECK(out.stopped_by == "steps");
  REQUIRE(out.t.size() == 4);
  CHECK((out.t - Eigen::Vector4d(0, 1e-5, 2e-5, 3e-5)).cwiseAbs().maxCoeff() < 1e-18);
  CHECK(out.f.col(3) == nn::OutputsSince(start, c.grid.points)(by_hand));
  CHECK(out.loss[0] == Approx(0.5 * c.samples.y.squaredNorm()).epsilon(1e-12));
  CHECK(out.loss[3] < out.loss[0]);
}

TEST_CASE("gradient descent stops at the first criterion that is met") {
  const tests::Case c = tests::fig1a();
  nn::Task task = task_of(c);
  task.stop = {0.05, 1.0, 100000};
  const nn::Network start = c.network(1, 1000);
  const nn::Trajectory by_loss = nn::gradient_descent(start, task, {.step = 2e-5});
  CHECK(by_loss.stopped_by == "loss");
  CHECK(by_loss.loss.tail(1)[0] <= 0.05);
  task.stop = {1e-12, 1e-3, 100000};
  const nn::Trajectory by_time = nn::gradient_descent(start, task, {.step = 2e-5});
  CHECK(by_time.stopped_by == "time");
  CHECK(by_time.steps == 50);
  CHECK(by_time.t.tail(1)[0] == Approx(1e-3));
}

TEST_CASE("divergence is reported with the largest stable step") {
  const tests::Case c = tests::fig1a();
  nn::Task task = task_of(c);
  task.stop.steps = 100000;
  const nn::Network start = c.network(1, 1000);
  const double stable = 2.0 / nn::largest_rate(start, c.samples.x);
  CHECK_NOTHROW([&] {
    nn::Task few = task;
    few.stop.steps = 200;
    return nn::gradient_descent(start, few, {.step = 0.95 * stable});
  }());
  try {
    nn::gradient_descent(start, task, {.step = 3.0 * stable});
    FAIL("accepted");
  } catch (const RunError& error) {
    CHECK_THAT(error.what(), Catch::Contains("diverged") && Catch::Contains("2/λ_max"));
  }
}

TEST_CASE("a loss that ends above its start, or that nothing can move, is reported") {
  const tests::Case c = tests::fig1a();
  nn::Task task = task_of(c);
  task.stop.steps = 3;
  const nn::Network start = c.network(1, 1000);
  const double stable = 2.0 / nn::largest_rate(start, c.samples.x);
  CHECK_THROWS_AS(nn::gradient_descent(start, task, {.step = 10.0 * stable}), RunError);
  task.stop = {};
  task.stop.loss = 1e-12;
  const nn::Network dead{
      {Eigen::VectorXd::Ones(4), Eigen::MatrixXd::Zero(4, 1), Eigen::VectorXd::Constant(4, -1.0)}};
  CHECK_THROWS_AS(nn::gradient_descent(dead, task, {.step = 1e-3}), RunError);
}
