#include "nn/forecast.hpp"

#include "base/error.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/tangent_kernel.hpp"

#include <cmath>
#include <string>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::VectorXd;
using nn::Method;

namespace {

nn::Network network(data::Activation activation, Index width, double scale_a = 1.0) {
  return nn::make_network({.width = width,
                           .activation = activation,
                           .a = tests::normal(scale_a),
                           .w = tests::normal(1.0),
                           .b = tests::normal(1.0)},
                          1, nn::Draw{.seed = 2});
}

nn::Trajectory train(const nn::Network& start, const data::Samples& samples, const nn::Stop& stop,
                     Method method, double step) {
  const nn::Task task{.samples = samples, .points = samples.x, .stop = stop, .snapshots = {}};
  if (method == Method::flow) return nn::gradient_flow(start, task);
  return nn::gradient_descent(start, task, {.step = step, .method = method, .batch = 1});
}

nn::Stop by_loss(double loss) { return {.loss = loss, .time = {}, .steps = {}}; }

/// Six samples that two neurons cannot fit.
data::Samples zigzag() {
  data::Samples s{Eigen::MatrixXd(1, 6), VectorXd(6)};
  s.x << -1.0, -0.6, -0.2, 0.2, 0.6, 1.0;
  s.y << 1.0, -1.0, 1.0, -1.0, 1.0, -1.0;
  return s;
}

void require_given_up(const nn::Network& start, const data::Samples& samples, Method method,
                      double step) {
  INFO(base::name_of(method));
  try {
    train(start, samples, by_loss(1e-12), method, step);
    FAIL("it ended");
  } catch (const RunError& error) {
    INFO(error.what());
    CHECK(std::string(error.what()).find("add stop.time, stop.steps or stop.seconds") !=
          std::string::npos);
  }
}

}  // namespace

TEST_CASE("the forecast of a wide network is when its training ends, in t and in steps") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 4000);
  const double largest = nn::largest_rate(start, c.samples.x);
  for (const Method method : {Method::flow, Method::gd, Method::momentum}) {
    INFO(base::name_of(method));
    const nn::Descent descent{.step = (method == Method::momentum ? 0.1 : 1.0) / largest,
                              .method = method};
    const nn::Stop stop = by_loss(1e-3);
    const nn::Forecast f =
        nn::forecast(start, c.samples, stop, method == Method::flow ? nullptr : &descent);
    const nn::Trajectory out = train(start, c.samples, stop, method, descent.step);
    CHECK(f.stopped_by == "loss");
    CHECK(f.largest_rate == Approx(largest));
    CHECK(out.t.tail(1)[0] == Approx(f.time).epsilon(0.2));
    if (method == Method::flow) continue;
    CHECK(static_cast<double>(out.steps) == Approx(*f.steps).epsilon(0.2));
    CHECK(*f.largest_step ==
          Approx((method == Method::momentum ? 2.0 * 1.9 : 2.0) / largest).epsilon(1e-12));
  }
}

TEST_CASE("the first stop is forecast, and Adam has no time") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 400);
  const nn::Descent gd{.step = 1e-5};
  CHECK(nn::forecast(start, c.samples, {1e-3, 1e-9, {}}, &gd).stopped_by == "time");
  CHECK(nn::forecast(start, c.samples, {1e-3, {}, 2}, &gd).stopped_by == "steps");
  CHECK(*nn::forecast(start, c.samples, {1e-3, {}, 2}, &gd).steps == 2.0);
  nn::Stop gradient{.loss = {}, .time = {}, .steps = {}, .gradient_norm = 1e-2};
  CHECK(nn::forecast(start, c.samples, gradient).stopped_by == "gradient_norm");
  const nn::Descent adam{.step = 1e-3, .method = Method::adam};
  const nn::Forecast f = nn::forecast(start, c.samples, by_loss(1e-3), &adam);
  CHECK(std::isnan(f.time));
  CHECK_FALSE(f.steps);
  CHECK(f.stopped_by.empty());
}

TEST_CASE("the samples that hold training up are named") {
  tests::Case c = tests::fig1a();
  c.samples.x(0, 3) = c.samples.x(0, 1) + 3e-4;
  const nn::Forecast f = nn::forecast(c.network(1, 4000), c.samples, by_loss(1e-8));
  REQUIRE(f.slowest.size() >= 1);
  CHECK(f.slowest[0].samples == std::vector<Index>{1, 3});
  CHECK(f.slowest[0].rate > 0.0);
  CHECK(f.slowest[0].rate < 1e-6 * f.largest_rate);
  CHECK(f.slowest[0].residual == Approx(0.4 / std::sqrt(2.0)).epsilon(0.05));
}

TEST_CASE("what the kernel cannot move is the forecast's floor") {
  data::Samples s{Eigen::MatrixXd(1, 2), Eigen::Vector2d(0.5, 0.501)};
  s.x << 0.3, 0.3 + 1e-9;
  const nn::Forecast f = nn::forecast(network(data::Activation::tanh, 100), s, by_loss(1e-12));
  CHECK(f.loss_floor == Approx(2.5e-7).epsilon(1e-3));
  CHECK(std::isinf(f.time));
  CHECK(f.stopped_by.empty());
}

TEST_CASE("a training that cannot end is given up, by every method") {
  const nn::Network narrow = network(data::Activation::tanh, 2);
  for (const Method method : {Method::gd, Method::momentum, Method::adam, Method::flow})
    require_given_up(narrow, zigzag(), method, 0.01);
  data::Samples close{Eigen::MatrixXd(1, 2), Eigen::Vector2d(0.5, 0.501)};
  close.x << 0.3, 0.3 + 1e-9;
  for (const Method method : {Method::gd, Method::momentum, Method::flow, Method::sgd})
    require_given_up(network(data::Activation::tanh, 100), close, method, 1e-3);
}

TEST_CASE("stop.seconds ends a training with what there is") {
  nn::Stop stop = by_loss(1e-12);
  stop.seconds = 0.05;
  for (const Method method : {Method::gd, Method::adam, Method::flow}) {
    const nn::Trajectory out =
        train(network(data::Activation::tanh, 2), zigzag(), stop, method, 0.01);
    CHECK(out.stopped_by == "seconds");
    CHECK(out.steps > 0);
    CHECK(out.loss.tail(1)[0] < out.loss[0]);
  }
}

TEST_CASE("what falls slowly is not given up while the kernel says that it ends") {
  nn::Outlook outlook(by_loss(1e-12), 0.0);
  bool given_up = false;
  for (int k = 1; k < 4000; ++k) {
    const double t = std::exp(0.01 * k);
    given_up |= outlook.hopeless(t, std::pow(t, -0.2), k, [&] { return std::optional(1e6 * t); });
  }
  CHECK_FALSE(given_up);
  nn::Outlook flat(by_loss(1e-12), 0.0);
  for (int k = 1; k < 4000; ++k) {
    const double t = std::exp(0.01 * k);
    given_up |= flat.hopeless(t, 1.0, k, [&] { return std::optional(std::max(1.0, 10.0 - t)); });
  }
  CHECK(given_up);  // an end was promised for t = 10
}

TEST_CASE("progress never falls, nor says done before the end") {
  nn::Task task{.samples = zigzag(), .points = {}, .stop = by_loss(1e-6), .snapshots = {}};
  task.expected_time = 10.0;
  nn::ShareDone share(task);
  CHECK(share(1.0, 0.5, 5.0, 10, 0.0) == Approx(0.5));
  CHECK(share(1.0, 0.9, 4.0, 11, 0.0) == Approx(0.5));
  CHECK(share(1.0, 0.9, 100.0, 12, 0.0) < 1.0);
  task.expected_time = std::numeric_limits<double>::infinity();
  nn::ShareDone by_loss_alone(task);
  CHECK(by_loss_alone(1.0, 1e-3, 1.0, 1, 0.0) == Approx(0.5));
}
