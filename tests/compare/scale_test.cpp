#include "compare/compare.hpp"
#include "compare/theory.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "problems.hpp"
#include <catch2/catch.hpp>

// The units of x and y do not matter: where all that has a unit is scaled along, every model and
// every method makes the same of it.

using namespace fprinciple;
using compare::Model;
using compare::Theory;
using compare::Training;
using data::Activation;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using nn::Method;

namespace {

struct Scaled {
  data::Samples samples;
  data::Grid grid;
  data::NetworkLaw law;
  std::optional<lfp::Lattice> lattice;
  double time = 1.0;    ///< t of the plain problem for one of this one's
  double output = 1.0;  ///< f of this one for one of the plain one's
};

/// The papers' five samples and a narrow network.
Scaled plain(Activation activation, data::Groups train) {
  const tests::Case c = tests::fig1a();
  Scaled out{c.samples, data::make_grid({{-0.8, 0.1, 20}}), c.law(activation), c.lattice};
  out.law.width = 200;
  out.law.train = train;
  out.lattice->modes = 200;
  return out;
}

/// y → λy, output_scale → λ · output_scale.
Scaled with_y(Scaled p, double lambda) {
  p.samples.y *= lambda;
  p.law.output_scale *= lambda;
  p.output = lambda;
  p.time = lambda * lambda;
  return p;
}

Scaled with_points(Scaled p, double mu) {
  p.samples.x *= mu;
  p.grid = data::make_grid({{-0.8 * mu, 0.1 * mu, 20}});
  p.lattice->box *= mu;
  return p;
}

/// x → μx, w.scale → w.scale/μ, for trained a and b.
Scaled with_x_and_w(Scaled p, double mu) {
  p = with_points(std::move(p), mu);
  p.law.w.scale /= mu;
  return p;
}

/// x → μx, b.scale → μ · b.scale, output_scale → output_scale/μ, for ReLU and trained a and w.
Scaled with_x_and_b(Scaled p, double mu) {
  p = with_points(std::move(p), mu);
  p.law.b.scale *= mu;
  p.law.output_scale /= mu;
  return p;
}

nn::Network network(const Scaled& p) { return nn::make_network(p.law, 1, nn::Draw{.seed = 3}); }

nn::Trajectory train(const Scaled& p, Method method, double relative_step) {
  const nn::Network start = network(p);
  Training training{.method = method};
  training.snapshots.count = 6;
  if (method == Method::flow) {
    training.stop.loss = 1e6 * compare::default_stop_loss(p.samples);
  } else {
    training.stop.steps = 300;
    training.descent.batch = 2;
    const double scale = method == Method::adam ? 1e-2 : 1.0 / nn::largest_rate(start, p.samples.x);
    training.descent.step = relative_step * scale;
  }
  return compare::train(training, start, p.samples, p.grid);
}

void require_same(const VectorXd& got, const VectorXd& expected, double tolerance) {
  REQUIRE(got.size() == expected.size());
  CHECK((got - expected).norm() <= tolerance * expected.norm());
}

void require_same_training(const Scaled& p, const Scaled& q, Method method, double tolerance) {
  INFO(base::name_of(method));
  if (method == Method::flow)
    tolerance = std::max(tolerance, 1e-9);  // its step sizes have rounding
  const double step = method == Method::momentum ? 0.05 : method == Method::sgd ? 0.2 : 0.5;
  const nn::Trajectory one = train(p, method, step);
  const nn::Trajectory other = train(q, method, step);
  CHECK(other.steps == one.steps);
  CHECK(one.loss.tail(1)[0] < 0.95 * one.loss[0]);  // something was learnt
  if (method != Method::adam) require_same(q.time * other.t, one.t, tolerance);
  require_same(other.f.reshaped() / q.output, one.f.reshaped(), tolerance);
}

/// Every model that applies to these groups.
std::vector<Theory> theories(const Scaled& p) {
  std::vector<Theory> out = {{.model = Model::linearised},
                             {.model = Model::complete},
                             {.model = Model::lfp2020, .lattice = p.lattice},
                             {.model = Model::lfp2019, .lattice = p.lattice}};
  if (p.law.activation == Activation::relu) {
    out.push_back({.model = Model::lfp2020});
    out.push_back({.model = Model::lfp2019});
  }
  return out;
}

/// Forms the models' limits and what is on the way there, at times in the plain one's units.
void require_same_predictions(const Scaled& p, const Scaled& q, double tolerance) {
  const auto predicted = [](const Scaled& s, Theory theory) {
    if (theory.lattice) theory.lattice = s.lattice;
    const nn::Network start = network(s);
    VectorXd t(4);
    t << 0.0, 1e-4 / s.time, 0.01 / s.time, std::numeric_limits<double>::infinity();
    return compare::predict(theory, s.law, s.samples, s.grid, &start).at(s.grid, t);
  };
  for (const Theory& theory : theories(p)) {
    INFO(base::name_of(theory.model) << ", lattice " << theory.lattice.has_value());
    const MatrixXd f = predicted(p, theory);
    CHECK(f.col(1).norm() > 1e-9 * f.col(3).norm());
    for (Index k = 1; k < 4; ++k)
      require_same(predicted(q, theory).col(k) / q.output, f.col(k), tolerance);
  }
}

constexpr data::Groups kAll{.a = true, .w = true, .b = true};
constexpr data::Groups kBiases{.a = true, .w = false, .b = true};
constexpr data::Groups kWeights{.a = true, .w = true, .b = false};

}  // namespace

TEST_CASE("y → λy takes the same steps to λ times the outputs, by every method") {
  for (const Activation activation : {Activation::relu, Activation::tanh}) {
    const Scaled p = plain(activation, kAll);
    for (const double lambda : {std::ldexp(1.0, 20), std::ldexp(1.0, -20)})
      for (const Method method : {Method::flow, Method::gd, Method::momentum, Method::sgd})
        require_same_training(p, with_y(p, lambda), method, 1e-12);
    // Adam's ε is absolute.
    require_same_training(p, with_y(p, 1024.0), Method::adam, 1e-2);
    require_same_training(p, with_y(p, 3e4), Method::flow, 1e-6);
  }
}

TEST_CASE("y → λy gives λ times the prediction, by every model") {
  for (const double lambda : {3e7, 3e-7}) {
    const Scaled relu = plain(Activation::relu, kAll);
    require_same_predictions(relu, with_y(relu, lambda), 1e-9);
    const Scaled tanh = plain(Activation::tanh, kAll);
    require_same_predictions(tanh, with_y(tanh, lambda), 1e-5);
  }
}

TEST_CASE("x → μx with the laws changes nothing, for every method and model") {
  for (const double mu : {std::ldexp(1.0, 10), std::ldexp(1.0, -10)}) {
    const Scaled biases = plain(Activation::relu, kBiases);
    const Scaled smooth = plain(Activation::tanh, kBiases);
    const Scaled weights = plain(Activation::relu, kWeights);
    for (const Method method : {Method::flow, Method::gd, Method::momentum, Method::sgd}) {
      require_same_training(biases, with_x_and_w(biases, mu), method, 1e-12);
      require_same_training(smooth, with_x_and_w(smooth, mu), method, 1e-12);
      require_same_training(weights, with_x_and_b(weights, mu), method, 1e-12);
    }
    require_same_training(biases, with_x_and_w(biases, mu), Method::adam, 1e-12);
    require_same_predictions(biases, with_x_and_w(biases, mu), 1e-9);
    require_same_predictions(smooth, with_x_and_w(smooth, mu), 1e-5);
    require_same_predictions(weights, with_x_and_b(weights, mu), 1e-9);
  }
}

TEST_CASE("the defaults are in the unit of y, and never 0 or infinite") {
  data::Samples s{Eigen::RowVector2d(0.0, 1.0), Eigen::Vector2d(-4.0, 2.0)};
  CHECK(compare::default_tolerance(s) == Approx(4e-5).epsilon(1e-15));
  CHECK(compare::default_stop_loss(s) == Approx(1.6e-11).epsilon(1e-15));
  s.x.setZero();  // one x with two y: whatever f is, half of 3² + 3² is left
  CHECK(compare::default_stop_loss(s) == Approx(9.0 + 1.6e-11).epsilon(1e-15));
  for (const double y : {1e-250, 1e250}) {
    s.y = Eigen::Vector2d(y, 2.0 * y);
    CHECK(compare::default_stop_loss(s) > 0.0);
    CHECK(std::isfinite(compare::default_stop_loss(s)));
  }
  s.y.setZero();
  CHECK(compare::default_tolerance(s) == 1e-5);
  for (const double y : {1e-250, 1e250}) {
    s.y.setConstant(y);
    CHECK(compare::default_stop_loss(s) > 0.0);
    CHECK(std::isfinite(compare::default_stop_loss(s)));
  }
}
