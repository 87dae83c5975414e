#include "data/radial.hpp"

#include "base/error.hpp"
#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/quadrature/tanh_sinh.hpp>

namespace fprinciple::data {
namespace {

using Eigen::Index;
using std::numbers::pi;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Both quadratures double their digits with every halving of the step, so the difference of two
/// steps of this relative size leaves an error of its square.
constexpr double kHalving = 1e-8;

/// The error left by the last halving, from the difference of the last two steps.
double error_after(double difference, double size) {
  if (!(size > 0.0)) return 0.0;
  return difference * std::min(difference / size, 1.0) + 1e-15 * size;
}

/// p/u on the last piece of the cube's density, as a function of q = √(u² − d + 1) in (0, 1).
double last_piece(Index d, double q) {
  const double theta = 2.0 * std::atan((1.0 - q) / (1.0 + q));
  if (d == 2) return theta;
  const double u2 = 2.0 + q * q;
  if (q < 0.5) {
    const double u = std::sqrt(u2);
    return 3.0 * theta - 2.0 * u * std::atan2(u * (1.0 - q * q), q * (u2 + 1.0));
  }
  // Near the corner the two terms cancel; here all is positive: the circles at height z.
  return boost::math::quadrature::gauss<double, 15>::integrate(
      [u2, q](double z) {
        const double t = 1.0 + std::sqrt(std::max(u2 - 1.0 - z * z, 0.0));
        return 2.0 * std::atan((z - q) * (z + q) / (t * t));
      },
      q, 1.0);
}

Mean normal_mean(double sigma, Index d, const RealFunction& f) {
  const auto dim = static_cast<double>(d);
  const double log_norm = (1.0 - 0.5 * dim) * std::numbers::ln2 - std::lgamma(0.5 * dim);
  const auto integrand = [&](double x) {  // p_r f dr = … dx, r = σ e^x
    const double u = std::exp(x);
    const double density = std::exp(log_norm + dim * x - 0.5 * u * u);
    return density > 0.0 ? density * f(sigma * u) : 0.0;
  };
  // To the right e^{−u²/2} underflows; to the left u^d is below 1e-17, though f may be large there.
  const double lo = -40.0;
  const double hi = std::log(39.0);
  int steps = static_cast<int>(std::ceil((hi - lo) / 0.25));
  double h = (hi - lo) / steps;
  double sum = 0.0;
  double sum_abs = 0.0;
  const auto add = [&](double x) {
    const double value = integrand(x);
    sum += value;
    sum_abs += std::abs(value);
  };
  for (int j = 0; j <= steps; ++j) add(lo + j * h);
  double difference = kInfinity;
  for (int halving = 0; halving < 12 && std::isfinite(sum_abs); ++halving) {
    const double before = h * sum;
    for (int j = 0; j < steps; ++j) add(lo + (j + 0.5) * h);
    steps *= 2;
    h *= 0.5;
    difference = std::abs(h * sum - before);
    if (!(difference > kHalving * h * sum_abs)) break;
  }
  if (!std::isfinite(sum_abs)) return {kInfinity, kInfinity};
  return {h * sum, error_after(difference, h * sum_abs)};
}

/// ∫_lo^hi f by the double-exponential rule, added to `mean`.
template <class F>
void add_piece(const F& f, double lo, double hi, Mean& mean) {
  thread_local boost::math::quadrature::tanh_sinh<double> quadrature;
  bool finite = true;
  const auto guarded = [&](double x) {
    const double value = f(x);
    if (std::isfinite(value)) return value;
    finite = false;
    return 0.0;
  };
  double error = 0.0;
  double size = 0.0;
  mean.value += quadrature.integrate(guarded, lo, hi, kHalving, &error, &size);
  mean.error += error_after(error, size);
  if (!finite) mean = {kInfinity, kInfinity};
}

Mean uniform_mean(double b, Index d, const RealFunction& f) {
  Mean mean;
  const auto at = [&](double u, double density) {
    return u > 0.0 && density > 0.0 ? density * f(b * u) : 0.0;
  };
  if (d == 1) {
    add_piece([&](double u) { return at(u, 1.0); }, 0.0, 1.0, mean);
    return mean;
  }
  add_piece([&](double u) { return at(u, 0.5 * pi * (d == 2 ? u : u * u)); }, 0.0, 1.0, mean);
  if (d == 3)
    add_piece([&](double u) { return at(u, 0.5 * pi * u * (3.0 - 2.0 * u)); }, 1.0,
              std::numbers::sqrt2, mean);
  // p has a root at the start of the last piece: smooth in q, with u du = q dq.
  const double corner = static_cast<double>(d) - 1.0;
  add_piece([&](double q) { return at(std::sqrt(corner + q * q), q * last_piece(d, q)); }, 0.0, 1.0,
            mean);
  return mean;
}

void require_radial_law(const Distribution& law, Index d) {
  require_law(law);
  base::require(law.scale > 0.0, "scale", law.scale, "> 0: else |w| has no density");
  base::require(law.mean == 0.0, "mean", law.mean, "0: |w| is for coordinates around it");
  base::require(d > 0, "d", d, "1 or more");
  base::require(has_radial_law(law, d), "d", d, "1, 2 or 3 for uniform coordinates");
}

}  // namespace

bool has_radial_law(const Distribution& law, Index d) {
  return law.kind == Distribution::Kind::normal || d <= 3;
}

double radial_density(const Distribution& law, Index d, double r) {
  require_radial_law(law, d);
  base::require(r >= 0.0, "r", r, "0 or more");
  const double u = r / law.scale;
  if (law.kind == Distribution::Kind::normal) {
    const auto dim = static_cast<double>(d);
    return std::exp((1.0 - 0.5 * dim) * std::numbers::ln2 - std::lgamma(0.5 * dim) - 0.5 * u * u) *
           std::pow(u, dim - 1.0) / law.scale;
  }
  const double corner = static_cast<double>(d) - 1.0;
  if (u * u >= corner + 1.0) return 0.0;
  double p = 1.0;
  if (d > 1 && u <= 1.0)
    p = 0.5 * pi * (d == 2 ? u : u * u);
  else if (d == 3 && u * u <= 2.0)
    p = 0.5 * pi * u * (3.0 - 2.0 * u);
  else if (d > 1)
    p = u * last_piece(d, std::sqrt(u * u - corner));
  return p / law.scale;
}

Mean radial_mean(const Distribution& law, Index d, const RealFunction& f) {
  require_radial_law(law, d);
  base::require(static_cast<bool>(f), "f", "empty", "a function");
  return law.kind == Distribution::Kind::normal ? normal_mean(law.scale, d, f)
                                                : uniform_mean(law.scale, d, f);
}

}  // namespace fprinciple::data
