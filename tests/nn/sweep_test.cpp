#include "nn/sweep.hpp"

#include "nn/gradient_descent.hpp"
#include "nn/kernels.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <omp.h>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

nn::Network network(Index width, Index dim, data::Activation activation) {
  nn::Network out{nn::draw_weights({.width = width,
                                    .a = tests::normal(1.0),
                                    .w = tests::normal(1.0),
                                    .b = tests::normal(1.0)},
                                   dim, {.seed = 5, .antisymmetric = false}),
                  0.7};
  out.activation = activation;
  return out;
}

/// θ ← θ − step · g.
template <class Scalar>
nn::Update<Scalar> plain(double step) {
  return [step](const nn::NeuronBlock<Scalar>& theta, const nn::NeuronBlock<const Scalar>& g) {
    const auto eta = static_cast<Scalar>(step);
    for (Index j = 0; j < theta.size; ++j) {
      theta.a[j] -= eta * g.a[j];
      theta.b[j] -= eta * g.b[j];
      for (Index k = 0; k < theta.dim; ++k)
        theta.w[k * theta.stride + j] -= eta * g.w[k * g.stride + j];
    }
  };
}

double largest_difference(const data::Weights& p, const data::Weights& q) {
  return std::max({(p.a - q.a).cwiseAbs().maxCoeff(), (p.w - q.w).cwiseAbs().maxCoeff(),
                   (p.b - q.b).cwiseAbs().maxCoeff()});
}

}  // namespace

TEST_CASE("a sweep is a gradient, its update and the outputs after it") {
  // Widths about whole vectors and blocks; dimensions about those that kernels are compiled for.
  for (const data::Activation activation : {data::Activation::relu, data::Activation::tanh})
    for (const Index width : {1, 8, 9, 256, 259, 700})
      for (const Index dim : {1, 2, 3, 4, 5, 8, 13}) {
        nn::Network net = network(width, dim, activation);
        const MatrixXd x = tests::random_matrix(dim, 45, 3);
        const VectorXd q = tests::random_vector(45, 4);
        nn::Sweep<double> sweep(net, x);
        nn::Sweep<float> single(net, x);
        const double scale = nn::direct::outputs(net, x).cwiseAbs().maxCoeff() + 1.0;
        CHECK((sweep.outputs() - nn::direct::outputs(net, x)).cwiseAbs().maxCoeff() <
              1e-14 * scale);
        CHECK((single.outputs() - nn::direct::outputs(net, x)).cwiseAbs().maxCoeff() <
              3e-6 * scale);
        const VectorXd f = sweep.step(q, plain<double>(1e-3));
        const VectorXd g = single.step(q, plain<float>(1e-3));
        nn::add_scaled(net.weights, -1e-3, nn::direct::weighted_gradient(net, x, q));
        CHECK(largest_difference(sweep.weights(), net.weights) < 1e-14);
        // A neuron whose kink is within rounding of a point would move by 1e-3 |a q x|.
        CHECK(largest_difference(single.weights(), net.weights) < 2e-6);
        CHECK((f - nn::direct::outputs(net, x)).cwiseAbs().maxCoeff() < 1e-13 * scale);
        CHECK((g - nn::direct::outputs(net, x)).cwiseAbs().maxCoeff() < 1e-5 * scale);
      }
}

TEMPLATE_TEST_CASE("a sweep that has noted which neurons are active takes the same step", "",
                   double, float) {
  for (const Index width : {1, 17, 64, 259, 700})
    for (const Index dim : {1, 2, 3, 4, 5, 13})
      for (const Index samples : {1, 7, 45}) {
        const nn::Network net = network(width, dim, data::Activation::relu);
        const MatrixXd x = tests::random_matrix(dim, samples, 3);
        const VectorXd q = tests::random_vector(samples, 4);
        nn::Sweep<TestType> noted(net, x);
        noted.outputs();
        nn::Sweep<TestType> without(net, x);
        REQUIRE(noted.step(q, plain<TestType>(1e-2)) == without.step(q, plain<TestType>(1e-2)));
        REQUIRE(largest_difference(noted.weights(), without.weights()) == 0.0);
        // Outputs at some samples note nothing, and what was noted before is of other weights.
        noted.step(q, plain<TestType>(1e-2), {0});
        nn::Network now = net;
        now.weights = noted.weights();
        nn::Sweep<TestType> anew(now, x);
        REQUIRE(noted.step(q, plain<TestType>(1e-2)) == anew.step(q, plain<TestType>(1e-2)));
      }
}

TEST_CASE("a sweep over some of the samples") {
  const nn::Network net = network(300, 2, data::Activation::relu);
  const MatrixXd x = tests::random_matrix(2, 20, 3);
  VectorXd q = VectorXd::Zero(20);
  q[3] = 1.0;
  q[17] = -2.0;
  nn::Sweep<double> some(net, x);
  nn::Sweep<double> all(net, x);
  const VectorXd f = some.step(q, plain<double>(1e-2), {5, 0});
  const VectorXd f_all = all.step(q, plain<double>(1e-2));
  nn::Network by_hand = net;
  nn::add_scaled(by_hand.weights, -1e-2, nn::direct::weighted_gradient(net, x, q));
  CHECK(largest_difference(some.weights(), by_hand.weights) < 1e-15);
  CHECK(f[5] == Approx(f_all[5]).epsilon(1e-13));
  CHECK(f[0] == Approx(f_all[0]).epsilon(1e-13));
  CHECK(f[1] == 0.0);
}

TEST_CASE("sweeps give the same bits for any number of threads") {
  const nn::Network net = network(5000, 2, data::Activation::relu);
  const MatrixXd x = tests::random_matrix(2, 80, 9);
  const VectorXd q = tests::random_vector(80, 10);
  REQUIRE(5000 * x.cols() > nn::kWorthThreads);
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  nn::Sweep<double> reference(net, x);
  const VectorXd f = reference.step(q, plain<double>(1e-3));
  for (const int threads : {2, 4}) {
    omp_set_num_threads(threads);
    nn::Sweep<double> sweep(net, x);
    CHECK(sweep.step(q, plain<double>(1e-3)) == f);
    CHECK(largest_difference(sweep.weights(), reference.weights()) == 0.0);
  }
  omp_set_num_threads(before);
}
