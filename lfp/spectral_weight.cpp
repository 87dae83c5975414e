#include "lfp/spectral_weight.hpp"

#include "base/error.hpp"
#include "base/require.hpp"
#include "lfp/activation_spectrum.hpp"
#include "lfp/checks.hpp"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace fprinciple::lfp {
namespace {

using data::Activation;
using data::RealFunction;
using Eigen::Index;
using std::numbers::pi;

/// Averages over the neurons, of the law or of those drawn.
struct Averages {
  Index dim = 1;
  Index width = 0;
  double p_b0 = 0.0;
  std::function<double(double)> moment, moment_a2;                  // E[r^p], E[a² r^p]
  std::function<double(const RealFunction&)> radial_mean, mean_a2;  // E[f(r)], E[a² f(r)]
};

Averages averages(const data::NetworkLaw& law, Index d) {
  const data::Distribution w = law.w;
  const double a2 = data::second_moment(law.a);
  base::require(data::density_at_zero(law.b) > 0.0, "law.b.mean", law.b.mean,
                "so near to 0 that b has a density there");
  const auto moment = [w, d](double p) { return data::norm_moment(w, d, p); };
  const auto mean = [w, d](const RealFunction& f) { return data::radial_mean(w, d, f).value; };
  return {d,
          law.width,
          data::density_at_zero(law.b),
          moment,
          [moment, a2](double p) { return a2 * moment(p); },
          mean,
          [mean, a2](const RealFunction& f) { return a2 * mean(f); }};
}

Averages averages(const data::Weights& weights, double p_b0) {
  const Eigen::ArrayXd r = weights.w.rowwise().norm();
  const Eigen::ArrayXd a2 = weights.a.array().square();
  const auto mean = [r](const RealFunction& f, const Eigen::ArrayXd& factor) {
    double sum = 0.0;
    for (Index j = 0; j < r.size(); ++j)
      if (r[j] > 0.0) sum += factor[j] * f(r[j]);  // a neuron with w = 0 is constant
    return sum / static_cast<double>(r.size());
  };
  const Eigen::ArrayXd ones = Eigen::ArrayXd::Ones(r.size());
  return {weights.dim(),
          weights.width(),
          p_b0,
          [r](double p) { return r.pow(p).mean(); },
          [r, a2](double p) { return (a2 * r.pow(p)).mean(); },
          [mean, ones](const RealFunction& f) { return mean(f, ones); },
          [mean, a2](const RealFunction& f) { return mean(f, a2); }};
}

double kappa_of(const data::NetworkLaw& law, const Averages& over) {
  const double half = 0.5 * static_cast<double>(over.dim);
  return law.output_scale * law.output_scale * static_cast<double>(over.width) * over.p_b0 *
         std::tgamma(half) / std::pow(pi, half);
}

/// σ = max(z, 0)^p: |F[σ]|² = (p!)²/(2πη)^{2p+2}, |F[σ']|² = (p!)²/(2πη)^{2p}.
void set_power_laws(int p, const data::NetworkLaw& law, const Averages& over,
                    SpectralWeight& weight) {
  const double factorial2 = p == 1 ? 1.0 : 4.0;
  const auto power_law = [d = over.dim](double c, int extra) -> RealFunction {
    const double exponent = -static_cast<double>(d + extra);
    return [c, exponent](double xi) { return c * std::pow(xi, exponent); };
  };
  double c_a = 0.0;
  double c_b = 0.0;
  if (law.train.a)
    c_a = weight.kappa * factorial2 * over.moment(2.0 * p + 1.0) / std::pow(2.0 * pi, 2 * p + 2);
  if (law.train.b)
    c_b = weight.kappa * factorial2 * over.moment_a2(2.0 * p - 1.0) / std::pow(2.0 * pi, 2 * p);
  if (law.train.a) weight.gamma_a2 = power_law(c_a, 2 * p + 1);
  if (law.train.b) weight.gamma_b2 = power_law(c_b, 2 * p - 1);
  if (p == 1) {
    weight.c1 = c_a;
    weight.c2 = c_b;
  }
}

/// κ E[ψ(|ξ|/r)/r]/|ξ|^{d−1}.
RealFunction by_mean(const std::function<double(const RealFunction&)>& mean, double kappa, Index d,
                     Activation activation, double (*psi)(Activation, double)) {
  return [mean, kappa, d, activation, psi](double xi) {
    return kappa * std::pow(xi, 1.0 - static_cast<double>(d)) *
           mean([xi, activation, psi](double r) { return psi(activation, xi / r) / r; });
  };
}

SpectralWeight weight_of(const data::NetworkLaw& law, const Averages& over) {
  SpectralWeight weight;
  weight.dim = over.dim;
  weight.kappa = kappa_of(law, over);
  if (const int p = data::relu_power(law.activation); p > 0) {
    set_power_laws(p, law, over, weight);
    return weight;
  }
  if (law.train.a)
    weight.gamma_a2 =
        by_mean(over.radial_mean, weight.kappa, over.dim, law.activation, power_spectrum);
  if (law.train.b)
    weight.gamma_b2 =
        by_mean(over.mean_a2, weight.kappa, over.dim, law.activation, derivative_power_spectrum);
  return weight;
}

/// The sine under a law of w: F[½ E cos(w·Δ)](ξ) = ½ (2π)^d p_w(2πξ) for symmetric p_w.
SpectralWeight sine_weight(const data::NetworkLaw& law, Index d) {
  SpectralWeight weight;
  weight.dim = d;
  weight.kappa = kappa_of(law, averages(law, d));
  const double half = 0.5 * static_cast<double>(d);
  const double sphere = 2.0 * std::pow(pi, half) / std::tgamma(half);  // |S^{d−1}|
  const double factor = law.output_scale * law.output_scale * static_cast<double>(law.width) * 0.5 *
                        std::pow(2.0 * pi, static_cast<double>(d)) / sphere;
  const auto line_density = [w = law.w, d](double c) -> RealFunction {
    return [w, d, c](double xi) {
      const double rho = 2.0 * pi * xi;
      return c * data::radial_density(w, d, rho) * std::pow(rho, 1.0 - static_cast<double>(d));
    };
  };
  if (law.train.a) weight.gamma_a2 = line_density(factor);
  if (law.train.b) weight.gamma_b2 = line_density(factor * data::second_moment(law.a));
  return weight;
}

/// K_w = x·x' K_b, and x is (i/2π) ∇_ξ in Fourier space: the same γ_b² as that of the biases.
data::NetworkLaw w_as_b(data::NetworkLaw law) {
  law.train.a = false;
  law.train.b = law.train.w;
  return law;
}

}  // namespace

SpectralWeight lfp2019(const data::NetworkLaw& law, Index d) {
  require_law(law);
  base::require(d >= 1, "d", d, "at least 1");
  if (data::relu_power(law.activation) == 0 && !data::has_radial_law(law.w, d))
    throw InputError(fmt::format(
        "{}: uniform input weights have a spectral weight only for d = 1, 2 or 3, got d = {}; "
        "draw them from a normal law",
        base::name_of(law.activation), d));
  if (law.activation == Activation::sine) return sine_weight(law, d);
  return weight_of(law, averages(law, d));
}

SpectralWeight lfp2019(const data::NetworkLaw& law, const data::Weights& weights, double p_b0) {
  base::require(law.output_scale > 0.0 && std::isfinite(law.output_scale), "law.output_scale",
                law.output_scale, "finite and above 0");
  base::require(weights.width() >= 1 && weights.dim() >= 1, "weights.a.size()", weights.width(),
                "at least 1, and weights.w have a column");
  base::require_shape("weights.w", weights.w, weights.width(), weights.dim());
  base::require_size("weights.b", weights.b.size(), weights.width());
  base::require_finite("weights.a", weights.a);
  base::require_finite("weights.w", weights.w);
  base::require(p_b0 > 0.0 && std::isfinite(p_b0), "p_b0", p_b0, "finite and above 0");
  if (law.activation == Activation::sine)
    throw InputError(
        "sine: drawn weights have no spectral weight, because the density of |w| is a sum of "
        "point masses; take the weight of their law");
  return weight_of(law, averages(weights, p_b0));
}

SpectralWeight power_weight(Index d, double alpha) {
  base::require(d >= 1, "d", d, "at least 1");
  base::require(alpha >= 0.0 && std::isfinite(alpha), "alpha", alpha, "finite and at least 0");
  SpectralWeight weight;
  weight.dim = d;
  weight.gamma_a2 = [alpha](double xi) { return std::pow(xi, -alpha); };
  return weight;
}

SpectralWeight divergence_weight(const data::NetworkLaw& law, Index d) {
  return lfp2019(w_as_b(law), d);
}

SpectralWeight divergence_weight(const data::NetworkLaw& law, const data::Weights& weights,
                                 double p_b0) {
  return lfp2019(w_as_b(law), weights, p_b0);
}

}  // namespace fprinciple::lfp
