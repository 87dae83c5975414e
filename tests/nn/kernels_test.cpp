#include "nn/kernels.hpp"

#include "nn/sweep.hpp"
#include "nn/tangent_kernel.hpp"

#include <cmath>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <omp.h>
#include <unsupported/Eigen/AutoDiff>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

nn::Network network(Index m, Index d, std::uint64_t seed) {
  return {nn::draw_weights(
              {.width = m, .a = tests::normal(1), .w = tests::normal(1), .b = tests::normal(1)}, d,
              {.seed = seed, .antisymmetric = false}),
          0.7};
}

/// θ as one vector: a, then w by columns, then b.
VectorXd flat(const data::Weights& weights) {
  VectorXd theta(weights.a.size() + weights.w.size() + weights.b.size());
  theta << weights.a, weights.w.reshaped(), weights.b;
  return theta;
}

/// Σ_i q_i f(x_i), written from the definition, for any scalar type.
template <class Scalar>
Scalar weighted_sum(const Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& theta, Index m,
                    const MatrixXd& x, const VectorXd& q, double s) {
  const Index d = x.rows();
  Scalar sum(0.0);
  for (Index i = 0; i < x.cols(); ++i)
    for (Index j = 0; j < m; ++j) {
      Scalar z = theta[m + m * d + j];
      for (Index k = 0; k < d; ++k) z += theta[m + k * m + j] * x(k, i);
      if (z > 0.0) sum += q[i] * s * theta[j] * z;
    }
  return sum;
}

}  // namespace

TEST_CASE("outputs equal the definition") {
  for (const Index d : {1, 2, 3, 7})
    for (const Index m : {1, 5, 256, 1000}) {
      const nn::Network net = network(m, d, 3);
      const MatrixXd x = tests::random_matrix(d, 11, 4);
      const VectorXd f = nn::direct::outputs(net, x);
      for (Index i = 0; i < x.cols(); ++i) {
        VectorXd unit = VectorXd::Unit(x.cols(), i);
        CHECK(f[i] ==
              Approx(weighted_sum<double>(flat(net.weights), m, x, unit, 0.7)).epsilon(1e-12));
      }
    }
}

TEST_CASE("gradients equal automatic differentiation and central differences") {
  for (const Index d : {1, 2, 5}) {
    const Index m = 9;
    const nn::Network net = network(m, d, 5);
    const MatrixXd x = tests::random_matrix(d, 6, 6);
    const VectorXd q = tests::random_vector(6, 7);
    const VectorXd gradient = flat(nn::direct::weighted_gradient(net, x, q));
    const VectorXd theta = flat(net.weights);

    using Dual = Eigen::AutoDiffScalar<VectorXd>;
    Eigen::Matrix<Dual, Eigen::Dynamic, 1> dual(theta.size());
    for (Index p = 0; p < theta.size(); ++p)
      dual[p] = Dual(theta[p], VectorXd::Unit(theta.size(), p));
    Dual sum = weighted_sum<Dual>(dual, m, x, q, 0.7);
    CHECK((gradient - sum.derivatives()).cwiseAbs().maxCoeff() < 1e-12);

    // No |z| is below 1e-4 here, so a step of 1e-6 crosses no kink.
    const double step = 1e-6;
    for (Index p = 0; p < theta.size(); ++p) {
      const VectorXd e = step * VectorXd::Unit(theta.size(), p);
      const double slope = (weighted_sum<double>(theta + e, m, x, q, 0.7) -
                            weighted_sum<double>(theta - e, m, x, q, 0.7)) /
                           (2.0 * step);
      CHECK(std::abs(slope - gradient[p]) < 1e-6);
    }
  }
}

TEST_CASE("gradients of whole tiles equal automatic differentiation, in both precisions") {
  // Blocks of 256 neurons and the rest; coordinates in eights, fours, twos and ones.
  using Dual = Eigen::AutoDiffScalar<VectorXd>;
  for (const Index d : {4, 8, 13}) {
    const Index m = 300;
    const Index n = 21;
    const nn::Network net = network(m, d, 5);
    const MatrixXd x = tests::random_matrix(d, n, 6);
    const VectorXd q = tests::random_vector(n, 7);
    // A neuron's gradient depends on its own parameters alone: each is differentiated by itself.
    data::Weights expected{VectorXd(m), MatrixXd(m, d), VectorXd(m)};
    double nearest = 1.0;
    for (Index j = 0; j < m; ++j) {
      Eigen::Matrix<Dual, Eigen::Dynamic, 1> theta(d + 2);
      for (Index p = 0; p < d + 2; ++p)
        theta[p] = Dual(p == 0   ? net.weights.a[j]
                        : p <= d ? net.weights.w(j, p - 1)
                                 : net.weights.b[j],
                        VectorXd::Unit(d + 2, p));
      VectorXd g = weighted_sum<Dual>(theta, 1, x, q, 0.7).derivatives();
      if (g.size() == 0) g.setZero(d + 2);  // active nowhere
      expected.a[j] = g[0];
      expected.w.row(j) = g.segment(1, d).transpose();
      expected.b[j] = g[d + 1];
      for (Index i = 0; i < n; ++i)
        nearest =
            std::min(nearest, std::abs(net.weights.w.row(j).dot(x.col(i)) + net.weights.b[j]));
    }
    REQUIRE(nearest > 1e-6);  // so that single precision finds the same neurons active
    const auto largest_error = [&](const data::Weights& g) {
      return std::max({(g.a - expected.a).cwiseAbs().maxCoeff(),
                       (g.w - expected.w).cwiseAbs().maxCoeff(),
                       (g.b - expected.b).cwiseAbs().maxCoeff()});
    };
    const double scale = expected.a.cwiseAbs().maxCoeff();
    REQUIRE(scale > 1.0);
    CHECK(largest_error(nn::direct::weighted_gradient(net, x, q)) < 1e-14 * scale);
    const auto of_sweep = [&](auto sweep) {
      using Scalar = typename decltype(sweep)::Number;
      data::Weights g = expected;
      sweep.step(q, [&](const nn::NeuronBlock<Scalar>& theta,
                        const nn::NeuronBlock<const Scalar>& gradient) {
        for (Index j = 0; j < theta.size; ++j) {
          g.a[theta.first + j] = static_cast<double>(gradient.a[j]);
          g.b[theta.first + j] = static_cast<double>(gradient.b[j]);
          for (Index k = 0; k < d; ++k)
            g.w(theta.first + j, k) = static_cast<double>(gradient.w[k * gradient.stride + j]);
        }
      });
      return g;
    };
    CHECK(largest_error(of_sweep(nn::Sweep<double>(net, x))) < 1e-14 * scale);
    CHECK(largest_error(of_sweep(nn::Sweep<float>(net, x))) < 2e-6 * scale);
    CHECK(largest_error(of_sweep(nn::Sweep<float>(net, x))) > 0.0);
  }
}

TEST_CASE("the tangent kernel is J^T J") {
  for (const Index d : {1, 3})
    for (const Index m : {4, 700}) {
      const nn::Network net = network(m, d, 8);
      const MatrixXd x = tests::random_matrix(d, 10, 9);
      MatrixXd j(m * (d + 2), 10);
      for (Index i = 0; i < 10; ++i)
        j.col(i) = flat(nn::direct::weighted_gradient(net, x, VectorXd::Unit(10, i)));
      const MatrixXd expected = j.transpose() * j;
      CHECK((nn::direct::tangent_kernel(net, x) - expected).cwiseAbs().maxCoeff() <
            1e-12 * expected.cwiseAbs().maxCoeff());
    }
}

TEST_CASE("frozen groups get no gradient and no share of the kernel") {
  nn::Network net = network(30, 2, 8);
  const MatrixXd x = tests::random_matrix(2, 5, 9);
  const VectorXd q = tests::random_vector(5, 10);
  const data::Weights all = nn::direct::weighted_gradient(net, x, q);
  net.train.a = false;
  CHECK(nn::direct::weighted_gradient(net, x, q).a.isZero(0.0));
  CHECK(nn::direct::weighted_gradient(net, x, q).w == all.w);
  net.train.w = false;
  CHECK(nn::direct::weighted_gradient(net, x, q).w.isZero(0.0));
  CHECK(nn::direct::weighted_gradient(net, x, q).b == all.b);
  MatrixXd j(30, 5);
  for (Index i = 0; i < 5; ++i)
    j.col(i) = nn::direct::weighted_gradient(net, x, VectorXd::Unit(5, i)).b;
  CHECK((nn::direct::tangent_kernel(net, x) - j.transpose() * j).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("σ'(0) = 0 and neurons without input weight are handled") {
  nn::Network net{{VectorXd::Ones(2), MatrixXd::Zero(2, 1), VectorXd::Zero(2)}};
  net.weights.b[1] = 2.0;
  const MatrixXd x = tests::random_matrix(1, 3, 2);
  CHECK(nn::direct::outputs(net, x) == VectorXd::Constant(3, 2.0));
  const data::Weights g = nn::direct::weighted_gradient(net, x, VectorXd::Ones(3));
  CHECK(g.b[0] == 0.0);
  CHECK(g.b[1] == 3.0);
  CHECK(g.w(1, 0) == Approx(x.sum()));
}

TEST_CASE("the number of threads does not change a bit") {
  const nn::Network net = network(5000, 2, 8);
  const MatrixXd x = tests::random_matrix(2, 80, 9);
  const VectorXd q = tests::random_vector(80, 10);
  REQUIRE(5000 * x.cols() > nn::kWorthThreads);
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const VectorXd f = nn::direct::outputs(net, x);
  const VectorXd g = flat(nn::direct::weighted_gradient(net, x, q));
  const MatrixXd k = nn::direct::tangent_kernel(net, x);
  for (const int threads : {2, 3, 4}) {
    omp_set_num_threads(threads);
    CHECK(nn::direct::outputs(net, x) == f);
    CHECK(flat(nn::direct::weighted_gradient(net, x, q)) == g);
    CHECK(nn::direct::tangent_kernel(net, x) == k);
  }
  omp_set_num_threads(before);
}
