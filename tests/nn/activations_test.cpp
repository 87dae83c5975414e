#include "base/linear_algebra.hpp"
#include "data/activation.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <omp.h>
#include <unsupported/Eigen/AutoDiff>

using namespace fprinciple;
using data::Activation;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kScale = 0.7;

nn::Network network(Activation activation, Index m, Index d, std::uint64_t seed) {
  nn::Network net{
      nn::draw_weights(
          {.width = m, .a = tests::normal(1), .w = tests::normal(1), .b = tests::normal(1)}, d,
          {.seed = seed, .antisymmetric = false}),
      kScale};
  net.activation = activation;
  return net;
}

/// θ as one vector: a, then w by columns, then b.
VectorXd flat(const data::Weights& weights) {
  VectorXd theta(weights.a.size() + weights.w.size() + weights.b.size());
  theta << weights.a, weights.w.reshaped(), weights.b;
  return theta;
}

/// σ(z) from its definition, for any scalar type.
template <class Scalar>
Scalar sigma(Activation activation, const Scalar& z) {
  using std::exp;
  using std::log;
  using std::sin;
  using std::tanh;
  switch (activation) {
    case Activation::relu:
      return z > 0.0 ? Scalar(z) : Scalar(0.0 * z);
    case Activation::relu2:
      return z > 0.0 ? Scalar(z * z) : Scalar(0.0 * z);
    case Activation::tanh:
      return tanh(z);
    case Activation::sigmoid:
      return Scalar(1.0 / (1.0 + exp(-z)));
    case Activation::softplus:
      return log(Scalar(1.0 + exp(z)));
    case Activation::gaussian:
      return exp(Scalar(-0.5 * z * z));
    case Activation::ricker:
      return Scalar((1.0 - z * z) * exp(Scalar(-0.5 * z * z)));
    case Activation::sine:
      return sin(z);
  }
  throw std::logic_error("an activation that the test does not know");
}

/// Σ_i q_i f(x_i), written from the definition, for any scalar type.
template <class Scalar>
Scalar weighted_sum(Activation activation, const Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& theta,
                    Index m, const MatrixXd& x, const VectorXd& q) {
  const Index d = x.rows();
  Scalar sum = 0.0 * theta[0];
  for (Index i = 0; i < x.cols(); ++i)
    for (Index j = 0; j < m; ++j) {
      Scalar z = theta[m + m * d + j];
      for (Index k = 0; k < d; ++k) z += theta[m + k * m + j] * x(k, i);
      sum += q[i] * kScale * theta[j] * sigma<Scalar>(activation, z);
    }
  return sum;
}

/// J = ∂f(X)/∂θ, a column for each point.
MatrixXd jacobian(const nn::Network& net, const MatrixXd& x) {
  MatrixXd j(net.weights.width() * (net.weights.dim() + 2), x.cols());
  for (Index i = 0; i < x.cols(); ++i)
    j.col(i) = flat(nn::weighted_gradient(net, x, VectorXd::Unit(x.cols(), i)));
  return j;
}

double largest(const MatrixXd& matrix) { return matrix.cwiseAbs().maxCoeff(); }

}  // namespace

TEST_CASE("value and derivative together are the two apart") {
  for (const Activation activation : base::all_values<data::Activation>()) {
    CAPTURE(base::name_of(activation));
    for (int k = -4000; k <= 4000; ++k) {
      const double z = 0.01 * k;
      const auto both = data::with_activation(
          activation, [z](auto type) { return type.value_and_derivative(z); });
      const double value = data::value(activation, z);
      const double derivative = data::derivative(activation, z);
      // Some ulp of numbers that are at most 1600; near zero, of the terms that cancel, at most 1.
      REQUIRE(std::abs(both.value - value) <= 1e-15 * std::max(1.0, std::abs(value)));
      REQUIRE(std::abs(both.derivative - derivative) <=
              1e-15 * std::max(1.0, std::abs(derivative)));
    }
  }
}

TEST_CASE("outputs of every activation equal the definition, also far from the origin") {
  for (const Activation activation : base::all_values<data::Activation>())
    for (const Index d : {1, 3})
      for (const double reach : {1.0, 300.0}) {  // σ in its middle and in its tails
        CAPTURE(base::name_of(activation), d, reach);
        const Index m = 300;  // a whole block and a part of one
        const nn::Network net = network(activation, m, d, 3);
        const MatrixXd x = reach * tests::random_matrix(d, 11, 4);
        const VectorXd f = nn::outputs(net, x);
        for (Index i = 0; i < x.cols(); ++i) {
          double expected = 0.0;
          double terms = 0.0;
          for (Index j = 0; j < m; ++j) {
            const double z = net.weights.w.row(j).dot(x.col(i)) + net.weights.b[j];
            const double term = kScale * net.weights.a[j] * data::value(activation, z);
            expected += term;
            terms += std::abs(term);
          }
          // Rounding of z, a few 1e-16 of reach, is an error of that size in each term.
          CHECK(std::abs(f[i] - expected) < 1e-14 * (terms + reach * static_cast<double>(m)));
        }
        REQUIRE(f.cwiseAbs().maxCoeff() > 1e-3);
      }
}

TEST_CASE("gradients of every activation equal automatic differentiation and differences") {
  for (const Activation activation : base::all_values<data::Activation>())
    for (const Index d : {1, 3}) {
      CAPTURE(base::name_of(activation), d);
      const Index m = 9;
      const nn::Network net = network(activation, m, d, 5);
      const MatrixXd x = tests::random_matrix(d, 6, 6);
      const VectorXd q = tests::random_vector(6, 7);
      const VectorXd gradient = flat(nn::weighted_gradient(net, x, q));
      const VectorXd theta = flat(net.weights);
      REQUIRE(largest(gradient) > 0.1);

      using Dual = Eigen::AutoDiffScalar<VectorXd>;
      Eigen::Matrix<Dual, Eigen::Dynamic, 1> dual(theta.size());
      for (Index p = 0; p < theta.size(); ++p)
        dual[p] = Dual(theta[p], VectorXd::Unit(theta.size(), p));
      const Dual sum = weighted_sum<Dual>(activation, dual, m, x, q);
      CHECK(largest(gradient - sum.derivatives()) < 1e-13);

      // No kink within a step: each coordinate of θ moves z by at most 3 steps.
      const double step = 1e-5;
      const MatrixXd z = (net.weights.w * x).colwise() + net.weights.b;
      REQUIRE(z.cwiseAbs().minCoeff() > 3.0 * step);
      // The differences' own error: step² σ''' of about 1e-10, and rounding of 1e-15 over a step.
      for (Index p = 0; p < theta.size(); ++p) {
        const VectorXd e = step * VectorXd::Unit(theta.size(), p);
        const double slope = (weighted_sum<double>(activation, theta + e, m, x, q) -
                              weighted_sum<double>(activation, theta - e, m, x, q)) /
                             (2.0 * step);
        CHECK(std::abs(slope - gradient[p]) < 2e-9);
      }
    }
}

TEST_CASE("both tangent kernels are J^T J, for every activation and subset of trained groups") {
  for (const Activation activation : base::all_values<data::Activation>())
    for (const Index d : {1, 3})
      for (int groups = 0; groups < 8; ++groups) {
        CAPTURE(base::name_of(activation), d, groups);
        nn::Network net = network(activation, 300, d, 8);
        net.train.a = (groups & 1) != 0;
        net.train.w = (groups & 2) != 0;
        net.train.b = (groups & 4) != 0;
        const MatrixXd x = tests::random_matrix(d, 20, 9);
        const MatrixXd y = tests::random_matrix(d, 23, 10);
        const MatrixXd jx = jacobian(net, x);
        const MatrixXd jy = jacobian(net, y);
        // Few columns and many take different ways.
        for (const Index n : {1, 5, 20}) {
          const MatrixXd points = x.leftCols(n);
          const MatrixXd own = nn::tangent_kernel(net, points);
          const MatrixXd other = nn::tangent_kernel(net, y, points);
          const MatrixXd expected = jx.leftCols(n).transpose() * jx.leftCols(n);
          const MatrixXd expected_other = jy.transpose() * jx.leftCols(n);
          const double size = std::max(largest(expected), largest(expected_other));
          REQUIRE((groups == 0) == (size == 0.0));
          CHECK(own == own.transpose());
          CHECK(largest(own - expected) <= 1e-13 * size);
          CHECK(largest(other - expected_other) <= 1e-13 * size);
        }
      }
}

TEST_CASE("tangent kernels of more points than a tile holds are J^T J") {
  for (const Activation activation : {Activation::relu, Activation::tanh}) {
    const nn::Network net = network(activation, 270, 2, 8);
    const MatrixXd x = tests::random_matrix(2, 300, 9);
    const MatrixXd y = tests::random_matrix(2, 520, 10);
    const MatrixXd jx = jacobian(net, x);
    const MatrixXd jy = jacobian(net, y);
    const MatrixXd own = nn::tangent_kernel(net, x);
    const MatrixXd expected = jx.transpose() * jx;
    CHECK(own == own.transpose());
    CHECK(largest(own - expected) < 1e-13 * largest(expected));
    CHECK(largest(nn::tangent_kernel(net, y, x) - jy.transpose() * jx) < 1e-13 * largest(expected));
    CHECK(largest(nn::tangent_kernel(net, x, y.leftCols(3)) - jx.transpose() * jy.leftCols(3)) <
          1e-13 * largest(expected));
  }
}

TEST_CASE("a tanh network's gradient flow follows gradient descent") {
  tests::Case c = tests::fig1a();
  c.a = tests::uniform(1.0);
  nn::Network start = c.network(1, 200);
  start.activation = Activation::tanh;
  nn::Task task{c.samples, c.grid.points, {}, {}, {}};
  task.stop.time = 2.0;
  const auto end_of = [](const nn::Trajectory& out) -> VectorXd { return out.f.rightCols(1); };
  // Two steps η of descent, 2e-6 apart, extrapolated to none.
  const VectorXd fine = end_of(nn::gradient_descent(start, task, {.step = 1e-4}));
  const VectorXd coarse = end_of(nn::gradient_descent(start, task, {.step = 2e-4}));
  const VectorXd descent = 2.0 * fine - coarse;
  REQUIRE(largest(descent) > 0.1);  // it has moved
  std::vector<double> difference;
  for (const double tolerance : {1e-5, 1e-6, 1e-7}) {
    const VectorXd flow = end_of(nn::gradient_flow(start, task, {tolerance, MatrixXd(1, 0)}));
    difference.push_back(largest(flow - descent));
    CHECK(difference.back() < tolerance);
  }
  CHECK(difference[2] < difference[0] / std::pow(100.0, 0.75));  // in proportion to the tolerance

  // The network linearised at its start is near, and not the same: the flow has followed the change
  // of J, and the kernel between grid and samples is the one to predict it with.
  const auto [rates, v] = base::symmetric_eigen(nn::tangent_kernel(start, c.samples.x));
  const VectorXd u = v.transpose() * (nn::outputs(start, c.samples.x) - c.samples.y);
  const VectorXd q =
      v *
      ((-2.0 * rates.array()).exp() - 1.0).cwiseQuotient(rates.array()).matrix().cwiseProduct(u);
  const VectorXd linear =
      nn::outputs(start, c.grid.points) + nn::tangent_kernel(start, c.grid.points, c.samples.x) * q;
  CHECK(largest(linear - descent) < 0.01 * largest(descent));
  CHECK(largest(linear - descent) > 20.0 * difference[0]);
}

TEST_CASE("the number of threads does not change a bit of smooth networks or kernels") {
  const nn::Network net = network(Activation::tanh, 5000, 2, 8);
  const MatrixXd x = tests::random_matrix(2, 80, 9);
  const MatrixXd y = tests::random_matrix(2, 300, 11);  // two tiles of rows
  const MatrixXd few = x.leftCols(5);
  const VectorXd q = tests::random_vector(80, 10);
  REQUIRE(5000 * x.cols() > nn::kWorthThreads);
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const VectorXd f = nn::outputs(net, x);
  const VectorXd g = flat(nn::weighted_gradient(net, x, q));
  const MatrixXd k = nn::tangent_kernel(net, x);
  const MatrixXd between = nn::tangent_kernel(net, y, x);
  const MatrixXd between_few = nn::tangent_kernel(net, y, few);
  for (const int threads : {2, 3, 4}) {
    omp_set_num_threads(threads);
    CHECK(nn::outputs(net, x) == f);
    CHECK(flat(nn::weighted_gradient(net, x, q)) == g);
    CHECK(nn::tangent_kernel(net, x) == k);
    CHECK(nn::tangent_kernel(net, y, x) == between);
    CHECK(nn::tangent_kernel(net, y, few) == between_few);
  }
  omp_set_num_threads(before);
}
