#pragma once

#include "lfp/opposite_series.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fprinciple::lfp {

// E[σ(u)σ(v)] and E[σ'(u)σ'(v)] for (u, v) normal with mean 0, in closed forms. They are written
// without branches, for loops over pairs.

/// The covariance [[q, c], [c, q']] of (u, v), with what is left of it near a correlation of ±1.
struct NormalPair {
  double q, q_prime;
  double scale;  ///< √(q q')
  double c;
  double gap;  ///< √(q q') − |c| ≥ 0

  double det() const { return gap * (scale + std::abs(c)); }  ///< q q' − c²
};

struct PairAverages {
  double value;       ///< E[σ(u)σ(v)]
  double derivative;  ///< E[σ'(u)σ'(v)]
};

/// The angle between u and v as vectors, θ = atan2(√det, c), and what is left of it to π; that from
/// |c|, so that it keeps its digits.
struct Angle {
  double acute;  ///< of (√det, |c|)
  double open;   ///< π − θ
};
inline Angle angle_of(double root, double c) {
  const double acute = std::atan2(root, std::abs(c));
  return {acute, c < 0.0 ? acute : std::numbers::pi - acute};
}

/// max(z, 0): (√det + (π − θ) c)/2π and (π − θ)/2π (Cho and Saul 2009).
struct ReluPair {
  static PairAverages of(const NormalPair& pair) { return averages_and_loss(pair).averages; }

  /// And √(q q')/2 − E[σσ], which at c = √(q q') is 0: with its digits there.
  struct WithLoss {
    PairAverages averages;
    double loss;
  };
  static WithLoss averages_and_loss(const NormalPair& pair) {
    constexpr double kTwoPi = 2.0 * std::numbers::pi;
    const double root = std::sqrt(pair.det());
    const auto [acute, open] = angle_of(root, pair.c);
    const double o2 = acute * acute;
    const double opposite = pair.scale * acute * o2 * opposite_first(o2);
    const double sum = root + open * pair.c;
    const double value = (pair.c < 0.0 && acute < kNearOpposite ? opposite : sum) / kTwoPi;
    const double near = 0.5 * pair.gap - (root - acute * pair.c) / kTwoPi;
    return {{value, open / kTwoPi}, std::max(0.0, pair.c < 0.0 ? 0.5 * pair.scale - value : near)};
  }
};

/// max(z, 0)²: (3 √det c + (π − θ)(q q' + 2c²))/2π, and four times ReLU's.
struct Relu2Pair {
  static PairAverages of(const NormalPair& pair) {
    constexpr double kTwoPi = 2.0 * std::numbers::pi;
    const double root = std::sqrt(pair.det());
    const auto [acute, open] = angle_of(root, pair.c);
    const double scale2 = pair.scale * pair.scale;
    const double o2 = acute * acute;
    const double opposite = 32.0 * scale2 * acute * o2 * o2 * opposite_second(4.0 * o2);
    const double sum = 3.0 * root * pair.c + open * (scale2 + 2.0 * pair.c * pair.c);
    const bool series = pair.c < 0.0 && acute < kNearOpposite;
    return {(series ? opposite : sum) / kTwoPi, 4.0 * ReluPair::of(pair).value};
  }
};

/// e^{−z²/2}: with D = det(I + C), D^{−1/2} and c D^{−3/2}.
struct GaussianPair {
  static PairAverages of(const NormalPair& pair) {
    const double d = 1.0 + pair.q + pair.q_prime + pair.det();
    const double value = 1.0 / std::sqrt(d);
    return {value, pair.c * value / d};
  }
};

/// (1 − z²) e^{−z²/2}: e^{−(u²+v²)/2} makes of C the covariance C (I + C)^{−1}, of which these are
/// moments: D^{−5/2} (p + 2c²) and c D^{−7/2} (9p + 6c²), p = (1 + q)(1 + q').
struct RickerPair {
  static PairAverages of(const NormalPair& pair) {
    const double d = 1.0 + pair.q + pair.q_prime + pair.det();
    const double p = (1.0 + pair.q) * (1.0 + pair.q_prime);
    const double c2 = pair.c * pair.c;
    const double unit = 1.0 / (d * d * std::sqrt(d));
    return {unit * (p + 2.0 * c2), unit * pair.c * (9.0 * p + 6.0 * c2) / d};
  }
};

/// sin z: e^{−(q+q')/2} sinh c and cosh c, from the least of the variances of u ± v.
struct SinePair {
  static PairAverages of(const NormalPair& pair) {
    const double difference = std::sqrt(pair.q) - std::sqrt(pair.q_prime);
    const double size = std::abs(pair.c);
    const double least = difference * difference + 2.0 * pair.gap;
    const double derivative = 0.5 * std::exp(-0.5 * least) * (1.0 + std::exp(-2.0 * size));
    return {derivative * std::tanh(pair.c), derivative};
  }
};

/// erf z: (2/π) asin(2c/√((1+2q)(1+2q'))) (Williams 1997), as an angle; with D = (1+2q)(1+2q') −
/// 4c², (4/π) D^{−1/2}.
struct ErfPair {
  static PairAverages of(const NormalPair& pair) {
    const double root = std::sqrt(1.0 + 2.0 * (pair.q + pair.q_prime) + 4.0 * pair.det());
    constexpr double kTwoOverPi = 2.0 / std::numbers::pi;
    return {kTwoOverPi * std::atan2(2.0 * pair.c, root), 2.0 * kTwoOverPi / root};
  }
};

/// z Φ(z). With D = det(I + C), p = (1+q)(1+q') and ω = atan2(√D, −c) = 2π E[Φ(u)Φ(v)], Stein's
/// lemma gives
///   2π E[σσ]   = c ω + (q q' D + c²)/(p √D),
///   2π E[σ'σ'] = ω + c (1/(1+q) + 1/(1+q') + 1/D)/√D.
struct GeluPair {
  static PairAverages of(const NormalPair& pair) {
    constexpr double kTwoPi = 2.0 * std::numbers::pi;
    const double d = 1.0 + pair.q + pair.q_prime + pair.det();
    const double root = std::sqrt(d);
    const double open = angle_of(root, pair.c).open;
    const double a = 1.0 / (1.0 + pair.q);
    const double b = 1.0 / (1.0 + pair.q_prime);
    const double share = 1.0 / root;
    return {
        (pair.c * open + (pair.scale * pair.scale * d + pair.c * pair.c) * a * b * share) / kTwoPi,
        (open + pair.c * share * (a + b + share * share)) / kTwoPi};
  }
};

}  // namespace fprinciple::lfp
