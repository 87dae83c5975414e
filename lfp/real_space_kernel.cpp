#include "lfp/real_space_kernel.hpp"

#include "base/count.hpp"
#include "base/error.hpp"
#include "base/require.hpp"
#include "lfp/activation_spectrum.hpp"
#include "lfp/checks.hpp"
#include "lfp/octave_interpolant.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using data::Activation;
using data::Distribution;
using data::RealFunction;
using Eigen::Index;
using std::numbers::pi;

/// Which of A_σ and A_σ' is averaged.
enum class Of { value, derivative };

double correlation(Activation activation, Of of, double delta) {
  return of == Of::value ? autocorrelation(activation, delta)
                         : derivative_autocorrelation(activation, delta);
}

/// gaussian and ricker: A is sign · A_gaussian^{(n)}, since A_ricker = A_gaussian'''' and A_σ' =
/// −A_σ''.
struct GaussianDerivative {
  int n = 0;
  double sign = 1.0;
};
GaussianDerivative as_gaussian(Activation activation, Of of) {
  const int n = activation == Activation::ricker ? 4 : 0;
  if (of == Of::value) return {n, 1.0};
  return {n + 2, -1.0};
}

bool is_gaussian(Activation activation) {
  return activation == Activation::gaussian || activation == Activation::ricker;
}

/// ∫ of a smooth f over (lo, hi) that changes over lengths of order 1 only below `knee`.
template <class F>
double integral(const F& f, double lo, double knee, double hi) {
  using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;
  if (knee >= hi) return Rule::integrate(f, lo, hi, 12, 1e-13);
  return Rule::integrate(f, lo, knee, 12, 1e-13) + Rule::integrate(f, knee, hi, 12, 1e-13);
}

constexpr double kKnee = 40.0;  // beyond it the A of tanh, sigmoid and softplus are polynomials

/// E[A(δ)] for δ ~ N(0, τ²), τ > 0. With q = 1 + τ²/2, E e^{−(x+δ)²/4} = q^{−1/2} e^{−x²/4q}, whose
/// n-th derivative at x = 0 is q^{−(n+1)/2} times that for τ = 0.
double normal_average(Activation activation, Of of, double tau) {
  if (activation == Activation::sine) return 0.5 * std::exp(-0.5 * tau * tau);
  if (is_gaussian(activation)) {
    const auto [n, sign] = as_gaussian(activation, of);
    return sign * gaussian_derivative(n, 0.0) * std::pow(1.0 + 0.5 * tau * tau, -0.5 * (n + 1));
  }
  const auto integrand = [activation, of, tau](double v) {
    return std::sqrt(2.0 / pi) * std::exp(-0.5 * v * v) * correlation(activation, of, tau * v);
  };
  return integral(integrand, 0.0, kKnee / tau, 11.0);  // e^{−11²/2} = 5e-27
}

/// E[A(x u)] for u ~ U(0, 1), x > 0.
double interval_average(Activation activation, Of of, double x) {
  if (activation == Activation::sine) return 0.5 * std::sin(x) / x;
  if (is_gaussian(activation)) {
    const auto [n, sign] = as_gaussian(activation, of);
    if (n == 0) return pi * std::erf(0.5 * x) / x;
    return sign * gaussian_derivative(n - 1, x) / x;  // odd: 0 at x = 0
  }
  const auto integrand = [activation, of, x](double u) {
    return correlation(activation, of, x * u);
  };
  return integral(integrand, 0.0, kKnee / x, 1.0);
}

/// E[A(x cos φ)], φ uniform: the trapezoidal rule for a periodic analytic function, whose error
/// falls as e^{−4N arsinh(π/x)} with N points in a quarter, iπ being the nearest pole of any A.
double circle_average(Activation activation, Of of, double x) {
  const Index points =
      16 +
      base::count_of(std::floor(4.0 * x), 20'000,
                     fmt::format("the directions that {} is averaged over where |w·Δ| = {:.3g}",
                                 base::name_of(activation), x));
  double sum = 0.0;
  const auto count = static_cast<double>(points);
  for (Index j = 0; j < points; ++j)
    sum += correlation(activation, of,
                       x * std::cos(0.5 * pi * (static_cast<double>(j) + 0.5) / count));
  return sum / count;
}

/// E_w[A(w·Δ)], |Δ| = distance, w isotropic with the |w| of the law.
double average(Activation activation, Of of, const Distribution& w, Index d, double distance) {
  if (distance == 0.0) return correlation(activation, of, 0.0);
  if (w.kind == Distribution::Kind::normal)
    return normal_average(activation, of, w.scale * distance);
  if (d == 1) return interval_average(activation, of, w.scale * distance);
  // On the unit sphere of R³ a coordinate is uniform.
  const auto direction = d == 2 ? circle_average : interval_average;
  return data::radial_mean(w, d, [=](double r) { return direction(activation, of, r * distance); })
      .value;
}

/// A power of the ReLU: E|w·Δ|^p = c_{d,p} E[r^p] |Δ|^p.
RealFunction power_kernel(double factor, const Distribution& w, Index d, double p) {
  const double half = 0.5 * static_cast<double>(d);
  const double projection =
      std::exp(std::lgamma(half) + std::lgamma(0.5 * (p + 1.0)) - std::lgamma(half + 0.5 * p)) /
      std::sqrt(pi);
  const double c = factor * projection * data::norm_moment(w, d, p);
  return [c, p](double distance) { return c * std::pow(distance, p); };
}

RealFunction kernel(const data::NetworkLaw& law, Index d, Of of, double factor) {
  const Activation activation = law.activation;
  const Distribution w = law.w;
  if (const int power = data::relu_power(activation); power > 0) {
    const double p = 2.0 * power + (of == Of::value ? 1.0 : -1.0);
    return power_kernel(factor * correlation(activation, of, 1.0), w, d, p);
  }
  const auto exact = [activation, of, w, d](double distance) {
    return average(activation, of, w, d, distance);
  };
  const bool closed = (is_gaussian(activation) || activation == Activation::sine) &&
                      (w.kind == Distribution::Kind::normal || d == 1);
  if (closed) return [factor, exact](double distance) { return factor * exact(distance); };
  return [factor, quick = OctaveInterpolant(exact)](double distance) {
    return factor * quick(distance);
  };
}

}  // namespace

RealSpaceKernels real_space_kernels(const data::NetworkLaw& law, Index d) {
  require_law(law);
  base::require(d >= 1, "d", d, "at least 1");
  if (data::relu_power(law.activation) == 0 && !data::has_radial_law(law.w, d))
    throw InputError(fmt::format(
        "{}: uniform input weights have a real-space kernel only for d = 1, 2 or 3, got d = {}; "
        "draw them from a normal law",
        base::name_of(law.activation), d));
  const double factor = law.output_scale * law.output_scale * static_cast<double>(law.width) *
                        (law.activation == Activation::sine ? 1.0 : data::density_at_zero(law.b));
  const RealFunction zero = [](double) { return 0.0; };
  RealSpaceKernels out{zero, zero, 0, 0};
  if (law.train.a) {
    out.a = kernel(law, d, Of::value, factor);
    out.order_a = conditional_order(law.activation);
  }
  if (law.train.b || law.train.w) {
    out.b = kernel(law, d, Of::derivative, factor * data::second_moment(law.a));
    out.order_b = std::max(0, conditional_order(law.activation) - 1);
  }
  return out;
}

}  // namespace fprinciple::lfp
