#include "lfp/real_space_kernel.hpp"

#include "base/error.hpp"
#include "lfp/activation_spectrum.hpp"
#include "lfp/octave_interpolant.hpp"
#include "lfp/spectral_weight.hpp"

#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "problems.hpp"
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/binomial.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using data::Activation;
using Eigen::Index;
using std::numbers::pi;

namespace {

using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;

/// Σ_ij ν_i ν_j k(|i − j| h), ν the n-th difference.
double difference_form(const data::RealFunction& k, unsigned n, double h) {
  double sum = 0.0;
  for (unsigned i = 0; i <= n; ++i)
    for (unsigned j = 0; j <= n; ++j)
      sum += ((i + j) % 2 == 0 ? 1.0 : -1.0) * boost::math::binomial_coefficient<double>(n, i) *
             boost::math::binomial_coefficient<double>(n, j) *
             k(h * std::abs(static_cast<double>(i) - static_cast<double>(j)));
  return sum;
}

/// The same from γ²: ∫ γ²(|ξ|) |ν^|² dξ with |ν^|² = (2 sin πξ_1h)^{2n} > 0, first over the sphere
/// of radius ρ, then over ρ between the given ends.
double difference_form(const data::RealFunction& gamma2, Index d, unsigned n, double h,
                       const std::vector<double>& ends) {
  const auto sphere = [&](double rho) {
    const auto nu2 = [&](double cosine) {
      return std::pow(2.0 * std::sin(pi * rho * h * cosine), 2.0 * n);
    };
    if (d == 1) return 2.0 * nu2(1.0);
    const auto f = [&](double x) {
      return d == 2 ? 4.0 * nu2(std::cos(0.5 * pi * x)) * 0.5 * pi * rho
                    : 4.0 * pi * nu2(x) * rho * rho;
    };
    return Rule::integrate(f, 0.0, 1.0, 8, 1e-11);
  };
  double sum = 0.0;
  for (std::size_t j = 1; j < ends.size(); ++j) {
    // ρ = lo + (hi − lo) s³: roots and logarithms at the lower ends become smooth enough
    const double lo = ends[j - 1];
    const double width = ends[j] - lo;
    sum += Rule::integrate(
        [&](double s) {
          const double rho = lo + width * s * s * s;
          return 3.0 * width * s * s * gamma2(rho) * sphere(rho);
        },
        0.0, 1.0, 10, 1e-11);
  }
  return sum;
}

data::NetworkLaw law_of(Activation activation, const data::Distribution& w) {
  return {.width = 50,
          .activation = activation,
          .output_scale = 1.7,
          .a = tests::uniform(0.4),
          .w = w,
          .b = tests::normal(5)};
}

}  // namespace

TEST_CASE("the real-space kernels are the inverse transforms of γ_a² and γ_b²") {
  for (const Activation activation : {Activation::tanh, Activation::sigmoid, Activation::softplus,
                                      Activation::gaussian, Activation::ricker, Activation::sine})
    for (const Index d : {1, 2, 3})
      for (const auto& w : {tests::normal(1.3), tests::uniform(1.3)}) {
        const data::NetworkLaw law = law_of(activation, w);
        const lfp::SpectralWeight weight = lfp::lfp2019(law, d);
        const lfp::RealSpaceKernels kernels = lfp::real_space_kernels(law, d);
        CHECK(kernels.order_a == lfp::conditional_order(activation));
        CHECK(kernels.order_b == std::max(0, kernels.order_a - 1));
        // Beyond the last end γ² is below 1e-13 of its bulk; the sine of uniform w has corners.
        std::vector<double> ends = {0.0, 0.2, 1.0, 3.0, 12.0};
        if (activation == Activation::sine && w.kind == data::Distribution::Kind::uniform)
          ends = {0.0, 1.3 / (2.0 * pi), std::sqrt(2.0) * 1.3 / (2.0 * pi),
                  std::sqrt(3.0) * 1.3 / (2.0 * pi)};
        INFO(base::name_of(activation) << " d = " << d << " w " << base::name_of(w.kind));
        for (const double h : {0.37, 2.1}) {
          const unsigned n = static_cast<unsigned>(std::max(1, kernels.order_a));
          CHECK(difference_form(weight.gamma_a2, d, n, h, ends) ==
                Approx(difference_form(kernels.a, n, h)).epsilon(1e-9));
          CHECK(difference_form(weight.gamma_b2, d, n, h, ends) ==
                Approx(difference_form(kernels.b, n, h)).epsilon(1e-9));
        }
      }
}

TEST_CASE("the kernels of the powers of the ReLU are polyharmonic, of the weight's constants") {
  // F[|x|^p](ξ) = π^{−p−d/2} Γ((d+p)/2)/Γ(−p/2) |ξ|^{−d−p} in R^d, ξ ≠ 0.
  const auto transform = [](double p, double d) {
    return std::pow(pi, -p - d / 2.0) * std::tgamma((d + p) / 2.0) / std::tgamma(-p / 2.0);
  };
  for (const Activation activation : {Activation::relu, Activation::relu2})
    for (const auto& w : {tests::normal(1.3), tests::uniform(1.3)})
      for (const Index d : {1, 2, 3, 5}) {
        const data::NetworkLaw law = law_of(activation, w);
        const lfp::SpectralWeight weight = lfp::lfp2019(law, d);
        const lfp::RealSpaceKernels kernels = lfp::real_space_kernels(law, d);
        const double p_a = activation == Activation::relu ? 3.0 : 5.0;
        const auto dim = static_cast<double>(d);
        for (const double xi : {0.1, 2.0}) {
          CHECK(weight.gamma_a2(xi) ==
                Approx(kernels.a(1.0) * transform(p_a, dim) * std::pow(xi, -dim - p_a))
                    .epsilon(1e-11));
          CHECK(weight.gamma_b2(xi) ==
                Approx(kernels.b(1.0) * transform(p_a - 2.0, dim) * std::pow(xi, 2.0 - dim - p_a))
                    .epsilon(1e-11));
        }
        CHECK(kernels.a(3.0) == Approx(kernels.a(1.0) * std::pow(3.0, p_a)).epsilon(1e-13));
        CHECK(kernels.a(0.0) == 0.0);
        CHECK(kernels.order_a == (activation == Activation::relu ? 2 : 3));
        CHECK(kernels.order_b == kernels.order_a - 1);
      }
}

TEST_CASE("the real-space kernels are averages over drawn w, within four standard errors") {
  for (const Activation activation : base::all_values<data::Activation>())
    for (const Index d : {1, 2, 3}) {
      const data::NetworkLaw law = law_of(activation, tests::normal(0.6));
      const lfp::RealSpaceKernels kernels = lfp::real_space_kernels(law, d);
      const double distance = 1.9;
      const double p_b0 = activation == Activation::sine ? 1.0 : 1.0 / (std::sqrt(2.0 * pi) * 5.0);
      constexpr int kDraws = 20000;
      double sums[2] = {0.0, 0.0};
      double squares[2] = {0.0, 0.0};
      for (std::uint64_t j = 0; j < kDraws; ++j) {
        // Δ along a diagonal, so that every coordinate of w counts.
        double projection = 0.0;
        for (Index k = 0; k < d; ++k)
          projection += data::draw(law.w, 23, data::Stream::w, j, static_cast<std::uint32_t>(k)) *
                        distance / std::sqrt(static_cast<double>(d));
        const double values[2] = {
            1.7 * 1.7 * 50 * p_b0 * lfp::autocorrelation(activation, projection),
            1.7 * 1.7 * 50 * p_b0 * 0.16 / 3.0 *
                lfp::derivative_autocorrelation(activation, projection)};
        for (int part = 0; part < 2; ++part) {
          sums[part] += values[part];
          squares[part] += values[part] * values[part];
        }
      }
      INFO(base::name_of(activation) << " d = " << d);
      for (int part = 0; part < 2; ++part) {
        const double mean = sums[part] / kDraws;
        const double error = std::sqrt((squares[part] / kDraws - mean * mean) / kDraws);
        CHECK(std::abs(mean - (part == 0 ? kernels.a : kernels.b)(distance)) < 4.0 * error);
      }
    }
}

TEST_CASE("the kernels are those of the network: E(σ(z) − σ(z'))² for wide flat biases") {
  // ½E(σ(z) − σ(z'))² = k(0) − k(Δ) for saturating or decaying σ: by the trapezoidal rule over
  // w ~ N(0, 1) and b ~ U(−80, 80), with m = s = 1, x = 0.3, x' = −0.8.
  for (const Activation activation : {Activation::tanh, Activation::sigmoid, Activation::gaussian,
                                      Activation::ricker, Activation::sine}) {
    const bool periodic = activation == Activation::sine;
    const double half = periodic ? 25.0 * pi : 80.0;  // whole periods
    const data::NetworkLaw law{.width = 1,
                               .activation = activation,
                               .a = tests::normal(0.5),
                               .w = tests::normal(1.0),
                               .b = tests::uniform(half)};
    const lfp::RealSpaceKernels kernels = lfp::real_space_kernels(law, 1);
    double a = 0.0;
    double b = 0.0;
    constexpr int kSteps = 3200;
    for (double w = -8.0; w < 8.05; w += 0.1)
      for (int j = 0; j < kSteps; ++j) {
        const double bias = half * (2.0 * (j + 0.5) / kSteps - 1.0);
        const double share = 0.1 * std::exp(-0.5 * w * w) / std::sqrt(2.0 * pi) / kSteps;
        const double z = 0.3 * w + bias;
        const double other = -0.8 * w + bias;
        a += 0.5 * share *
             std::pow(data::value(activation, z) - data::value(activation, other), 2.0);
        b += 0.5 * share * 0.25 *
             std::pow(data::derivative(activation, z) - data::derivative(activation, other), 2.0);
      }
    INFO(base::name_of(activation));
    CHECK(kernels.a(0.0) - kernels.a(1.1) == Approx(a).epsilon(1e-10));
    CHECK(kernels.b(0.0) - kernels.b(1.1) == Approx(b).epsilon(1e-10));
  }
}

TEST_CASE("frozen groups leave the real-space kernels, K_w needs k_b") {
  data::NetworkLaw law = law_of(Activation::tanh, tests::normal(1));
  law.train.a = law.train.b = false;
  const auto w_alone = lfp::real_space_kernels(law, 2);
  CHECK(w_alone.a(1.0) == 0.0);
  CHECK(w_alone.order_a == 0);
  law.train.w = true;
  law.train.b = true;
  CHECK(w_alone.b(1.0) == lfp::real_space_kernels(law, 2).b(1.0));
  law.train.w = law.train.b = false;
  law.train.a = true;
  CHECK(lfp::real_space_kernels(law, 2).b(1.0) == 0.0);
  CHECK(lfp::real_space_kernels(law, 2).a(1.0) != 0.0);
  CHECK_THROWS_AS(lfp::real_space_kernels(law_of(Activation::tanh, tests::uniform(1)), 4),
                  InputError);
  CHECK_NOTHROW(lfp::real_space_kernels(law_of(Activation::relu, tests::uniform(1)), 4));
}

TEST_CASE("the octave interpolant keeps 1e-11 of a kernel's scale and its relative precision") {
  for (const auto& f : std::vector<data::RealFunction>{
           [](double x) { return std::log1p(x * x); },
           [](double x) { return x * x * x / (1.0 + x); },
           [](double x) { return std::exp(-x * x / 4.0); },
           [](double x) { return x == 0.0 ? 1.0 : std::sin(40.0 * x) / (40.0 * x); }}) {
    const lfp::OctaveInterpolant quick(f);
    for (double x = 1e-9; x < 200.0; x *= 1.037)
      REQUIRE(std::abs(quick(x) - f(x)) <= 1e-11 * std::max(std::abs(f(x)), f(0.0)));
    CHECK(quick(0.0) == f(0.0));
    CHECK(quick(8.0) == Approx(f(8.0)).epsilon(1e-11));  // the seam of two octaves
    CHECK(quick(1e-300) == f(1e-300));
  }
}
