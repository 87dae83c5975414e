#include "lfp/spectral_weight.hpp"

#include <cmath>
#include <numbers>

#include "problems.hpp"
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using std::numbers::pi;

// Sources of truth: in d = 1 the real-space kernels of K_a and K_b, modulo polynomials,
//   s² m p_b(0) E|w|³ |Δ|³/12  and  −s² m p_b(0) E[a² |w|] |Δ|/2
// (docs/theory.md); in higher d, restriction to a line, on which the network is one-dimensional
// with the weight w·e.

TEST_CASE("γ² in d = 1 is the Fourier transform of the real-space kernel") {
  // Σ_ij ν_i ν_j K(x_i − x_j) = ∫ γ²(ξ) |ν^(ξ)|² dξ, for the fourth difference ν, which annihilates
  // the polynomials that both sides leave open; |ν^|² = (2 sin πξh)^8.
  const double h = 0.37;
  const double s = 1.7;
  const Eigen::Index m = 50;
  const data::Moments moments =
      data::moments(tests::uniform(0.4), tests::normal(1.3), tests::normal(5), 1);
  const lfp::SpectralWeight weight = lfp::lfp2019(moments, 1, m, s);
  const Eigen::VectorXd nu = (Eigen::VectorXd(5) << 1, -4, 6, -4, 1).finished();

  double real_space = 0.0;
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j) {
      const double delta = h * std::abs(i - j);
      real_space += nu[i] * nu[j] * s * s * static_cast<double>(m) * moments.p_b0 *
                    (moments.r3 * std::pow(delta, 3) / 12.0 - moments.a2_r * delta / 2.0);
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
  const lfp::SpectralWeight line = lfp::lfp2019(data::moments(a, w, b, 1), 1, 100, 0.3);
  for (const int d : {2, 3, 5, 10}) {
    const lfp::SpectralWeight weight = lfp::lfp2019(data::moments(a, w, b, d), d, 100, 0.3);
    CHECK(weight.c1 * across(d, 3) == Approx(line.c1).epsilon(1e-12));
    CHECK(weight.c2 * across(d, 1) == Approx(line.c2).epsilon(1e-12));
  }
}

TEST_CASE("frozen groups leave the weight") {
  const data::Moments moments{2.0, 3.0, 0.5};
  const auto both = lfp::lfp2019(moments, 2, 10, 1.0);
  CHECK(both.gamma2(2.0) == Approx(both.c1 / 32.0 + both.c2 / 8.0));
  CHECK(lfp::lfp2019(moments, 2, 10, 1.0, false, true).c1 == 0.0);
  CHECK(lfp::lfp2019(moments, 2, 10, 1.0, false, true).c2 == both.c2);
  CHECK(lfp::lfp2019(moments, 2, 10, 1.0, true, false).c2 == 0.0);
  CHECK(lfp::lfp2019(moments, 2, 10, 3.0).c1 == Approx(9.0 * both.c1));
}
