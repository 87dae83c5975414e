#include "base/error.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/kernels.hpp"

#include <cmath>
#include <limits>

#include "problems.hpp"
#include <Eigen/QR>
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

using Method = nn::Descent::Method;

nn::Task task_of(const tests::Case& c, std::int64_t steps) {
  nn::Task task{c.samples, c.grid.points, {}, {}, {}};
  task.stop.steps = steps;
  task.snapshots.times = {std::numeric_limits<double>::max()};
  return task;
}

data::Weights gradient_of(const nn::Network& net, const data::Samples& s) {
  return nn::weighted_gradient(net, s.x, nn::outputs(net, s.x) - s.y);
}

/// f(old memory, g) for every parameter, by hand.
template <class F>
void each(data::Weights& theta, const data::Weights& g, std::vector<data::Weights>& memory,
          const F& rule) {
  const auto row = [&](auto member) {
    auto& t = theta.*member;
    const auto& gm = g.*member;
    for (Index j = 0; j < t.size(); ++j)
      rule(t.data()[j], gm.data()[j], (memory[0].*member).data()[j], (memory[1].*member).data()[j]);
  };
  row(&data::Weights::a);
  row(&data::Weights::w);
  row(&data::Weights::b);
}

}  // namespace

TEST_CASE("momentum and Adam are their published rules") {
  const tests::Case c = tests::fig2();
  const nn::Network start = c.network(1, 300);
  const double eta = 1e-4;
  for (const Method method : {Method::momentum, Method::adam}) {
    const nn::Trajectory out = nn::gradient_descent(
        start, task_of(c, 20), {.step = eta, .method = method, .momentum = 0.8});
    nn::Network by_hand = start;
    data::Weights zero = start.weights;
    nn::add_scaled(zero, -1.0, start.weights);
    std::vector<data::Weights> memory{zero, zero};
    for (int k = 1; k <= 20; ++k) {
      const data::Weights g = gradient_of(by_hand, c.samples);
      each(by_hand.weights, g, memory, [&](double& t, double gj, double& v, double& s) {
        if (method == Method::momentum) {
          v = 0.8 * v + gj;
          t -= eta * v;
        } else {
          v = 0.9 * v + 0.1 * gj;
          s = 0.999 * s + 0.001 * gj * gj;
          t -= eta * (v / (1.0 - std::pow(0.9, k))) /
               (std::sqrt(s / (1.0 - std::pow(0.999, k))) + 1e-8);
        }
      });
    }
    // Only the order of sums differs; Adam divides by |g| and so enlarges it where g is small.
    CHECK((out.network.weights.a - by_hand.weights.a).cwiseAbs().maxCoeff() < 1e-10);
    CHECK((out.network.weights.w - by_hand.weights.w).cwiseAbs().maxCoeff() < 1e-10);
    CHECK((out.network.weights.a - start.weights.a).cwiseAbs().maxCoeff() > 1e-4);
  }
}

TEST_CASE("momentum follows the flow at t = η k/(1 − β)") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 500);
  const double beta = 0.9;
  const double eta = 2e-6;
  const nn::Trajectory out = nn::gradient_descent(
      start, task_of(c, 20000), {.step = eta, .method = Method::momentum, .momentum = beta});
  nn::Task task{c.samples, c.grid.points, {}, {}, {}};
  task.stop.time = eta * 20000 / (1.0 - beta);
  const nn::Trajectory flow = nn::gradient_flow(start, task, {1e-7, {}});
  CHECK(out.t.tail(1)[0] == Approx(*task.stop.time));
  // It lags by about β/(1 − β) steps and rings for as long: O(η λ/(1 − β)²) = 1e-2 of the change
  // at a time when the fastest mode is gone.
  CHECK((out.f.rightCols(1) - flow.f.rightCols(1)).cwiseAbs().maxCoeff() <
        1e-2 * c.samples.y.cwiseAbs().maxCoeff());
}

TEST_CASE("stochastic descent: seeded, each sample once an epoch, whole batches are descent") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 200);
  const auto end = [&](nn::Descent descent, std::int64_t steps) {
    return nn::gradient_descent(start, task_of(c, steps), descent).network.weights;
  };
  const nn::Descent sgd{.step = 1e-5, .method = Method::sgd, .batch = 2, .seed = 3};
  CHECK(end(sgd, 50).a == end(sgd, 50).a);
  nn::Descent other = sgd;
  other.seed = 4;
  CHECK(end(sgd, 50).a != end(other, 50).a);
  nn::Descent whole = sgd;
  whole.batch = 5;
  CHECK((end(whole, 50).a - end({.step = 1e-5}, 50).a).cwiseAbs().maxCoeff() < 1e-14);
  // To first order in η an epoch of batches 2, 2 and 1 of five samples, whose gradients are scaled
  // by 5/2, 5/2 and 5, is Σ_i c_i g_i η with c = 2.5 for four samples and 5 for one.
  const data::Weights moved = end(sgd, 3);
  Eigen::MatrixXd j(200, 5);
  const VectorXd u = nn::outputs(start, c.samples.x) - c.samples.y;
  for (Index i = 0; i < 5; ++i)
    j.col(i) = nn::weighted_gradient(start, c.samples.x, VectorXd(VectorXd::Unit(5, i) * u[i])).b;
  const VectorXd weights = j.colPivHouseholderQr().solve((start.weights.b - moved.b) / sgd.step);
  CHECK(weights.maxCoeff() == Approx(5.0).epsilon(0.05));
  CHECK(weights.sum() == Approx(15.0).epsilon(0.05));
  CHECK(weights.minCoeff() == Approx(2.5).epsilon(0.05));
}

TEST_CASE("single precision follows double precision to its rounding") {
  const tests::Case c = tests::fig2();
  const nn::Network start = c.network(1, 500);
  const auto end = [&](nn::Descent::Precision precision) -> VectorXd {
    return nn::gradient_descent(start, task_of(c, 500), {.step = 1e-4, .precision = precision})
        .f.rightCols(1);
  };
  const VectorXd exact = end(nn::Descent::Precision::double_precision);
  const VectorXd single = end(nn::Descent::Precision::single_precision);
  CHECK((single - exact).cwiseAbs().maxCoeff() > 0.0);
  CHECK((single - exact).cwiseAbs().maxCoeff() < 1e-4 * exact.cwiseAbs().maxCoeff());
}

TEST_CASE("descent goes on from a kept state to the bit") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 300);
  for (const Method method : {Method::gd, Method::momentum, Method::adam, Method::sgd})
    for (const auto precision :
         {nn::Descent::Precision::double_precision, nn::Descent::Precision::single_precision}) {
      const nn::Descent descent{.step = 1e-5, .method = method, .precision = precision, .batch = 2};
      nn::Task task{c.samples, c.grid.points, {}, {}, {}};
      task.stop.steps = 101;
      task.snapshots.times = {1e-4, 5e-4, 8e-4};
      const nn::Trajectory whole = nn::gradient_descent(start, task, descent);
      std::optional<nn::TrainingState> kept;
      int asked = 0;
      task.supervision.wish = [&] {
        return ++asked == 37 ? nn::Supervision::Wish::stop : nn::Supervision::Wish::go_on;
      };
      task.supervision.keep = [&](const nn::TrainingState& state) { kept = state; };
      CHECK_THROWS_AS(nn::gradient_descent(start, task, descent), Interrupted);
      REQUIRE(kept);
      CHECK(kept->so_far.steps == 37);
      task.supervision = {kept, {}, {}};
      const nn::Trajectory resumed = nn::gradient_descent(start, task, descent);
      CHECK(resumed.f == whole.f);
      CHECK(resumed.t == whole.t);
      CHECK(resumed.loss == whole.loss);
      CHECK(resumed.kernel_drift == whole.kernel_drift);
      CHECK(resumed.switched == whole.switched);
      CHECK(resumed.network.weights.w == whole.network.weights.w);
    }
}

TEST_CASE("descent stops at a small gradient") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 300);
  nn::Task task{c.samples, c.grid.points, {}, {}, {}};
  const data::Weights first = gradient_of(start, c.samples);
  const double norm =
      std::sqrt(first.a.squaredNorm() + first.w.squaredNorm() + first.b.squaredNorm());
  task.stop.gradient_norm = 0.5 * norm;
  const nn::Trajectory out = nn::gradient_descent(start, task, {.step = 1e-5});
  CHECK(out.stopped_by == "gradient_norm");
  const data::Weights last = gradient_of(out.network, c.samples);
  const double at_end =
      std::sqrt(last.a.squaredNorm() + last.w.squaredNorm() + last.b.squaredNorm());
  CHECK(at_end <= 0.5 * norm);
  CHECK(at_end > 0.49 * norm);
}
