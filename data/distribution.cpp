#include "data/distribution.hpp"

#include "base/require.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/quadrature/exp_sinh.hpp>

namespace fprinciple::data {
namespace {

using std::numbers::pi;

/// g_k(λ) = E[u^{2k} e^{−λ u²}] for u ~ U(−1, 1), k = 0 … 3.
double uniform_gauss_moment(int k, double lambda) {
  if (lambda < 1.0) {  // series: the closed form cancels
    double term = 1.0;
    double sum = 0.0;
    for (int j = 0; j < 25; ++j) {
      sum += term / (2.0 * (j + k) + 1.0);
      term *= -lambda / (j + 1.0);
    }
    return sum;
  }
  const double e = std::exp(-lambda);
  double g = 0.5 * std::sqrt(pi / lambda) * std::erf(std::sqrt(lambda));
  for (int j = 1; j <= k; ++j) g = ((2.0 * j - 1.0) * g - e) / (2.0 * lambda);  // by parts
  return g;
}

/// E[r^{2n} e^{−λr²}] over the cube (−1, 1)^d, n = 1, 2, 3, by the coordinates' own moments.
double cube_gauss_moment(int n, double d, double lambda) {
  const double g0 = uniform_gauss_moment(0, lambda);
  const double g1 = uniform_gauss_moment(1, lambda);
  const double one = d * std::pow(g0, d - 1.0);              // u_i to a power
  const double two = d * (d - 1.0) * std::pow(g0, d - 2.0);  // u_i and u_j, i ≠ j
  const double g2 = n > 1 ? uniform_gauss_moment(2, lambda) : 0.0;
  if (n == 1) return one * g1;
  if (n == 2) return one * g2 + two * g1 * g1;
  const double three = d * (d - 1.0) * (d - 2.0) * std::pow(g0, d - 3.0);
  return one * uniform_gauss_moment(3, lambda) + 3.0 * two * g2 * g1 + three * g1 * g1 * g1;
}

/// E r^p over the cube (−1, 1)^d.
double cube_norm_moment(double d, double p) {
  const int n = static_cast<int>(std::floor(p / 2.0)) + 1;
  base::require(n <= 3, "p", p, "below 6 for uniform coordinates with d > 1");
  const double q = n - p / 2.0;
  const auto integrand = [&](double lambda) {
    const double value = std::pow(lambda, q - 1.0) * cube_gauss_moment(n, d, lambda);
    return std::isfinite(value) ? value : 0.0;  // λ so large that everything underflows
  };
  boost::math::quadrature::exp_sinh<double> quadrature;
  return quadrature.integrate(integrand, 0.0, std::numeric_limits<double>::infinity(), 1e-14) /
         std::tgamma(q);
}

}  // namespace

void require_law(const Distribution& law) {
  base::require(law.scale >= 0.0 && law.scale < std::numeric_limits<double>::infinity(), "scale",
                law.scale, "finite and >= 0");
  base::require(std::isfinite(law.mean), "mean", law.mean, "finite");
}

double second_moment(const Distribution& law) {
  require_law(law);
  return law.mean * law.mean +
         law.scale * law.scale / (law.kind == Distribution::Kind::uniform ? 3.0 : 1.0);
}

double density_at_zero(const Distribution& law) {
  require_law(law);
  base::require(law.scale > 0.0, "scale", law.scale, "> 0: else there is no density");
  if (law.kind == Distribution::Kind::uniform)
    return std::abs(law.mean) <= law.scale ? 0.5 / law.scale : 0.0;
  const double away = law.mean / law.scale;
  return std::exp(-0.5 * away * away) / (std::sqrt(2.0 * pi) * law.scale);
}

double characteristic(const Distribution& law, const Eigen::VectorXd& x) {
  require_law(law);
  const double turned = std::cos(law.mean * x.sum());
  if (law.kind == Distribution::Kind::normal)
    return turned * std::exp(-0.5 * law.scale * law.scale * x.squaredNorm());
  double product = turned;
  for (const double xk : x)
    product *= law.scale * xk == 0.0 ? 1.0 : std::sin(law.scale * xk) / (law.scale * xk);
  return product;
}

double norm_moment(const Distribution& law, Eigen::Index d, double p) {
  require_law(law);
  base::require(law.mean == 0.0, "mean", law.mean, "0");
  base::require(d > 0, "d", d, "1 or more");
  base::require(p > 0.0, "p", p, "> 0");
  const auto dim = static_cast<double>(d);
  const double scale_p = std::pow(law.scale, p);
  if (law.kind == Distribution::Kind::normal)
    return scale_p * std::pow(2.0, p / 2.0) *
           std::exp(std::lgamma((dim + p) / 2.0) - std::lgamma(dim / 2.0));
  if (d == 1) return scale_p / (p + 1.0);
  return scale_p * cube_norm_moment(dim, p);
}

double estimate_density_at_zero(const Eigen::VectorXd& b) {
  base::require(b.size() > 0, "b", "empty", "a number for each neuron");
  base::require_finite("b", b);
  const auto m = static_cast<double>(b.size());
  const double sigma = std::sqrt((b.array() - b.mean()).square().mean());
  const double bandwidth = 1.06 * sigma * std::pow(m, -0.2);
  return (-0.5 * (b.array() / bandwidth).square()).exp().mean() / (bandwidth * std::sqrt(2.0 * pi));
}

double draw(const Distribution& law, std::uint64_t seed, Stream stream, std::uint64_t index,
            std::uint32_t component) {
  require_law(law);
  const auto [u, v] = uniform_pair(seed, stream, index, component);
  if (law.kind == Distribution::Kind::uniform) return law.mean + law.scale * (2.0 * u - 1.0);
  // Box–Muller.
  return law.mean + law.scale * std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * pi * v);
}

}  // namespace fprinciple::data
