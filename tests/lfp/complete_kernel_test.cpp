#include "lfp/complete_kernel.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include "problems.hpp"
#include <Eigen/LU>
#include <catch2/catch.hpp>

using namespace fprinciple;
using data::Activation;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using tests::normal;
using tests::uniform;

namespace {

data::NetworkLaw law(Activation activation, const data::Distribution& w,
                     const data::Distribution& b) {
  data::NetworkLaw out;
  out.activation = activation;
  out.width = 1;
  out.a = normal(1.0);
  out.w = w;
  out.b = b;
  return out;
}

struct Mean {
  double sum = 0.0;
  double square = 0.0;
  void add(double x) {
    sum += x;
    square += x * x;
  }
};

constexpr Index kNeurons = 10'000'000;
constexpr Index kBlocks = 100;

/// Averages over 10^7 neurons of σ(z)σ(z') and σ'(z)σ'(z') for all activations at two points.
Eigen::Matrix<Mean, 8, 2> monte_carlo(const data::Distribution& w, const data::Distribution& b,
                                      const MatrixXd& x, std::uint64_t seed) {
  std::vector<Eigen::Matrix<Mean, 8, 2>> blocks(kBlocks);
#pragma omp parallel for schedule(static)
  for (Index block = 0; block < kBlocks; ++block) {
    auto& means = blocks[static_cast<std::size_t>(block)];
    for (Index j = block * kNeurons / kBlocks; j < (block + 1) * kNeurons / kBlocks; ++j) {
      const auto neuron = static_cast<std::uint64_t>(j);
      double z = data::draw(b, seed, data::Stream::b, neuron);
      double z_prime = z;
      for (Index k = 0; k < x.rows(); ++k) {
        const double wk =
            data::draw(w, seed, data::Stream::w, neuron, static_cast<std::uint32_t>(k));
        z += wk * x(k, 0);
        z_prime += wk * x(k, 1);
      }
      for (Index s = 0; s < 8; ++s) {
        const auto activation = static_cast<Activation>(s);
        means(s, 0).add(data::value(activation, z) * data::value(activation, z_prime));
        means(s, 1).add(data::derivative(activation, z) * data::derivative(activation, z_prime));
      }
    }
  }
  Eigen::Matrix<Mean, 8, 2> total;
  for (const auto& block : blocks)
    for (Index s = 0; s < 8; ++s)
      for (Index k = 0; k < 2; ++k) {
        total(s, k).sum += block(s, k).sum;
        total(s, k).square += block(s, k).square;
      }
  return total;
}

/// |mean − expected| in standard errors, that of the expectation included.
double deviation(const Mean& mean, double expected, double error) {
  const auto n = static_cast<double>(kNeurons);
  const double average = mean.sum / n;
  const double variance = mean.square / n - average * average;
  return std::abs(average - expected) / std::sqrt(variance / n + error * error);
}

}  // namespace

TEST_CASE("complete kernel: every entry within 4 standard errors of 10^7 neurons", "[slow]") {
  // 8 activations × value and derivative × d and E b × laws of w and b = 256 entries: 4 standard
  // errors are passed by chance once in 16,000.
  for (const auto& [d, mean] : {std::pair<Index, double>{1, 0.0}, {2, 0.6}, {1, -0.9}, {5, 0.0}})
    for (auto b : {uniform(1.3), normal(0.8)})
      for (const auto& w : {normal(1.1), uniform(1.7)}) {
        b.mean = mean;
        const MatrixXd x = tests::random_matrix(d, 2, 100 + static_cast<std::uint64_t>(d));
        const auto means = monte_carlo(w, b, x, 7);
        for (Index s = 0; s < 8; ++s) {
          const auto activation = static_cast<Activation>(s);
          const auto average = lfp::activation_averages(law(activation, w, b), x, x);
          const bool randomised = average.method == "randomised quadrature";
          INFO(base::name_of(activation)
               << ", d = " << d << ", E b = " << mean << ", b " << base::name_of(b.kind) << ", w "
               << base::name_of(w.kind) << ", by " << average.method);
          // The estimate is two standard errors of the worst entry.
          const double error = randomised ? 0.5 * average.error : 0.0;
          CHECK(deviation(means(s, 0), average.value(0, 1), error * average.value.maxCoeff()) <
                4.0);
          CHECK(deviation(means(s, 1), average.derivative(0, 1),
                          error * average.derivative.maxCoeff()) < 4.0);
          CHECK(average.error < (randomised ? 5e-3 : 1e-9));
        }
      }
}

TEST_CASE("complete kernel: a mean of the biases, from both sides of 0") {
  const MatrixXd x = tests::random_matrix(2, 4, 5);
  for (const Activation sigma : {Activation::relu, Activation::relu2})
    for (auto b : {normal(0.7), uniform(0.9)}) {
      // Tending to none it tends to the kernel without, by rules that have little in common.
      const auto without = lfp::activation_averages(law(sigma, normal(1.2), b), x, x);
      b.mean = 1e-9;
      const auto with = lfp::activation_averages(law(sigma, normal(1.2), b), x, x);
      CHECK((with.value - without.value).cwiseAbs().maxCoeff() < 1e-7);
      CHECK((with.derivative - without.derivative).cwiseAbs().maxCoeff() < 1e-7);
      // On the diagonal E z₊² + E (−z)₊² = E z², and −z has the mean on the other side.
      b.mean = 0.4;
      const auto above = lfp::activation_averages(law(Activation::relu, normal(1.2), b), x, x);
      b.mean = -0.4;
      const auto below = lfp::activation_averages(law(Activation::relu, normal(1.2), b), x, x);
      const VectorXd square =
          1.44 * x.colwise().squaredNorm().transpose().array() + data::second_moment(b);
      CHECK((above.value.diagonal() + below.value.diagonal() - square).cwiseAbs().maxCoeff() <
            1e-11);
      CHECK((above.derivative.diagonal() + below.derivative.diagonal()).isConstant(1.0, 1e-11));
    }
  data::NetworkLaw wide = law(Activation::tanh, normal(100.0), normal(1.0));
  wide.b.mean = 1.0;
  CHECK_THROWS_AS(lfp::complete_kernel(wide, x, x), RunError);
  wide.b.mean = 0.0;
  wide.w.mean = 1.0;
  CHECK_THROWS_AS(lfp::complete_kernel(wide, x, x), InputError);
}

TEST_CASE("complete kernel: flat uniform biases give the closed form of theory section 2") {
  // B >= |w x| everywhere: K_a = B²/6 + σ_w² x x'/2 + E|w Δ|³/24B, K_b = 1/2 − E|w Δ|/4B.
  const double half = 3.0;
  const MatrixXd x = tests::random_matrix(1, 12, 3);
  const auto average =
      lfp::activation_averages(law(Activation::relu, uniform(half), uniform(half)), x, x);
  for (Index i = 0; i < 12; ++i)
    for (Index j = 0; j < 12; ++j) {
      const double delta = std::abs(x(0, i) - x(0, j));
      const double a = half * half / 6.0 + half * half / 3.0 * x(0, i) * x(0, j) / 2.0 +
                       std::pow(half * delta, 3) / 4.0 / (24.0 * half);
      const double b = 0.5 - half * delta / 2.0 / (4.0 * half);
      CHECK(std::abs(average.value(i, j) - a) < 1e-12 * half * half);
      CHECK(std::abs(average.derivative(i, j) - b) < 1e-12);
    }
}

TEST_CASE("complete kernel: normal w under wide uniform biases tends to the flat closed form") {
  // σ_w |x| < B/8.5: biases reach beyond every w·x to 1e-16.
  const double sigma = 0.5, reach = 12.0;
  const MatrixXd x = 0.5 * tests::random_matrix(3, 8, 5);
  const auto average =
      lfp::activation_averages(law(Activation::relu, normal(sigma), uniform(reach)), x, x);
  for (Index i = 0; i < 8; ++i)
    for (Index j = 0; j < 8; ++j) {
      const double delta = (x.col(i) - x.col(j)).norm();
      const double root = std::sqrt(2.0 / std::numbers::pi);  // E|g|; E|g|³ = 2 E|g|
      const double a = reach * reach / 6.0 + sigma * sigma * x.col(i).dot(x.col(j)) / 2.0 +
                       2.0 * root * std::pow(sigma * delta, 3) / (24.0 * reach);
      const double b = 0.5 - root * sigma * delta / (4.0 * reach);
      CHECK(std::abs(average.value(i, j) - a) < 1e-12 * reach * reach);
      CHECK(std::abs(average.derivative(i, j) - b) < 1e-12);
    }
}

TEST_CASE("complete kernel: arc-cosine kernels in long double, next to the diagonal too") {
  // Points x, then x + 10^{-k} δ, k = 0 … 12, and −x: E[H H'] = (π − θ)/2π is good to some units in
  // the last place of π/2π, θ itself from 2 atan2(|u/|u| − u'/|u'||, |u/|u| + u'/|u'||).
  using Point = Eigen::Matrix<long double, Eigen::Dynamic, 1>;
  const Index d = 7;
  MatrixXd x(d, 15);
  x.colwise() = tests::random_vector(d, 17);
  for (Index k = 0; k < 13; ++k)
    x.col(k + 1) += std::pow(10.0, -static_cast<double>(k)) * tests::random_vector(d, 18);
  x.col(14) *= -1.0;
  const double sw = 1.5, sb = 0.5;
  const long double pi = std::numbers::pi_v<long double>;
  for (const int p : {1, 2}) {
    const Activation sigma = p == 1 ? Activation::relu : Activation::relu2;
    const auto average = lfp::activation_averages(law(sigma, normal(sw), normal(sb)), x, x);
    for (Index i = 0; i < 15; ++i)
      for (Index j = 0; j < 15; ++j) {
        Point u(d + 1), v(d + 1);
        u << sw * x.col(i).cast<long double>(), sb;
        v << sw * x.col(j).cast<long double>(), sb;
        const Point e = u.normalized(), f = v.normalized();
        const long double theta = 2.0L * std::atan2((e - f).norm(), (e + f).norm());
        const long double size = u.norm() * v.norm();
        const long double step = (pi - theta) / (2.0L * pi);
        const long double ramp =
            size * (std::sin(theta) + (pi - theta) * std::cos(theta)) / (2.0L * pi);
        const long double square = size * size *
                                   (3.0L * std::sin(theta) * std::cos(theta) +
                                    (pi - theta) * (1.0L + 2.0L * std::pow(std::cos(theta), 2))) /
                                   (2.0L * pi);
        const auto s = static_cast<double>(size);
        INFO("p = " << p << ", points " << i << ' ' << j);
        CHECK(std::abs(average.value(i, j) - static_cast<double>(p == 1 ? ramp : square)) <
              4e-15 * std::pow(s, p));
        CHECK(std::abs(average.derivative(i, j) - static_cast<double>(p == 1 ? step : 4 * ramp)) <
              4e-15 * std::pow(s, p - 1) * p * p);
      }
  }
}

TEST_CASE("complete kernel: smooth activations against closed forms under normal w and b") {
  // For a Gaussian, E e^{−(z² + z'²)/2} = det(I + C)^{−1/2}, C the covariance of (z, z').
  // Ricker is −∂² of it in both arguments, so by the translation property it is a finite
  // difference.
  const double sw = 1.3, sb = 0.7;
  const MatrixXd x = tests::random_matrix(2, 9, 8);
  const auto average =
      lfp::activation_averages(law(Activation::gaussian, normal(sw), normal(sb)), x, x);
  for (Index i = 0; i < 9; ++i)
    for (Index j = 0; j < 9; ++j) {
      Eigen::Matrix2d c;
      c << sw * sw * x.col(i).squaredNorm(), sw * sw * x.col(i).dot(x.col(j)),
          sw * sw * x.col(i).dot(x.col(j)), sw * sw * x.col(j).squaredNorm();
      c.array() += sb * sb;
      const Eigen::Matrix2d a = Eigen::Matrix2d::Identity() + c;
      CHECK(std::abs(average.value(i, j) - 1.0 / std::sqrt(a.determinant())) < 1e-12);
      // σ'(z)σ'(z') = z z' σ σ', a Gaussian moment: A^{-1}C's off-diagonal times the above.
      const double moment = (a.inverse() * c)(0, 1) / std::sqrt(a.determinant());
      CHECK(std::abs(average.derivative(i, j) - moment) < 1e-12);
    }
}

TEST_CASE("complete kernel: neighbours 1e-9 apart keep the diagonal's value") {
  MatrixXd near(2, 2);
  near << 0.3, 0.3 + 1e-9, -0.7, -0.7;
  for (const Activation s : {Activation::relu, Activation::relu2})
    for (const auto& b : {uniform(1.0), normal(1.0)}) {
      const auto average = lfp::activation_averages(law(s, normal(1.0), b), near, near);
      INFO(base::name_of(s) << " " << base::name_of(b.kind));
      CHECK(average.value(0, 1) == Approx(average.value(0, 0)).epsilon(2e-8));
      CHECK(average.derivative(0, 1) == Approx(average.derivative(0, 0)).epsilon(2e-8));
      CHECK(average.derivative(0, 0) == Approx(average.derivative(1, 1)).epsilon(2e-8));
    }
}

TEST_CASE("complete kernel: the product rule knows its error") {
  const MatrixXd x = tests::random_matrix(1, 6, 21);
  const auto average =
      lfp::activation_averages(law(Activation::tanh, uniform(6.0), uniform(4.0)), x, x);
  CHECK(average.error < 1e-10);  // that of the coarser rule
  CHECK(average.value.isApprox(average.value.transpose(), 1e-14));
}

TEST_CASE("complete kernel: rows that begin with the columns are as good in any order") {
  // The first order mirrors half of a symmetric block, the other computes all; the adaptive rule is
  // good to 1e-13 in either, closed forms to rounding.
  const MatrixXd x = tests::random_matrix(1, 7, 41);
  const MatrixXd points = tests::random_matrix(1, 4, 42);
  MatrixXd before(1, 11), after(1, 11);
  before << x, points;
  after << points, x;
  for (const auto& w : {normal(1.1), uniform(1.7)})
    for (const auto& b : {uniform(0.6), normal(0.8)})
      for (const Activation s : {Activation::relu, Activation::relu2, Activation::sine}) {
        const MatrixXd k = lfp::complete_kernel(law(s, w, b), before, x).k;
        const MatrixXd k_after = lfp::complete_kernel(law(s, w, b), after, x).k;
        INFO(base::name_of(s) << ", w " << base::name_of(w.kind) << ", b "
                              << base::name_of(b.kind));
        const double tolerance = 1e-12 * k.cwiseAbs().maxCoeff();
        CHECK((k.topRows(7) - k_after.bottomRows(7)).cwiseAbs().maxCoeff() < tolerance);
        CHECK((k.bottomRows(4) - k_after.topRows(4)).cwiseAbs().maxCoeff() < tolerance);
      }
}

TEST_CASE("complete kernel: groups that do not train drop out") {
  const MatrixXd x = tests::random_matrix(3, 5, 31);
  auto full = law(Activation::relu, normal(1.0), normal(0.5));
  full.width = 40;
  full.output_scale = 0.3;
  full.a = uniform(0.9);
  MatrixXd sum = MatrixXd::Zero(5, 5);
  for (int group = 0; group < 3; ++group) {
    auto part = full;
    part.train.a = group == 0;
    part.train.w = group == 1;
    part.train.b = group == 2;
    sum += lfp::complete_kernel(part, x, x).k;
  }
  const MatrixXd k = lfp::complete_kernel(full, x, x).k;
  CHECK((sum - k).cwiseAbs().maxCoeff() < 1e-13 * k.cwiseAbs().maxCoeff());
  // s²m (E[σσ'] + E[a²](1 + x·x') E[σ'σ'']) at one point with x = x': c = |x|² + σ_b².
  const double c = x.col(0).squaredNorm() + 0.25;
  const double expected = 0.09 * 40 * (c / 2.0 + 0.27 * (1.0 + x.col(0).squaredNorm()) / 2.0);
  CHECK(k(0, 0) == Approx(expected).epsilon(1e-13));
}
