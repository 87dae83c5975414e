#include "lfp/activation_spectrum.hpp"

#include "base/error.hpp"
#include "base/require.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include <boost/math/special_functions/zeta.hpp>

namespace fprinciple::lfp {
namespace {

using data::Activation;
using std::numbers::pi;

double square(double x) { return x * x; }

// φ(x) = (x/2) coth(x/2) − 1 = x/2 − 1 + x/(e^x − 1) = Σ_{n ≥ 1} β_n x^{2n}, |x| < 2π, with
// β_n = B_{2n}/(2n)! = 2 (−1)^{n+1} ζ(2n)/(2π)^{2n}. Below kSeries the closed forms cancel, and
// there the terms fall as (kSeries/2π)^{2n} < 0.16^n.
constexpr double kSeries = 2.5;
constexpr std::size_t kTerms = 24;

const std::array<double, kTerms>& beta() {
  static const std::array<double, kTerms> table = [] {
    std::array<double, kTerms> out{};
    for (std::size_t j = 0; j < kTerms; ++j) {
      const double n = static_cast<double>(j) + 1.0;
      out[j] =
          (j % 2 == 0 ? 2.0 : -2.0) * boost::math::zeta(2.0 * n) * std::pow(2.0 * pi, -2.0 * n);
    }
    return out;
  }();
  return table;
}

/// Σ_{n ≥ 1} β_n factor(2n) x^{2n − 2}, the smallest terms first.
template <class Factor>
double series(double x, const Factor& factor) {
  double sum = 0.0;
  for (std::size_t j = kTerms; j-- > 0;)
    sum = sum * x * x + beta()[j] * factor(2.0 * static_cast<double>(j) + 2.0);
  return sum;
}

double phi(double x) {
  x = std::abs(x);
  if (x < kSeries) return x * x * series(x, [](double) { return 1.0; });
  return 0.5 * x - 1.0 - x * std::exp(-x) / std::expm1(-x);
}

double phi_second_derivative(double x) {
  x = std::abs(x);
  if (x < kSeries) return series(x, [](double p) { return p * (p - 1.0); });
  const double q = std::exp(-x);
  return q * (x * (1.0 + q) - 2.0 * (1.0 - q)) / std::pow(1.0 - q, 3.0);
}

/// ∫_0^x (x − t) φ(t) dt. With t/(e^t − 1) = Σ_k t e^{−kt} the exact form is
/// x³/12 − x²/2 + π²x/6 − 2ζ(3) + Σ_k e^{−kx} (x/k² + 2/k³).
double phi_second_integral(double x) {
  x = std::abs(x);
  if (x < kSeries)
    return square(square(x)) * series(x, [](double p) { return 1.0 / ((p + 1.0) * (p + 2.0)); });
  const double q = std::exp(-x);
  double sum = 0.0;
  double power = q;
  for (double k = 1.0; power > 1e-18; k += 1.0, power *= q) sum += power * (x + 2.0 / k) / (k * k);
  const double zeta_3 = 1.2020569031595942854;
  return ((x / 12.0 - 0.5) * x + pi * pi / 6.0) * x - 2.0 * zeta_3 + sum;
}

/// |F[σ](η)|, so that it is squared after, not before, a large sinh is divided by.
double spectrum_modulus(Activation activation, double eta) {
  switch (activation) {
    case Activation::relu:
      return 1.0 / square(2.0 * pi * eta);
    case Activation::relu2:
      return 2.0 / (square(2.0 * pi * eta) * (2.0 * pi * eta));
    case Activation::tanh:
      return pi / std::sinh(pi * pi * eta);
    case Activation::sigmoid:
      return pi / std::sinh(2.0 * pi * pi * eta);
    case Activation::softplus:
      return 1.0 / (2.0 * eta * std::sinh(2.0 * pi * pi * eta));
    case Activation::gaussian:
      return std::sqrt(2.0 * pi) * std::exp(-2.0 * square(pi * eta));
    case Activation::ricker:
      // The exponential first: with it at zero, η² may be infinite.
      if (const double e = std::exp(-2.0 * square(pi * eta)); e > 0.0)
        return std::sqrt(2.0 * pi) * square(2.0 * pi * eta) * e;
      return 0.0;
    case Activation::sine:
      break;
  }
  throw InputError("activation: the sine has a line spectrum, which is no function");
}

}  // namespace

double power_spectrum(Activation activation, double eta) {
  base::require(eta > 0.0, "eta", eta, "above 0");
  return square(spectrum_modulus(activation, eta));
}

double derivative_power_spectrum(Activation activation, double eta) {
  base::require(eta > 0.0, "eta", eta, "above 0");
  const double modulus = spectrum_modulus(activation, eta);
  return modulus > 0.0 ? square(2.0 * pi * eta * modulus) : 0.0;
}

double gaussian_derivative(int n, double delta) {
  const double v = delta / std::numbers::sqrt2;
  const double e = std::sqrt(pi) * std::exp(-0.5 * v * v);
  if (e == 0.0) return 0.0;  // the polynomial may be infinite
  double before = 0.0;
  double now = 1.0;
  for (int k = 0; k < n; ++k) {  // He_{k+1} = v He_k − k He_{k−1}
    const double next = v * now - k * before;
    before = now;
    now = next;
  }
  return std::pow(-0.5 * std::numbers::sqrt2, n) * now * e;
}

double autocorrelation(Activation activation, double delta) {
  const double size = std::abs(delta);
  switch (activation) {
    case Activation::relu:
      return size * size * size / 12.0;
    case Activation::relu2:
      return -square(size * size) * size / 60.0;
    case Activation::tanh:
      return -2.0 * phi(2.0 * delta);
    case Activation::sigmoid:
      return -phi(delta);
    case Activation::softplus:
      return phi_second_integral(delta);
    case Activation::gaussian:
      return gaussian_derivative(0, delta);
    case Activation::ricker:
      return gaussian_derivative(4, delta);
    case Activation::sine:
      break;
  }
  return 0.5 * std::cos(delta);
}

double derivative_autocorrelation(Activation activation, double delta) {
  const double size = std::abs(delta);
  switch (activation) {
    case Activation::relu:
      return -0.5 * size;
    case Activation::relu2:
      return size * size * size / 3.0;
    case Activation::tanh:
      return 8.0 * phi_second_derivative(2.0 * delta);
    case Activation::sigmoid:
      return phi_second_derivative(delta);
    case Activation::softplus:
      return -phi(delta);
    case Activation::gaussian:
      return -gaussian_derivative(2, delta);
    case Activation::ricker:
      return -gaussian_derivative(6, delta);
    case Activation::sine:
      break;
  }
  return 0.5 * std::cos(delta);
}

int conditional_order(Activation activation) {
  switch (activation) {
    case Activation::relu2:
      return 3;
    case Activation::relu:
    case Activation::softplus:
      return 2;
    case Activation::tanh:
    case Activation::sigmoid:
      return 1;
    case Activation::gaussian:
    case Activation::ricker:
    case Activation::sine:
      break;
  }
  return 0;
}

}  // namespace fprinciple::lfp
