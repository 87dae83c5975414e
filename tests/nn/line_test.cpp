#include "nn/line.hpp"

#include "nn/kernels.hpp"
#include "nn/line_sweep.hpp"
#include "nn/tangent_kernel.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <omp.h>
#include <unsupported/Eigen/AutoDiff>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

// Clang does not inline the direct kernel's loops where b + w x is rounded once, not twice.
#ifdef __clang__
constexpr bool kSameRounding = false;
#else
constexpr bool kSameRounding = true;
#endif

/// Networks and points that meet in every way: multiples of 1/4 up to 2, so that weights vanish,
/// points repeat and breakpoints lie on points. With `exact` that is all, and every sum in the
/// kernels is a double (and, but for the tangent kernel's, a float), so that they must agree to the
/// bit in whatever order they add. Otherwise numbers at random come in between, and breakpoints at
/// points to rounding.
class Meetings {
 public:
  Meetings(std::uint64_t seed, bool exact) : engine_(seed), exact_(exact) {}
  Index up_to(Index most) {
    return 1 + static_cast<Index>(engine_() % static_cast<std::uint64_t>(most));
  }
  double number() {
    const double any = static_cast<double>(engine_() >> 11U) * 0x1p-51 - 2.0;
    return exact_ || engine_() % 2 == 0 ? std::round(4.0 * any) / 4.0 : any;
  }
  MatrixXd points(Index n) {
    return MatrixXd::NullaryExpr(1, n, [&] { return number(); });
  }
  data::Weights weights(Index m, const MatrixXd& x) {
    data::Weights theta{VectorXd(m), MatrixXd(m, 1), VectorXd(m)};
    for (Index j = 0; j < m; ++j) {
      theta.a[j] = number();
      theta.w(j, 0) = number();
      theta.b[j] = number();
      if (kSameRounding && !exact_ && engine_() % 3 == 0)
        theta.b[j] = -theta.w(j, 0) * x(0, up_to(x.cols()) - 1);
    }
    return theta;
  }
  nn::Network network(Index m, const MatrixXd& x) {
    nn::Network net{weights(m, x), 0.5};
    net.train.a = engine_() % 4 != 0;
    net.train.w = engine_() % 4 != 0;
    net.train.b = engine_() % 4 != 0;
    return net;
  }

 private:
  std::mt19937_64 engine_;
  bool exact_;
};

double largest_difference(const data::Weights& u, const data::Weights& v) {
  return std::max({(u.a - v.a).cwiseAbs().maxCoeff(), (u.w - v.w).cwiseAbs().maxCoeff(),
                   (u.b - v.b).cwiseAbs().maxCoeff()});
}

/// θ ← θ − η ∇R_S.
template <class Scalar>
nn::Update<Scalar> descend(double step) {
  return
      [step](const nn::NeuronBlock<Scalar>& theta, const nn::NeuronBlock<const Scalar>& gradient) {
        for (Index j = 0; j < theta.size; ++j) {
          theta.a[j] -= static_cast<Scalar>(step) * gradient.a[j];
          theta.w[j] -= static_cast<Scalar>(step) * gradient.w[j];
          theta.b[j] -= static_cast<Scalar>(step) * gradient.b[j];
        }
      };
}

/// A step of descent, by a sweep with this update or in one pass.
template <class Scalar>
VectorXd go_on(nn::LineSweep<Scalar>& sweep, const VectorXd& q, double step, bool in_one_pass) {
  return in_one_pass ? sweep.descend(q, step) : sweep.step(q, descend<Scalar>(step));
}

/// θ ← `next`, whatever the gradient is, which is kept.
template <class Scalar>
nn::Update<Scalar> jump(const nn::LineSweep<Scalar>& sweep, const data::Weights& next,
                        data::Weights& gradient) {
  gradient = next;
  return [&](const nn::NeuronBlock<Scalar>& theta, const nn::NeuronBlock<const Scalar>& g) {
    for (Index j = 0; j < theta.size; ++j) {
      const Index neuron = sweep.order()[static_cast<std::size_t>(theta.first + j)];
      gradient.a[neuron] = g.a[j];
      gradient.w(neuron, 0) = g.w[j];
      gradient.b[neuron] = g.b[j];
      theta.a[j] = static_cast<Scalar>(next.a[neuron]);
      theta.w[j] = static_cast<Scalar>(next.w(neuron, 0));
      theta.b[j] = static_cast<Scalar>(next.b[neuron]);
    }
  };
}

/// A network whose breakpoints are among n samples of a wave, and a step that moves them.
struct Descent {
  explicit Descent(Index n, Index m) : x(tests::random_matrix(1, n, 4)), y(n) {
    for (Index i = 0; i < n; ++i) y[i] = std::sin(5.0 * x(0, i));
    start = {nn::draw_weights(
        {.width = m, .a = tests::normal(0.3), .w = tests::normal(1), .b = tests::normal(1)}, 1,
        {.seed = 5})};
  }
  /// Three quarters of the largest stable one.
  double step() const { return 1.5 / nn::largest_rate(start, x); }
  MatrixXd x;
  VectorXd y;
  nn::Network start;
};

template <class Body>
void with_threads(const Body& body) {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2, 4}) {
    omp_set_num_threads(threads);
    body();
  }
  omp_set_num_threads(before);
}

/// Σ_i q_i f(x_i), written from the definition, for any scalar type.
template <class Scalar>
Scalar weighted_sum(const Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& theta, Index m,
                    const MatrixXd& x, const VectorXd& q, double s) {
  Scalar sum = 0.0 * theta[0];
  for (Index i = 0; i < x.cols(); ++i)
    for (Index j = 0; j < m; ++j) {
      const Scalar z = theta[m + j] * x(0, i) + theta[2 * m + j];
      if (z > 0.0) sum += q[i] * s * theta[j] * z;
    }
  return sum;
}

}  // namespace

TEST_CASE("on the line outputs, gradient and tangent kernels are the direct ones to the bit") {
  Meetings draw(1, true);
  for (int trial = 0; trial < 5000; ++trial) {
    const MatrixXd x = draw.points(draw.up_to(9));
    const MatrixXd rows = draw.points(draw.up_to(4));
    const nn::Network net = draw.network(draw.up_to(12), x);
    const VectorXd q = draw.points(x.cols()).transpose();
    const nn::Line line(x);
    CAPTURE(trial, x);
    REQUIRE(line.outputs(net) == nn::direct::outputs(net, x));
    REQUIRE(largest_difference(line.weighted_gradient(net, q),
                               nn::direct::weighted_gradient(net, x, q)) == 0.0);
    REQUIRE(line.tangent_kernel(net) == nn::direct::tangent_kernel(net, x));
    REQUIRE(line.tangent_kernel(net, nn::Line(rows)) == nn::direct::tangent_kernel(net, rows, x));
  }
}

TEST_CASE("on the line outputs, gradient and tangent kernels are the direct ones to rounding") {
  // No more than 12 neurons and 9 points: sums of at most 12 · 9 terms, each a few roundings of a
  // number up to 6³ · 4 long. A neuron taken as active at a wrong point shows, as σ' = 1.
  const double tolerance = 1e3 * std::numeric_limits<double>::epsilon();
  Meetings draw(2, false);
  for (int trial = 0; trial < 10000; ++trial) {
    const MatrixXd x = draw.points(draw.up_to(9));
    const MatrixXd rows = draw.points(draw.up_to(4));
    const nn::Network net = draw.network(draw.up_to(12), x);
    const VectorXd q = draw.points(x.cols()).transpose();
    const nn::Line line(x);
    CAPTURE(trial, x);
    const auto check = [&](double error) { REQUIRE(error <= tolerance); };
    check((line.outputs(net) - nn::direct::outputs(net, x)).cwiseAbs().maxCoeff());
    check(largest_difference(line.weighted_gradient(net, q),
                             nn::direct::weighted_gradient(net, x, q)));
    const MatrixXd k = line.tangent_kernel(net);
    REQUIRE(k == k.transpose());
    check((k - nn::direct::tangent_kernel(net, x)).cwiseAbs().maxCoeff());
    check((line.tangent_kernel(net, nn::Line(rows)) - nn::direct::tangent_kernel(net, rows, x))
              .cwiseAbs()
              .maxCoeff());
  }
}

TEST_CASE("on the line the gradient equals automatic differentiation") {
  using Dual = Eigen::AutoDiffScalar<VectorXd>;
  Meetings draw(3, true);
  for (int trial = 0; trial < 200; ++trial) {
    const Index m = draw.up_to(12);
    const MatrixXd x = draw.points(draw.up_to(9));
    const nn::Network net{draw.weights(m, x), 0.5};
    const VectorXd q = draw.points(x.cols()).transpose();
    VectorXd theta(3 * m);
    theta << net.weights.a, net.weights.w, net.weights.b;
    Eigen::Matrix<Dual, Eigen::Dynamic, 1> dual(3 * m);
    for (Index p = 0; p < 3 * m; ++p) dual[p] = Dual(theta[p], VectorXd::Unit(3 * m, p));
    const VectorXd expected = weighted_sum<Dual>(dual, m, x, q, 0.5).derivatives();
    const data::Weights g = nn::Line(x).weighted_gradient(net, q);
    VectorXd flat(3 * m);
    flat << g.a, g.w, g.b;
    REQUIRE(flat == expected);
  }
}

TEST_CASE("far from the origin and with 10^5 neurons sums on the line lose no digits") {
  // The samples span 2 around 1024: about the origin Σ a b and x Σ a w would be 10³ times as large
  // as f, and their errors too. Their middle times w is exact, with one rounding or two.
  const Index m = 100000;
  MatrixXd x = tests::random_matrix(1, 50, 3).array() + 1024.0;
  x.leftCols(2) << 1023.0, 1025.0;
  nn::Network net{nn::draw_weights(
      {.width = m, .a = tests::normal(1), .w = tests::normal(1), .b = tests::normal(1)}, 1,
      {.seed = 4, .antisymmetric = false})};
  net.weights.b -= 1024.0 * net.weights.w;
  const VectorXd f = nn::Line(x).outputs(net);
  for (Index i = 0; i < x.cols(); ++i) {
    long double sum = 0.0;
    long double size = 0.0;
    for (Index j = 0; j < m; ++j) {
      const long double z =
          static_cast<long double>(net.weights.w(j, 0)) * x(0, i) + net.weights.b[j];
      if (z > 0) sum += net.weights.a[j] * z;
      size += std::abs(net.weights.a[j] * z);
    }
    // 10^5 roundings at random of sums that are √m large at most, where `size` is m: a few times
    // 1e-18 of it. About the origin it would be 1e-16.
    CHECK(std::abs(f[i] - sum) < 1e-17L * size);
  }
}

TEMPLATE_TEST_CASE("a sweep finds every cell again however the weights jump", "", double, float) {
  Meetings draw(6, true);
  for (int trial = 0; trial < 200; ++trial) {
    const MatrixXd x = draw.points(draw.up_to(9));
    const Index m = draw.up_to(600);  // more than two blocks
    nn::Network net = draw.network(m, x);
    nn::LineSweep<TestType> sweep(net, x);
    REQUIRE(sweep.outputs() == nn::direct::outputs(net, x));
    for (int step = 0; step < 20; ++step) {
      const VectorXd q = draw.points(x.cols()).transpose();
      const data::Weights expected = nn::direct::weighted_gradient(net, x, q);
      net.weights = draw.weights(m, x);
      data::Weights gradient;
      const VectorXd f = sweep.step(q, jump(sweep, net.weights, gradient));
      REQUIRE(largest_difference(gradient, expected) == 0.0);
      REQUIRE(f == nn::direct::outputs(net, x));
      REQUIRE(largest_difference(sweep.weights(), net.weights) == 0.0);
    }
  }
}

TEMPLATE_TEST_CASE("a sweep's outputs do not tell where its weights came from", "", double, float) {
  Meetings draw(7, false);
  const MatrixXd x = draw.points(9);
  nn::Network net{draw.weights(600, x)};
  const nn::Network start = net;
  nn::LineSweep<TestType> sweep(net, x);
  for (int step = 0; step < 1000; ++step) {
    net.weights = draw.weights(600, x);
    data::Weights gradient;
    const VectorXd f = sweep.step(VectorXd::Zero(9), jump(sweep, net.weights, gradient));
    REQUIRE(f == nn::LineSweep<TestType>(net, x, start).outputs());
    REQUIRE(f == sweep.outputs());
  }
}

TEMPLATE_TEST_CASE("weights that diverge leave a sweep with the direct kernel's outputs", "",
                   double, float) {
  const double inf = std::numeric_limits<double>::infinity();
  const MatrixXd x = tests::random_matrix(1, 5, 8);
  nn::Network net{{VectorXd::Ones(3), MatrixXd::Ones(3, 1), VectorXd::Ones(3)}};
  nn::LineSweep<TestType> sweep(net, x);
  for (const double w : {-inf, -1.0, 0.0, 1.0, inf, std::nan("")})
    for (const double b : {-inf, 1.0, inf, std::nan("")}) {
      net.weights.w(1, 0) = w;
      net.weights.b[1] = b;
      data::Weights gradient;
      const VectorXd f = sweep.step(VectorXd::Zero(5), jump(sweep, net.weights, gradient));
      CHECK((f.array().isFinite() == nn::direct::outputs(net, x).array().isFinite()).all());
    }
}

TEMPLATE_TEST_CASE("a step in one pass is the gradient's, wherever breakpoints go", "", double,
                   float) {
  Meetings draw(9, true);
  // Sums of a few eighths are floats; in double several steps stay exact.
  const int steps = std::is_same_v<TestType, double> ? 2 : 1;
  for (int trial = 0; trial < 500; ++trial) {
    const MatrixXd x = draw.points(draw.up_to(9));
    nn::Network net = draw.network(draw.up_to(600), x);
    const nn::Network start = net;
    nn::LineSweep<TestType> sweep(net, x);
    for (int step = 0; step < steps; ++step) {
      const VectorXd q = draw.points(x.cols()).transpose();
      nn::add_scaled(net.weights, -0.5, nn::direct::weighted_gradient(net, x, q));
      const VectorXd f = sweep.descend(q, 0.5);
      REQUIRE(largest_difference(sweep.weights(), net.weights) == 0.0);
      REQUIRE(f == nn::direct::outputs(net, x));
      REQUIRE(f == nn::LineSweep<TestType>(net, x, start).outputs());
    }
  }
}

TEMPLATE_TEST_CASE("descent by sweeps is direct descent", "", double, float) {
  const bool in_one_pass = GENERATE(false, true);
  const Descent d(40, 300);
  nn::Network net = d.start;
  const double step = d.step();
  nn::LineSweep<TestType> sweep(d.start, d.x);
  VectorXd f = sweep.outputs();
  for (int k = 0; k < 400; ++k) {
    const VectorXd u = nn::direct::outputs(net, d.x) - d.y;
    nn::add_scaled(net.weights, -step, nn::direct::weighted_gradient(net, d.x, u));
    f = go_on(sweep, f - d.y, step, in_one_pass);
  }
  // 400 steps at a stable rate: errors of a step's size ε add up, about as a random walk.
  const double tolerance = 400 * static_cast<double>(std::numeric_limits<TestType>::epsilon());
  CHECK(largest_difference(sweep.weights(), net.weights) < tolerance);
  CHECK((f - nn::direct::outputs(net, d.x)).cwiseAbs().maxCoeff() < tolerance);
  // Meanwhile breakpoints passed samples and the loss fell.
  CHECK(nn::loss(f, d.y) < 0.1 * nn::loss(nn::direct::outputs(d.start, d.x), d.y));
  Index switched = 0;
  for (Index j = 0; j < 300; ++j)
    for (Index i = 0; i < 40; ++i)
      switched += (d.start.weights.w(j, 0) * d.x(0, i) + d.start.weights.b[j] > 0.0) !=
                  (net.weights.w(j, 0) * d.x(0, i) + net.weights.b[j] > 0.0);
  CHECK(switched > 50);
}

TEMPLATE_TEST_CASE("a sweep resumed from its weights goes on with the same bits", "", double,
                   float) {
  const bool in_one_pass = GENERATE(false, true);
  const Descent d(40, 300);
  const double step = d.step();
  nn::LineSweep<TestType> whole(d.start, d.x);
  nn::Network net = d.start;
  VectorXd f = whole.outputs();
  for (int k = 0; k < 100; ++k) {
    nn::LineSweep<TestType> resumed(net, d.x, d.start);
    REQUIRE(resumed.outputs() == f);
    go_on(resumed, f - d.y, step, in_one_pass);
    f = go_on(whole, f - d.y, step, in_one_pass);
    net.weights = resumed.weights();
    REQUIRE(largest_difference(whole.weights(), net.weights) == 0.0);
  }
}

TEMPLATE_TEST_CASE("threads do not change a bit of a sweep", "", double, float) {
  const bool in_one_pass = GENERATE(false, true);
  const Descent d(20, 100000);
  const double step = d.step();
  std::vector<VectorXd> f;
  std::vector<data::Weights> weights;
  with_threads([&] {
    nn::LineSweep<TestType> sweep(d.start, d.x);
    f.push_back(sweep.outputs());
    for (int k = 0; k < 3; ++k) f.back() = go_on(sweep, f.back() - d.y, step, in_one_pass);
    weights.push_back(sweep.weights());
    CHECK(f.back() == f.front());
    CHECK(largest_difference(weights.back(), weights.front()) == 0.0);
  });
}

TEST_CASE("threads do not change a bit of the kernels on the line") {
  const Descent d(600, 100000);
  const nn::Line line(d.x);
  const nn::Line few(d.x.leftCols(20));
  const VectorXd f = nn::Line(d.x).outputs(d.start);
  const VectorXd f_few = few.outputs(d.start);
  const data::Weights g = line.weighted_gradient(d.start, d.y);
  const MatrixXd k = line.tangent_kernel(d.start);
  REQUIRE(k.size() > nn::kWorthThreads);
  with_threads([&] {
    CHECK(line.outputs(d.start) == f);
    CHECK(few.outputs(d.start) == f_few);
    CHECK(largest_difference(line.weighted_gradient(d.start, d.y), g) == 0.0);
    CHECK(line.tangent_kernel(d.start) == k);
  });
}
