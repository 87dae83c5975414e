#pragma once

#include <vector>

#include <Eigen/Core>

namespace fprinciple::data {

/// amplitude · s(v·x + phase/2π), v in cycles, for a shape s of period 1 and height 1.
struct Wave {
  Eigen::VectorXd frequency;  ///< v, d
  double amplitude = 1.0;
  double phase = 0.0;
};

/// An analytic target: the sum of `waves` (at least one) of one shape, s(u) = sin(2πu), or the
/// triangle (continuous) or the square wave (0 where it jumps) with the same zeros and signs.
struct Target {
  enum class Shape { sine, triangle, square };
  std::vector<Wave> waves;
  Shape shape = Shape::sine;
};

/// sin(2π v·x).
inline Target sine(const Eigen::VectorXd& v) { return {{{v}}}; }

/// The target at points (d × N). Cost O(d N) for each wave. Throws InputError for no wave, or one
/// of another dimension.
Eigen::VectorXd values(const Target& target, const Eigen::MatrixXd& points);

/// The sines of the target's Fourier series with every |v_k| < cutoff; a sine target's are all its
/// waves. Triangle: 8/π² Σ_j odd (−1)^{(j−1)/2} sin(2πju)/j²; square: 4/π Σ_j odd sin(2πju)/j.
/// Throws InputError for more than 10⁶ multiples of one wave's frequency.
std::vector<Wave> fourier_series(const Target& target, double cutoff);

}  // namespace fprinciple::data
