#include "lfp/activation_spectrum.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/binomial.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using data::Activation;
using std::numbers::pi;

namespace {

/// |∫ g(z) e^{−2πiηz} dz|² of an analytic g that decays: the trapezoidal rule, exact to rounding.
template <class G>
double transform_squared(const G& g, double eta) {
  const double h = 0.02;
  double c = 0.0;
  double s = 0.0;
  for (int j = -4000; j <= 4000; ++j) {
    const double z = h * j;
    c += h * g(z) * std::cos(2.0 * pi * eta * z);
    s += h * g(z) * std::sin(2.0 * pi * eta * z);
  }
  return c * c + s * s;
}

/// ∫ f over (−reach, reach), or the mean over a period of the sine; kinks at multiples of `step`.
template <class F>
double total(Activation activation, const F& f, double step, double reach) {
  using Rule = boost::math::quadrature::gauss<double, 20>;
  if (activation == Activation::sine)
    return (Rule::integrate(f, 0.0, pi) + Rule::integrate(f, pi, 2.0 * pi)) / (2.0 * pi);
  const double panel = step / std::ceil(2.0 * step);
  const int panels = static_cast<int>(std::ceil(reach / panel));
  double sum = 0.0;
  for (int j = -panels; j < panels; ++j) sum += Rule::integrate(f, j * panel, (j + 1) * panel);
  return sum;
}

/// Checks ∫ g(z) g(z + δ) dz against A in the centred difference of order 2q, which removes the
/// polynomials of degree < 2q that A_σ leaves open and makes the integral converge.
template <class G, class A>
void check_autocorrelation(Activation activation, const G& g, const A& a, int q) {
  for (const double delta : {0.2, 0.9, 2.4, 2.6, 4.0}) {
    const auto n = static_cast<unsigned>(2 * q);
    double expected = 0.0;
    double scale = 0.0;
    for (unsigned j = 0; j <= n; ++j) {
      const double coefficient =
          (j % 2 == 0 ? 1.0 : -1.0) * boost::math::binomial_coefficient<double>(n, j);
      const double value = coefficient * a((static_cast<double>(j) - q) * delta);
      expected += value;
      scale = std::max(scale, std::abs(value));
    }
    const auto integrand = [&](double z) {
      double difference = 0.0;
      for (unsigned j = 0; j <= n; ++j)
        difference += (j % 2 == 0 ? 1.0 : -1.0) * boost::math::binomial_coefficient<double>(n, j) *
                      g(z + (static_cast<double>(j) - q) * delta);
      return g(z) * difference;
    };
    INFO(base::name_of(activation) << " δ = " << delta);
    CHECK(total(activation, integrand, delta, 3.0 * delta + 40.0) ==
          Approx(expected).margin(3e-13 * std::max(scale, 1.0)));
  }
}

}  // namespace

TEST_CASE("|F[σ]|² is the transform of the first derivative that is integrable") {
  for (const double eta : {0.003, 0.05, 0.1, 0.3, 0.45}) {
    const double omega2 = std::pow(2.0 * pi * eta, 2.0);
    const auto check = [&](Activation activation, double left, double squared) {
      INFO(base::name_of(activation) << " η = " << eta);
      CHECK(left == Approx(squared).epsilon(1e-10).margin(1e-24));
    };
    for (const Activation activation : {Activation::tanh, Activation::sigmoid}) {
      const auto derivative = [&](double z) { return data::derivative(activation, z); };
      check(activation, omega2 * lfp::power_spectrum(activation, eta),
            transform_squared(derivative, eta));
      check(activation, lfp::derivative_power_spectrum(activation, eta),
            transform_squared(derivative, eta));
    }
    check(
        Activation::softplus, omega2 * omega2 * lfp::power_spectrum(Activation::softplus, eta),
        transform_squared([](double z) { return data::derivative(Activation::sigmoid, z); }, eta));
    for (const Activation activation : {Activation::gaussian, Activation::ricker}) {
      check(activation, lfp::power_spectrum(activation, eta),
            transform_squared([&](double z) { return data::value(activation, z); }, eta));
      check(activation, lfp::derivative_power_spectrum(activation, eta),
            transform_squared([&](double z) { return data::derivative(activation, z); }, eta));
    }
    // The second derivative of the ReLU is δ(z), the third of its square 2 δ(z).
    check(Activation::relu, omega2 * omega2 * lfp::power_spectrum(Activation::relu, eta), 1.0);
    check(Activation::relu2, omega2 * omega2 * omega2 * lfp::power_spectrum(Activation::relu2, eta),
          4.0);
    check(Activation::relu, omega2 * lfp::derivative_power_spectrum(Activation::relu, eta), 1.0);
    check(Activation::relu2,
          omega2 * omega2 * lfp::derivative_power_spectrum(Activation::relu2, eta), 4.0);
  }
}

TEST_CASE("|F[σ]|² at extreme frequencies") {
  // Where sinh² overflows but the spectrum is normal: ln(4π² e^{−2x}).
  const double x = pi * pi * 35.9;
  REQUIRE(x > 354.0);
  CHECK(std::log(lfp::power_spectrum(Activation::tanh, 35.9)) ==
        Approx(std::log(4.0 * pi * pi) - 2.0 * x).epsilon(1e-13));
  CHECK(std::log(lfp::power_spectrum(Activation::sigmoid, 17.95)) ==
        Approx(std::log(4.0 * pi * pi) - 2.0 * x).epsilon(1e-13));
  CHECK(lfp::power_spectrum(Activation::tanh, 1e-9) ==
        Approx(1.0 / std::pow(pi * 1e-9, 2.0)).epsilon(1e-14));
  CHECK(lfp::power_spectrum(Activation::softplus, 1e-9) ==
        Approx(1.0 / std::pow(2.0 * pi * 1e-9, 4.0)).epsilon(1e-14));
  for (const Activation activation : base::all_values<data::Activation>()) {
    if (activation == Activation::sine) continue;
    INFO(base::name_of(activation));
    for (const double eta : {1e3, 1e100, 1e200, std::numeric_limits<double>::infinity()}) {
      CHECK(lfp::power_spectrum(activation, eta) >= 0.0);
      CHECK(lfp::power_spectrum(activation, eta) < 1e-12);
      CHECK(lfp::derivative_power_spectrum(activation, eta) < 1e-6);
    }
  }
  CHECK_THROWS_AS(lfp::power_spectrum(Activation::sine, 1.0), InputError);
  CHECK_THROWS_AS(lfp::derivative_power_spectrum(Activation::sine, 1.0), InputError);
}

TEST_CASE("A_σ and A_σ' are ∫σ(z)σ(z+δ)dz and ∫σ'(z)σ'(z+δ)dz up to polynomials") {
  for (const Activation activation : base::all_values<data::Activation>()) {
    const int q = lfp::conditional_order(activation);
    check_autocorrelation(
        activation, [&](double z) { return data::value(activation, z); },
        [&](double delta) { return lfp::autocorrelation(activation, delta); }, q);
    check_autocorrelation(
        activation, [&](double z) { return data::derivative(activation, z); },
        [&](double delta) { return lfp::derivative_autocorrelation(activation, delta); },
        std::max(0, q - 1));
  }
}

TEST_CASE("A_σ' is −A_σ'', polynomial included, and A_σ is even") {
  const double h = 0.01;
  for (const Activation activation : base::all_values<data::Activation>())
    for (const double delta : {0.05, 0.7, 1.25, 2.5, 5.0, 20.0}) {
      const auto a = [&](int j) { return lfp::autocorrelation(activation, delta + j * h); };
      const double second =
          (-a(2) + 16.0 * a(1) - 30.0 * a(0) + 16.0 * a(-1) - a(-2)) / (12.0 * h * h);
      INFO(base::name_of(activation) << " δ = " << delta);
      CHECK(lfp::derivative_autocorrelation(activation, delta) ==
            Approx(-second).epsilon(1e-7).margin(1e-8));
      CHECK(lfp::autocorrelation(activation, -delta) == lfp::autocorrelation(activation, delta));
      CHECK(lfp::derivative_autocorrelation(activation, -delta) ==
            lfp::derivative_autocorrelation(activation, delta));
    }
}

TEST_CASE("A_σ to full relative precision at small, middle and large δ") {
  // ∫_0^x (x − t) φ(t) dt, φ and φ'' with φ = (x/2) coth(x/2) − 1, by 20-digit arithmetic.
  struct Row {
    double x, integral, phi, second;
  };
  for (const Row& row : {Row{0.1, 6.9439815405236972e-7, 0.0008331944775049625, 0.166500099160072},
                         Row{1.0, 0.0068987296316669683, 0.081976706869326424, 0.150947578709403},
                         Row{2.4999, 0.26074552067824683, 0.47352913809902713, 0.0922755752098991},
                         Row{2.5, 0.26078646570275541, 0.47356372458463003, 0.0922714368433602},
                         Row{7.0, 13.201966596345405, 2.5063889997725521, 0.00457940980963944},
                         Row{30.0, 1846.9439081991306, 14.000000000002807, 2.62013443127626e-12}}) {
    INFO("x = " << row.x);
    const auto relative = [](double got, double expected) {
      return std::abs(got / expected - 1.0);
    };
    CHECK(relative(lfp::autocorrelation(Activation::softplus, row.x), row.integral) < 1e-14);
    CHECK(relative(lfp::derivative_autocorrelation(Activation::softplus, row.x), -row.phi) < 1e-14);
    CHECK(relative(lfp::autocorrelation(Activation::sigmoid, row.x), -row.phi) < 1e-14);
    CHECK(relative(lfp::derivative_autocorrelation(Activation::sigmoid, row.x), row.second) <
          5e-14);
    CHECK(relative(lfp::autocorrelation(Activation::tanh, 0.5 * row.x), -2.0 * row.phi) < 1e-14);
    CHECK(relative(lfp::derivative_autocorrelation(Activation::tanh, 0.5 * row.x),
                   8.0 * row.second) < 5e-14);
  }
  for (const Activation activation : base::all_values<data::Activation>()) {  // never a NaN
    CHECK(std::abs(lfp::autocorrelation(activation, 1e-200)) < 2.0);
    CHECK_FALSE(std::isnan(lfp::autocorrelation(activation, 1e100)));
    CHECK_FALSE(std::isnan(lfp::derivative_autocorrelation(activation, 1e100)));
  }
}
