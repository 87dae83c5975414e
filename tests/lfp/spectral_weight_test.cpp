#include "lfp/spectral_weight.hpp"

#include "base/error.hpp"
#include "lfp/activation_spectrum.hpp"
#include "lfp/real_space_kernel.hpp"
#include "nn/initialise.hpp"

#include <cmath>
#include <numbers>

#include "problems.hpp"
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using data::Activation;
using std::numbers::pi;

// Sources of truth: in d = 1 the real-space kernels of K_a and K_b, modulo polynomials,
//   s² m p_b(0) E|w|³ |Δ|³/12  and  −s² m p_b(0) E[a² |w|] |Δ|/2
// (docs/theory.md); in higher d, restriction to a line, on which the network is one-dimensional
// with the weight w·e; for Gaussian biases the arc-cosine kernel. The other activations are held
// against their real-space kernels in real_space_kernel_test.cpp.

TEST_CASE("γ² in d = 1 is the Fourier transform of the real-space kernel") {
  // Σ_ij ν_i ν_j K(x_i − x_j) = ∫ γ²(ξ) |ν^(ξ)|² dξ, for the fourth difference ν, which annihilates
  // the polynomials that both sides leave open; |ν^|² = (2 sin πξh)^8.
  const double h = 0.37;
  const double s = 1.7;
  const Eigen::Index m = 50;
  const data::NetworkLaw law{.width = m,
                             .activation = Activation::relu,
                             .output_scale = s,
                             .a = tests::uniform(0.4),
                             .w = tests::normal(1.3),
                             .b = tests::normal(5)};
  const double p_b0 = data::density_at_zero(law.b);
  const double r3 = data::norm_moment(law.w, 1, 3.0);
  const double a2_r = data::second_moment(law.a) * data::norm_moment(law.w, 1, 1.0);
  const lfp::SpectralWeight weight = lfp::lfp2019(law, 1);
  const Eigen::VectorXd nu = (Eigen::VectorXd(5) << 1, -4, 6, -4, 1).finished();

  double real_space = 0.0;
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j) {
      const double delta = h * std::abs(i - j);
      real_space += nu[i] * nu[j] * s * s * static_cast<double>(m) * p_b0 *
                    (r3 * std::pow(delta, 3) / 12.0 - a2_r * delta / 2.0);
    }

  const auto integrand = [&](double xi) {
    return xi == 0.0 ? 0.0 : 2.0 * weight.gamma2(xi) * std::pow(2.0 * std::sin(pi * xi * h), 8);
  };
  double fourier = 0.0;
  constexpr int kPeriods = 4000;  // the mean of (2 sin)^8 is 70, so the rest is known well
  for (int period = 0; period < kPeriods; ++period)
    fourier += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
        integrand, period / h, (period + 1) / h, 5, 1e-12);
  const double cut = kPeriods / h;
  fourier += 2.0 * 70.0 * (weight.c1 / (3.0 * std::pow(cut, 3)) + weight.c2 / cut);
  CHECK(fourier == Approx(real_space).epsilon(1e-8));
}

TEST_CASE("γ² in every d reduces to that of d = 1 on a line") {
  // ∫ |ξ|^{−(d+q)} over the d − 1 frequencies across the line
  //   = |ξ_1|^{−(1+q)} π^{(d−1)/2} Γ((q+1)/2)/Γ((d+q)/2).
  const auto across = [](double d, double q) {
    return std::pow(pi, (d - 1) / 2) * std::tgamma((q + 1) / 2) / std::tgamma((d + q) / 2);
  };
  const auto a = tests::uniform(0.4);
  const auto w = tests::normal(1.3);  // any coordinate of an isotropic normal w is N(0, 1.3²)
  const auto b = tests::uniform(20);
  const data::NetworkLaw law{
      .width = 100, .activation = Activation::relu, .output_scale = 0.3, .a = a, .w = w, .b = b};
  const lfp::SpectralWeight line = lfp::lfp2019(law, 1);
  for (const int d : {2, 3, 5, 10}) {
    const lfp::SpectralWeight weight = lfp::lfp2019(law, d);
    CHECK(weight.c1 * across(d, 3) == Approx(line.c1).epsilon(1e-12));
    CHECK(weight.c2 * across(d, 1) == Approx(line.c2).epsilon(1e-12));
  }
}

TEST_CASE("frozen groups leave the weight") {
  for (const Activation activation : base::all_values<data::Activation>()) {
    data::NetworkLaw law{.width = 10,
                         .activation = activation,
                         .a = tests::normal(0.3),
                         .w = tests::normal(1),
                         .b = tests::uniform(0.5)};
    const auto both = lfp::lfp2019(law, 2);
    INFO(base::name_of(activation));
    CHECK(both.gamma2(0.2) == both.gamma_a2(0.2) + both.gamma_b2(0.2));
    CHECK(both.gamma_a2(0.2) > 0.0);
    CHECK(both.gamma_b2(0.2) > 0.0);
    CHECK(lfp::divergence_weight(law, 2).gamma2(0.2) == both.gamma_b2(0.2));
    data::NetworkLaw frozen = law;
    frozen.train.a = false;
    CHECK(lfp::lfp2019(frozen, 2).gamma2(0.2) == both.gamma_b2(0.2));
    CHECK(lfp::divergence_weight(frozen, 2).gamma2(0.2) == both.gamma_b2(0.2));
    frozen = law;
    frozen.train.b = false;
    CHECK(lfp::lfp2019(frozen, 2).gamma2(0.2) == both.gamma_a2(0.2));
    CHECK(lfp::divergence_weight(frozen, 2).gamma2(0.2) == both.gamma_b2(0.2));
    frozen.train.w = false;
    CHECK(lfp::divergence_weight(frozen, 2).gamma2(0.2) == 0.0);
    law.output_scale = 3.0;
    CHECK(lfp::lfp2019(law, 2).gamma2(0.2) == Approx(9.0 * both.gamma2(0.2)).epsilon(1e-14));
    const bool relu = activation == Activation::relu;
    CHECK((both.c1 > 0.0) == relu);
    CHECK((both.c2 > 0.0) == relu);
    if (relu) CHECK(both.gamma2(2.0) == Approx(both.c1 / 32.0 + both.c2 / 8.0).epsilon(1e-14));
  }
}

TEST_CASE("γ² of relu and relu2 from their moments is that from their transforms") {
  for (const Activation activation : {Activation::relu, Activation::relu2})
    for (const auto& w : {tests::normal(1.3), tests::uniform(1.3)})
      for (const Eigen::Index d : {1, 2, 3}) {
        const data::NetworkLaw law{.width = 10,
                                   .activation = activation,
                                   .a = tests::uniform(0.4),
                                   .w = w,
                                   .b = tests::uniform(2.0)};
        const lfp::SpectralWeight weight = lfp::lfp2019(law, d);
        for (const double xi : {0.1, 3.0}) {
          const auto mean = [&](double (*psi)(Activation, double)) {
            return weight.kappa * std::pow(xi, 1.0 - static_cast<double>(d)) *
                   data::radial_mean(w, d, [&](double r) {
                     return psi(activation, xi / r) / r;
                   }).value;
          };
          CHECK(weight.gamma_a2(xi) == Approx(mean(lfp::power_spectrum)).epsilon(1e-12));
          CHECK(weight.gamma_b2(xi) ==
                Approx(0.16 / 3.0 * mean(lfp::derivative_power_spectrum)).epsilon(1e-12));
        }
      }
}

TEST_CASE("γ_b² of tanh for uniform w in d = 1 has its closed form") {
  // κ E[a²] (4/B) (u coth u − ln(2 sinh u)), u = π²ξ/B.
  const data::NetworkLaw law{.width = 10,
                             .activation = Activation::tanh,
                             .a = tests::normal(0.4),
                             .w = tests::uniform(1.5),
                             .b = tests::normal(2.0)};
  const lfp::SpectralWeight weight = lfp::lfp2019(law, 1);
  const double kappa = 10.0 / (std::sqrt(2.0 * pi) * 2.0);  // Γ(1/2)/√π = 1
  CHECK(weight.kappa == Approx(kappa).epsilon(1e-14));
  for (const double xi : {1e-3, 0.1, 1.0, 10.0, 50.0}) {
    const double u = pi * pi * xi / 1.5;
    const double bracket = 2.0 * u / std::expm1(2.0 * u) - std::log1p(-std::exp(-2.0 * u));
    INFO("ξ = " << xi);
    CHECK(std::abs(weight.gamma_b2(xi) / (kappa * 0.16 * 4.0 / 1.5 * bracket) - 1.0) < 1e-12);
  }
  CHECK(weight.gamma2(1e4) == 0.0);  // underflows, not NaN
}

TEST_CASE("γ² from drawn weights approaches that of their law") {
  for (const Activation activation : base::all_values<data::Activation>()) {
    const data::NetworkLaw law{.width = 200000,
                               .activation = activation,
                               .a = tests::normal(0.2),
                               .w = tests::normal(0.8),
                               .b = tests::uniform(1)};
    const data::Weights weights =
        nn::draw_weights({.width = law.width, .a = law.a, .w = law.w, .b = law.b}, 2, {.seed = 3});
    INFO(base::name_of(activation));
    if (activation == Activation::sine) {
      CHECK_THROWS_AS(lfp::lfp2019(law, weights, 0.5), InputError);
      continue;
    }
    const lfp::SpectralWeight drawn = lfp::lfp2019(law, weights, 0.5);
    const lfp::SpectralWeight exact = lfp::lfp2019(law, 2);
    CHECK(drawn.kappa == exact.kappa);
    CHECK(drawn.c1 == Approx(exact.c1).epsilon(0.02));
    for (const double xi : {0.05, 0.3}) {
      CHECK(drawn.gamma_a2(xi) == Approx(exact.gamma_a2(xi)).epsilon(0.03));
      CHECK(drawn.gamma_b2(xi) == Approx(exact.gamma_b2(xi)).epsilon(0.03));
    }
    CHECK(lfp::divergence_weight(law, weights, 0.5).gamma2(0.3) == drawn.gamma_b2(0.3));
  }
  // One neuron, averaged by hand; a second one with w = 0 is constant and adds nothing.
  data::Weights two{Eigen::Vector2d(0.7, 5.0), Eigen::MatrixXd::Zero(2, 2), Eigen::Vector2d(0, 0)};
  two.w.row(0) << 0.6, 0.8;
  const data::NetworkLaw law{.width = 0, .activation = Activation::tanh};
  const lfp::SpectralWeight weight = lfp::lfp2019(law, two, 0.25);
  const double kappa = 2.0 * 0.25 / pi;
  CHECK(weight.gamma_a2(0.3) ==
        Approx(kappa * 0.5 * lfp::power_spectrum(Activation::tanh, 0.3) / 0.3).epsilon(1e-14));
  CHECK(weight.gamma_b2(0.3) ==
        Approx(kappa * 0.5 * 0.49 * lfp::derivative_power_spectrum(Activation::tanh, 0.3) / 0.3)
            .epsilon(1e-14));
}

TEST_CASE("smooth activations with uniform w are refused for d > 3, powers of the ReLU are not") {
  data::NetworkLaw law{.width = 10,
                       .activation = Activation::tanh,
                       .a = tests::normal(1),
                       .w = tests::uniform(1),
                       .b = tests::uniform(1)};
  for (const Activation activation : base::all_values<data::Activation>()) {
    law.activation = activation;
    if (data::relu_power(activation) > 0)
      CHECK_NOTHROW(lfp::lfp2019(law, 4));
    else
      CHECK_THROWS_AS(lfp::lfp2019(law, 4), InputError);
    law.w = tests::normal(1);
    CHECK_NOTHROW(lfp::lfp2019(law, 4).gamma2(0.2));
    law.w = tests::uniform(1);
  }
}

namespace {

/// E[H(z)H(z')] for w ~ N(0, σ_w²), b ~ N(0, σ_b²) in d = 1: (π − θ)/2π, the arc-cosine kernel.
double arc_cosine(double x, double y, double sigma_w, double sigma_b) {
  const auto c = [&](double u, double v) { return sigma_b * sigma_b + sigma_w * sigma_w * u * v; };
  // θ from its tangent, as the cosine is near 1.
  const double sine = sigma_w * sigma_b * std::abs(x - y);
  return (pi - std::atan2(sine, c(x, y))) / (2.0 * pi);
}

const data::NetworkLaw kGaussian{.width = 1000,
                                 .activation = Activation::relu,
                                 .output_scale = 0.3,
                                 .a = tests::normal(0.4),
                                 .w = tests::normal(1.3),
                                 .b = tests::normal(200)};

}  // namespace

TEST_CASE("κ is s²m/(√2 π^{(d+1)/2} σ_b): the arc-cosine kernel refutes the survey's further 1/2") {
  // The corollary of LFP-2020 (arXiv 2010.08153), as a later survey prints it, has
  // 1/(2√2 π^{(d+1)/2} σ_b). In d = 1, with E[a²] and ν = (1, −1):
  //   2 (K_b(x, x) − K_b(x, x + h)) = ∫ γ_b² (2 sin πξh)² dξ = 4π² h c2.
  const double h = 0.5;
  const lfp::SpectralWeight weight = lfp::lfp2019(kGaussian, 1);
  const double network = 1000 * 0.3 * 0.3 * 0.4 * 0.4 *
                         (arc_cosine(0.1, 0.1, 1.3, 200) + arc_cosine(0.6, 0.6, 1.3, 200) -
                          2.0 * arc_cosine(0.1, 0.6, 1.3, 200));
  const double lfp = 4.0 * pi * pi * h * weight.c2;
  CHECK(lfp == Approx(network).epsilon(1e-4));
  CHECK(std::abs(0.5 * lfp / network - 1.0) > 0.49);  // the survey's constant
  for (const Eigen::Index d : {1, 2, 3}) {
    data::NetworkLaw law = kGaussian;
    CHECK(lfp::lfp2019(law, d).kappa ==
          Approx(1000 * 0.3 * 0.3 * std::tgamma(0.5 * static_cast<double>(d)) /
                 (std::sqrt(2.0) * std::pow(pi, 0.5 * (static_cast<double>(d) + 1.0)) * 200))
              .epsilon(1e-14));
  }
  // The real-space kernel says the same.
  const auto kernels = lfp::real_space_kernels(kGaussian, 1);
  CHECK(2.0 * (kernels.b(0.0) - kernels.b(h)) == Approx(network).epsilon(1e-4));
}

TEST_CASE(
    "the divergence term has 1/4π²: the arc-cosine kernel refutes the survey's form without") {
  // K_w(x, x') = x x' K_b(x, x'). With ν = (1, −1/2) on x = 1, 2 the products ν_i x_i = ±1 sum to
  // zero, so Σ ν_i ν_j K_w = 2 (k_b(0) − k_b(1)) without the polynomials.
  data::NetworkLaw law = kGaussian;
  law.train.a = law.train.b = false;  // only w moves
  const double network =
      1000 * 0.3 * 0.3 * 0.4 * 0.4 *
      (arc_cosine(1, 1, 1.3, 200) - 2.0 * arc_cosine(1, 2, 1.3, 200) + arc_cosine(2, 2, 1.3, 200));
  data::Samples samples{Eigen::MatrixXd(1, 2), Eigen::VectorXd::Zero(2)};
  samples.x << 1.0, 2.0;
  const lfp::Problem problem = lfp::make_problem({1, 1000.0, 1000000, 0.1}, lfp::lfp2019(law, 1),
                                                 lfp::divergence_weight(law, 1), samples);
  const Eigen::MatrixXd b = lfp::whitened_features(problem);
  const double lfp = (b * Eigen::Vector2d(1.0, -0.5)).squaredNorm();
  CHECK(lfp == Approx(network).epsilon(2e-3));  // the box's copies: 1/box
  CHECK(4.0 * pi * pi * lfp > 30.0 * network);  // without 1/4π²
}
