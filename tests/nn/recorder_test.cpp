#include "nn/recorder.hpp"

#include "base/error.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Samples so large that the kernel at the end is far from that of the start.
const tests::Case& problem() {
  static const tests::Case c = [] {
    tests::Case large = tests::fig1b();
    large.samples.y *= 30.0;
    return large;
  }();
  return c;
}

nn::Task task_of(nn::Stop stop) {
  nn::Task task{problem().samples, problem().grid.points, stop, {}, {}, {}};
  task.snapshots.count = 4;
  return task;
}

/// J^T J over the trained groups, from gradients.
MatrixXd kernel_of(const nn::Network& net) {
  const MatrixXd& x = problem().samples.x;
  const Index m = net.weights.width();
  MatrixXd j(3 * m, x.cols());
  for (Index i = 0; i < x.cols(); ++i) {
    const data::Weights g = nn::direct::weighted_gradient(net, x, VectorXd::Unit(x.cols(), i));
    j.col(i) << g.a, g.w, g.b;
  }
  return j.transpose() * j;
}

/// Every number of the last snapshot, by its definition.
void check_last(const nn::Network& start, const nn::Trajectory& out) {
  const data::Samples& samples = problem().samples;
  const auto& now = out.network.weights;
  const auto& then = start.weights;
  const Index last = out.t.size() - 1;
  const MatrixXd k0 = kernel_of(start);
  const MatrixXd k = kernel_of(out.network);
  // Against any norm but that of the start it would be another number.
  REQUIRE(k.norm() / k0.norm() > 1.02);
  CHECK(out.kernel_drift[last] == Approx((k - k0).norm() / k0.norm()).epsilon(1e-9));
  const auto squares = [&](const data::Weights& p, const data::Weights& q) {
    return (start.train.a ? (p.a - q.a).squaredNorm() : 0.0) +
           (start.train.w ? (p.w - q.w).squaredNorm() : 0.0) +
           (start.train.b ? (p.b - q.b).squaredNorm() : 0.0);
  };
  data::Weights zero = then;
  nn::add_scaled(zero, -1.0, then);
  REQUIRE(squares(now, zero) / squares(then, zero) > 1.02);
  CHECK(out.parameter_distance[last] ==
        Approx(std::sqrt(squares(now, then) / squares(then, zero))).epsilon(1e-9));
  const Index m = then.width();
  Index switched = 0;
  for (Index j = 0; j < m; ++j) {
    bool other = false;
    for (Index i = 0; i < samples.size(); ++i) {
      const double x = samples.x(0, i);
      other |= (now.w(j, 0) * x + now.b[j] > 0.0) != (then.w(j, 0) * x + then.b[j] > 0.0);
    }
    switched += other ? 1 : 0;
  }
  REQUIRE(switched > 0);
  CHECK(out.switched[last] ==
        Approx(static_cast<double>(switched) / static_cast<double>(m)).epsilon(1e-12));
  const VectorXd f = nn::direct::outputs(out.network, samples.x);
  CHECK(out.loss[last] == Approx(0.5 * (f - samples.y).squaredNorm()).epsilon(1e-9));
  CHECK(out.loss[0] == Approx(0.5 * samples.y.squaredNorm()).epsilon(1e-12));
  CHECK((out.f.col(last) - nn::direct::outputs(out.network, problem().grid.points))
            .cwiseAbs()
            .maxCoeff() < 1e-12);
  CHECK(out.f.col(0).isZero(0.0));
  CHECK(out.kernel_drift[0] == 0.0);
  CHECK(out.parameter_distance[0] == 0.0);
  CHECK(out.switched[0] == 0.0);
}

}  // namespace

TEST_CASE("what is measured along the way is what it is called") {
  nn::Network start = problem().network(1, 60);
  for (const bool train_w : {true, false}) {
    start.train.w = train_w;
    const nn::Trajectory descent = nn::gradient_descent(
        start, task_of({.loss = {}, .time = {}, .steps = 20000}), {.step = 1e-4});
    check_last(start, descent);
    CHECK(descent.steps == 20000);
    CHECK(descent.gradients == 20000);
    CHECK(descent.t.tail(1)[0] == Approx(2.0).epsilon(1e-12));
    const nn::Trajectory flow =
        nn::gradient_flow(start, task_of({.loss = {}, .time = 2.0, .steps = {}}));
    check_last(start, flow);
    CHECK(flow.t.tail(1)[0] == 2.0);
    CHECK((flow.f.rightCols(1) - descent.f.rightCols(1)).norm() <
          0.01 * descent.f.rightCols(1).norm());
  }
}

TEST_CASE("the flow counts its steps and what they cost") {
  // Linear in a, and the tolerance is met by stage 2: three gradients a step, one tangent kernel,
  // and that of the start.
  nn::Network start = problem().network(1, 60);
  start.train.w = start.train.b = false;
  nn::Task task = task_of({.loss = {}, .time = {}, .steps = 3});
  const nn::Trajectory out = nn::gradient_flow(start, task);
  CHECK(out.steps == 3);
  CHECK(out.gradients == 3 * 4 + 1);
}

TEST_CASE("a training that leaves the range of numbers says so") {
  nn::Network start = problem().network(1, 60);
  nn::Task task = task_of({.loss = {}, .time = {}, .steps = 3});
  task.samples.y *= 1e160;
  CHECK_THROWS_WITH(nn::gradient_descent(start, task, {.step = 1e-5}),
                    Catch::Contains("½Σ(f−y)²") && Catch::Contains("range of double precision"));
  CHECK_THROWS_WITH(nn::gradient_flow(start, task),
                    Catch::Contains("½Σ(f−y)²") && Catch::Contains("range of double precision"));
  CHECK_THROWS_AS(nn::gradient_flow(start, task), RunError);
}

TEST_CASE(
    "an antisymmetric network starts at 0 to the bit, and small samples are fitted from there") {
  using Precision = nn::Descent::Precision;
  for (const tests::Case& c : {tests::fig1a(), tests::fig2(), tests::cube()}) {
    const nn::Network start = c.network(1, 400);
    CHECK(nn::outputs(start, c.grid.points).isZero(0.0));
    REQUIRE(!nn::summed_outputs(start, c.grid.points).isZero(0.0));
    nn::Task task{c.samples, c.grid.points, {}, {}, {}, {}};
    task.samples.y *= 1e-13;
    task.stop.steps = 1;
    const double exact = 0.5 * task.samples.y.squaredNorm();
    CHECK(nn::gradient_flow(start, task).f.col(0).isZero(0.0));
    const nn::Trajectory flow = nn::gradient_flow(start, task);
    CHECK(flow.loss[0] == Approx(exact).epsilon(1e-14));
    for (const Precision precision : {Precision::double_precision, Precision::single_precision}) {
      const nn::Trajectory out =
          nn::gradient_descent(start, task, {.step = 1e-6, .precision = precision});
      CHECK(out.f.col(0).isZero(0.0));
      CHECK(out.loss[0] == Approx(exact).epsilon(1e-14));
    }
  }
}
