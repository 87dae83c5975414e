#include "base/error.hpp"
#include "nn/activity.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/initialise.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <limits>

#include "problems.hpp"
#include <catch2/catch.hpp>

// Each public function refuses what it cannot be asked, and names the argument.

using namespace fprinciple;
using Catch::Message;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Method = nn::Descent::Method;

nn::Network plane() { return tests::fig2().network(1, 20); }
nn::Task good() {
  nn::Task task{tests::fig2().samples, tests::fig2().grid.points, {}, {}, {}, {}};
  task.stop.steps = 2;
  return task;
}

/// Both trainings refuse it with this message.
void refused(const nn::Network& start, const nn::Task& task, const std::string& message) {
  CHECK_THROWS_MATCHES(nn::gradient_descent(start, task, {.step = 1e-4}), InputError,
                       Message(message));
  CHECK_THROWS_MATCHES(nn::gradient_flow(start, task), InputError, Message(message));
}

void refused(const nn::Descent& descent, const std::string& message) {
  CHECK_THROWS_MATCHES(nn::gradient_descent(plane(), good(), descent), InputError,
                       Message(message));
}

}  // namespace

TEST_CASE("outputs, gradients and kernels: weights and points go together", "[input]") {
  const nn::Network net = plane();
  const MatrixXd line = MatrixXd::Zero(1, 5);
  const std::string message = "points is 1 × 5, but must be 2 × any number";
  CHECK_THROWS_MATCHES(nn::outputs(net, line), InputError, Message(message));
  CHECK_THROWS_MATCHES(nn::weighted_gradient(net, line, VectorXd::Zero(5)), InputError,
                       Message(message));
  CHECK_THROWS_MATCHES(nn::tangent_kernel(net, line), InputError, Message(message));
  CHECK_THROWS_MATCHES(nn::largest_rate(net, line), InputError, Message(message));
  CHECK_THROWS_MATCHES(nn::activity(net, line), InputError, Message(message));
  const MatrixXd x = tests::fig2().samples.x;
  CHECK_THROWS_MATCHES(nn::tangent_kernel(net, x, line), InputError,
                       Message("columns is 1 × 5, but must be 2 × any number"));
  CHECK_THROWS_MATCHES(nn::tangent_kernel(net, line, x), InputError,
                       Message("rows is 1 × 5, but must be 2 × any number"));
  CHECK_THROWS_MATCHES(nn::weighted_gradient(net, x, VectorXd::Zero(3)), InputError,
                       Message("q has 3 entries, but must have 4"));
  MatrixXd bad = x;
  bad(1, 2) = kNan;
  CHECK_THROWS_MATCHES(nn::outputs(net, bad), InputError,
                       Message("points[1, 2] is nan, but must be finite"));
  CHECK_THROWS_MATCHES(nn::largest_rate(net, MatrixXd(2, 0)), InputError,
                       Message("points is empty, but must be one point or more"));
  CHECK(nn::outputs(net, MatrixXd(2, 0)).size() == 0);

  nn::Network odd = net;
  odd.weights.b = VectorXd::Zero(19);
  CHECK_THROWS_MATCHES(nn::outputs(odd, x), InputError,
                       Message("weights.b has 19 entries, but must have 20"));
  odd = net;
  odd.weights.w = MatrixXd::Zero(19, 2);
  CHECK_THROWS_MATCHES(nn::outputs(odd, x), InputError,
                       Message("weights.w is 19 × 2, but must be 20 × 2"));
  CHECK_THROWS_MATCHES(nn::outputs({}, x), InputError,
                       Message("weights.a is empty, but must be a number for each neuron"));
  odd = net;
  odd.output_scale = kInfinity;
  CHECK_THROWS_MATCHES(nn::outputs(odd, x), InputError,
                       Message("output_scale is inf, but must be finite"));
}

TEST_CASE("trainings: what is to be trained on what, and until when", "[input]") {
  CHECK_NOTHROW(nn::gradient_flow(plane(), good()));
  nn::Network start = plane();
  start.train = {false, false, false};
  refused(start, good(), "train is false of all groups, but must be true of one at least");
  start = plane();
  start.weights.a[7] = kNan;
  refused(start, good(), "weights.a[7] is nan, but must be finite");

  nn::Task task = good();
  task.samples = {MatrixXd(2, 0), VectorXd()};
  refused(plane(), task, "samples is empty, but must be one sample or more");
  task = good();
  task.samples.y = VectorXd::Zero(3);
  refused(plane(), task, "samples.y has 3 entries, but must have 4");
  task = good();
  task.samples.y[1] = kInfinity;
  refused(plane(), task, "samples.y[1] is inf, but must be finite");
  task = good();
  task.points = MatrixXd::Zero(3, 2);
  refused(plane(), task, "points is 3 × 2, but must be 2 × any number");

  task = good();
  task.stop = {};
  refused(plane(), task,
          "stop is empty, but must be a loss, a time, a number of steps, a norm of the gradient or "
          "seconds");
  task.stop.loss = 0.0;
  refused(plane(), task, "stop.loss is 0, but must be finite and > 0");
  task.stop = {};
  task.stop.time = kNan;
  refused(plane(), task, "stop.time is nan, but must be finite and > 0");
  task.stop = {};
  task.stop.steps = 0;
  refused(plane(), task, "stop.steps is 0, but must be > 0");
  task.stop = {};
  task.stop.gradient_norm = -1.0;
  refused(plane(), task, "stop.gradient_norm is -1, but must be finite and > 0");

  task = good();
  task.snapshots.times = {0.5, 0.25};
  refused(plane(), task, "snapshots.times is 0.25, but must be > 0 and increasing");
  task.snapshots.times = {0.0};
  refused(plane(), task, "snapshots.times is 0, but must be > 0 and increasing");
  task.snapshots.times = {};
  task.snapshots.count = 0;
  refused(plane(), task, "snapshots.count is 0, but must be 1 or more");
}

TEST_CASE("trainings: a state of another one is refused", "[input]") {
  nn::Task task = good();
  task.supervision.keep = [&](const nn::TrainingState& state) { task.supervision.resume = state; };
  task.supervision.wish = [] { return nn::Supervision::Wish::keep; };
  nn::gradient_descent(plane(), task, {.step = 1e-4, .method = Method::momentum});
  task.supervision.keep = {};
  task.supervision.wish = {};
  CHECK_THROWS_MATCHES(nn::gradient_descent(plane(), task, {.step = 1e-4}), InputError,
                       Message("resume.memory has 1 entries, but must have 0"));
  CHECK_THROWS_MATCHES(nn::gradient_flow(plane(), task), InputError,
                       Message("resume.numbers has 0 entries, but must have 6"));
  refused(tests::fig2().network(1, 22), task,
          "resume.so_far.network is of another shape, but must be of that of the start's weights");
  task.points = MatrixXd::Zero(2, 3);
  refused(plane(), task, "resume.so_far.f is 900 × 2, but must be 3 × 2");
}

TEST_CASE("descent: its numbers", "[input]") {
  refused({.step = 1e-4, .method = Method::flow},
          "method is flow, but must be gd, momentum, adam or sgd");
  refused({}, "step is 0, but must be finite and > 0");
  refused({.step = kInfinity}, "step is inf, but must be finite and > 0");
  refused({.step = 1e-4, .method = Method::momentum, .momentum = 1.0},
          "momentum is 1, but must be in [0, 1)");
  refused({.step = 1e-4, .method = Method::sgd}, "batch is 0, but must be 1 or more");
}

TEST_CASE("flow: its numbers", "[input]") {
  CHECK_THROWS_MATCHES(nn::gradient_flow(plane(), good(), {0.0, {}}), InputError,
                       Message("tolerance is 0, but must be > 0"));
  CHECK_THROWS_MATCHES(nn::gradient_flow(plane(), good(), {1e-5, MatrixXd::Zero(1, 4)}), InputError,
                       Message("probes is 1 × 4, but must be 2 × any number"));
}

TEST_CASE("drawn weights: their laws", "[input]") {
  CHECK_THROWS_MATCHES(nn::draw_weights({.width = 2, .a = tests::uniform(kNan)}, 1, {}), InputError,
                       Message("scale is nan, but must be finite and >= 0"));
}
