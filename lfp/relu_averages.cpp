#include "lfp/relu_averages.hpp"

#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/simd.hpp"
#include "lfp/opposite_series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>

namespace fprinciple::lfp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::numbers::pi;

double normal_density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2.0 * pi); }
double normal_tail(double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); }  // P(g > x)

/// M_k = E[(e + s g)₊^k], k = 0 … 5, g ~ N(0, 1):
///   M_k = e M_{k−1} + (k − 1) s² M_{k−2},  M_0 = Φ(e/s),  M_1 = e Φ(e/s) + s φ(e/s).
std::array<double, 6> truncated_moments(double e, double s) {
  std::array<double, 6> m{};
  if (s == 0.0) {
    m[0] = e > 0.0 ? 1.0 : 0.0;
    for (std::size_t k = 1; k < 6; ++k) m[k] = e > 0.0 ? e * m[k - 1] : 0.0;
    return m;
  }
  if (e < -9.0 * s) return m;  // below 1e-19 of s^k; the recursion would only give rounding
  m[0] = normal_tail(-e / s);
  m[1] = e * m[0] + s * normal_density(e / s);
  for (std::size_t k = 2; k < 6; ++k)
    m[k] = std::max(0.0, e * m[k - 1] + static_cast<double>(k - 1) * s * s * m[k - 2]);
  return m;
}

/// Powers p (real part) and p − 1 (imaginary part), so that one adaptive rule does for both.
using Powers = std::complex<double>;

/// E over g of ∫_h^{y + s g} (c² − h²)^p dc, nothing below c = h.
Powers lifted_primitive(int p, double y, double h, double s) {
  const auto m = truncated_moments(y - h, s);
  const double first = h * m[2] + m[3] / 3.0;
  if (p == 1) return {first, m[1]};
  return {4.0 * h * h * m[3] / 3.0 + h * m[4] + m[5] / 5.0, first};
}

constexpr Index kBlock = 256;  // points, in the first cache

/// The two averages for one pair of points.
struct Pair {
  double below, at;
};

/// `open` is π − θ: from |c12|, so that it keeps its digits near 0.
template <int p>
Pair from_angle(const PairGeometry& pair, double sine, double open) {
  const double first = (sine + open * pair.c12) / (2.0 * pi);
  if (p == 1) return {open / (2.0 * pi), first};
  return {first,
          (3.0 * sine * pair.c12 + open * (pair.c11 * pair.c22 + 2.0 * pair.c12 * pair.c12)) /
              (2.0 * pi)};
}

double open_angle(const PairGeometry& pair, double sine) {
  const double acute = std::atan2(sine, std::abs(pair.c12));
  return pair.c12 < 0.0 ? acute : pi - acute;
}

/// from_angle below kNearOpposite.
template <int p>
Pair near_opposite(const PairGeometry& pair, double open) {
  const double size2 = pair.c11 * pair.c22;
  const double y = open * open;
  const double first = std::sqrt(size2) * open * y * opposite_first(y) / (2.0 * pi);
  if (p == 1) return {open / (2.0 * pi), first};
  return {first, size2 * 32.0 * open * y * y * opposite_second(4.0 * y) / (2.0 * pi)};
}

template <int p>
void finish_block(const double* c11, const double* e2, const double* along, Index size,
                  double* below, double* at) {
  for (Index i = 0; i < size; ++i) {
    const PairGeometry pair = pair_geometry(c11[i], e2[i], along[i]);
    const double sine = std::sqrt(pair.det);  // times √(c11 c22)
    const Pair average = from_angle<p>(pair, sine, open_angle(pair, sine));
    below[i] = average.below;
    at[i] = average.at;
  }
}

/// Up to kBlock points, coordinate k of point i at u[k stride + i], and v: pair_geometry for all.
/// Fills e2 and along, too.
FPRINCIPLE_CLONES void arc_cosine_block(int p, const double* u, Index stride, const double* c11,
                                        Index size, const double* v, Index d, double* e2,
                                        double* along, double* below, double* at) {
  std::fill_n(e2, size, 0.0);
  std::fill_n(along, size, 0.0);
  for (Index k = 0; k < d; ++k)
    for (Index i = 0; i < size; ++i) {
      const double coordinate = u[k * stride + i];
      const double difference = coordinate - v[k];
      e2[i] += difference * difference;
      along[i] += coordinate * difference;
    }
  if (p == 1)
    finish_block<1>(c11, e2, along, size, below, at);
  else
    finish_block<2>(c11, e2, along, size, below, at);
}

/// What a block cannot do by sums that are the same for all points: pairs that are nearly on one
/// ray from the origin, in the same or in opposite directions.
template <int p>
void mend_block(const double* u, Index stride, const double* c11, Index size, const double* v,
                Index d, double common, const double* e2, const double* along, double* below,
                double* at) {
  for (Index i = 0; i < size; ++i) {
    if (!det_cancels(c11[i], e2[i], along[i])) {
      const double c12 = c11[i] - along[i];
      const double det = c11[i] * e2[i] - along[i] * along[i];
      if (c12 >= 0.0 || det > 0.3 * c12 * c12) continue;  // tan² of kNearOpposite is 0.298
    }
    const PairGeometry pair = exact_pair_geometry(u + i, stride, v, d, common);
    const double sine = std::sqrt(pair.det);
    const double open = open_angle(pair, sine);
    const Pair average =
        open < kNearOpposite ? near_opposite<p>(pair, open) : from_angle<p>(pair, sine, open);
    below[i] = average.below;
    at[i] = average.at;
  }
}

}  // namespace

ArcCosine arc_cosine(int p, const MatrixXd& u, const MatrixXd& v, double common) {
  base::require(p == 1 || p == 2, "p", p, "1 or 2");
  base::require_shape("v", v, u.rows(), base::kAny);
  const MatrixXd points = u.transpose();  // each coordinate's values side by side
  const VectorXd c11 = points.rowwise().squaredNorm().array() + common * common;
  ArcCosine out{MatrixXd(u.cols(), v.cols()), MatrixXd(u.cols(), v.cols())};
  base::parallel_for(v.cols(), true, [&](Index j) {
    std::array<double, kBlock> e2{};
    std::array<double, kBlock> along{};
    for (Index first = 0; first < u.cols(); first += kBlock) {
      const double* block = points.data() + first;
      const Index size = std::min(kBlock, points.rows() - first);
      double* below = &out.below(first, j);
      double* at = &out.at(first, j);
      const auto mend = p == 1 ? mend_block<1> : mend_block<2>;
      arc_cosine_block(p, block, points.rows(), c11.data() + first, size, v.col(j).data(), v.rows(),
                       e2.data(), along.data(), below, at);
      mend(block, points.rows(), c11.data() + first, size, v.col(j).data(), v.rows(), common,
           e2.data(), along.data(), below, at);
    }
  });
  return out;
}

namespace {

/// u and u' with their half difference h and the mean c of the rest, in a unit of length: given
/// δ = u − u' = τ g, the mean of (u + u')/2 is slope · g, its variance s².
struct Difference {
  double tau, slope, s;
};

Difference difference(const PairGeometry& pair, double unit2) {
  const double tau = std::sqrt(pair.e2 / unit2);
  if (tau == 0.0) return {.tau = 0.0, .slope = 0.0, .s = std::sqrt(pair.c11 / unit2)};
  return {.tau = tau, .slope = pair.skew / (unit2 * tau), .s = std::sqrt(pair.det) / (unit2 * tau)};
}

struct PowersAndError {
  Powers sum;
  double error;
};

/// E of f(slope g, |τ g|/2) over g, cut where f turns: where slope g ± τ g/2 is one of `turns`.
template <class F, std::size_t N>
PowersAndError over_difference(const Difference& at, const std::array<double, N>& turns,
                               const F& f) {
  if (at.tau == 0.0) return {f(0.0, 0.0), 0.0};
  const auto integrand = [&](double g) {
    return normal_density(g) * f(at.slope * g, 0.5 * std::abs(at.tau * g));
  };
  constexpr double kReach = 9.0;  // beyond it the normal density is below 1e-18
  std::array<double, 3 + 2 * N> cuts{-kReach, kReach, 0.0};
  std::size_t count = 3;
  for (const double coefficient : {at.slope + 0.5 * at.tau, at.slope - 0.5 * at.tau})
    for (const double turn : turns) {
      const double cut = coefficient != 0.0 ? turn / coefficient : kReach;
      cuts[count++] = std::clamp(cut, -kReach, kReach);
    }
  std::sort(cuts.begin(), cuts.end());
  PowersAndError out{0.0, 0.0};
  for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
    if (!(cuts[k + 1] - cuts[k] > 1e-13)) continue;
    double part_error = 0.0;
    out.sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
        integrand, cuts[k], cuts[k + 1], 8, 1e-13, &part_error);
    out.error += part_error;
  }
  return out;
}

}  // namespace

RectifiedPowers normal_uniform(int p, const PairGeometry& pair, double half_width, double mean) {
  base::require(p == 1 || p == 2, "p", p, "1 or 2");
  base::require(half_width > 0.0, "half_width", half_width, "above 0");
  // In a unit in which both powers are of order 1.
  const double unit2 = half_width * half_width + mean * mean + pair.c11 + pair.c22;
  const double half = half_width / std::sqrt(unit2);
  const double centre = mean / std::sqrt(unit2);
  const Difference at = difference(pair, unit2);
  const auto [sum, error] = over_difference(
      at, std::array{half - centre, -half - centre}, [&](double y, double h) -> Powers {
        return lifted_primitive(p, y + centre + half, h, at.s) -
               lifted_primitive(p, y + centre - half, h, at.s);
      });
  const double below = (p == 1 ? 0.5 : 0.5 * unit2) / half;
  return {below * sum.imag(), below * unit2 * sum.real(), below * std::max(1.0, unit2) * error};
}

RectifiedPowers normal_normal(int p, const PairGeometry& pair, double sigma, double mean) {
  base::require(p == 1 || p == 2, "p", p, "1 or 2");
  base::require(sigma > 0.0, "sigma", sigma, "above 0");
  const double unit2 = sigma * sigma + mean * mean + pair.c11 + pair.c22;
  const double centre = mean / std::sqrt(unit2);
  const Difference at = difference(pair, unit2);
  const double s = std::hypot(at.s, sigma / std::sqrt(unit2));
  const auto [sum, error] =
      over_difference(at, std::array{-centre}, [&](double y, double h) -> Powers {
        // (c² − h²)₊^p of c = y + centre + s g: with m_k of (c − h)₊.
        const auto m = truncated_moments(y + centre - h, s);
        const double first = m[2] + 2.0 * h * m[1];
        if (p == 1) return {first, m[0]};
        return {m[4] + 4.0 * h * (m[3] + h * m[2]), first};
      });
  const double below = p == 1 ? 1.0 : unit2;
  return {below * sum.imag(), below * unit2 * sum.real(), below * std::max(1.0, unit2) * error};
}

double bias_average(int p, double u, double u_prime, const data::Distribution& b) {
  base::require(p >= 0 && p <= 2, "p", p, "0, 1 or 2");
  u += b.mean;
  u_prime += b.mean;
  const double start = -std::min(u, u_prime);  // both neurons are active for b above it
  const double scale = b.scale;
  if (b.kind == data::Distribution::Kind::uniform) {
    const double from = std::clamp(start, -scale, scale);
    if (p == 0) return (scale - from) / (2.0 * scale);
    const auto product = [&](double at) { return std::pow((u + at) * (u_prime + at), p); };
    return boost::math::quadrature::gauss<double, 7>::integrate(product, from, scale) /
           (2.0 * scale);
  }
  // m_k = E[b^k 1(b > start)], in units of the standard deviation.
  const double x = start / scale;
  std::array<double, 5> m{};
  m[0] = normal_tail(x);
  double edge = normal_density(x);  // x^{k−1} φ(x)
  m[1] = edge;
  for (std::size_t k = 2; k < 5; ++k) {
    edge *= x;
    m[k] = edge + static_cast<double>(k - 1) * m[k - 2];
  }
  if (p == 0) return m[0];
  const double q = u / scale;
  const double r = u_prime / scale;
  const double s2 = scale * scale;
  if (p == 1) return s2 * (q * r * m[0] + (q + r) * m[1] + m[2]);
  const double sum = q + r;
  const double product = q * r;
  return s2 * s2 *
         (product * product * m[0] + 2.0 * product * sum * m[1] +
          (sum * sum + 2.0 * product) * m[2] + 2.0 * sum * m[3] + m[4]);
}

}  // namespace fprinciple::lfp
