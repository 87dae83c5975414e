#pragma once

#include "data/distribution.hpp"
#include "lfp/pair_geometry.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

// Averages E[z₊^p z'₊^p] of rectified powers, p = 0 (the step function), 1 or 2.

/// (z, z') ~ N(0, C): the arc-cosine kernels, with θ = atan2(√det C, c12),
///   p = 0: (π − θ)/2π,   p = 1: √(c11 c22) (sin θ + (π − θ) cos θ)/2π,
///   p = 2: c11 c22 (3 sin θ cos θ + (π − θ)(1 + 2 cos² θ))/2π.
/// (Cho and Saul 2009.) Exact to rounding, also for z' close to z. p = 1 or 2: both powers that the
/// kernel of z₊^p takes, from one angle. z = (u, common)·g for the points u of `u` (d × N), and z'
/// alike for `v` (d × N'). O(N N' d), some 5 ns for an entry in d = 10.
struct ArcCosine {
  Eigen::MatrixXd below, at;  ///< powers p − 1 and p, N × N'
};
ArcCosine arc_cosine(int p, const Eigen::MatrixXd& u, const Eigen::MatrixXd& v, double common);

/// z = u + b and z' = u' + b with (u, u') ~ N(0, C) and b ~ mean + U(−B, B), p = 1 or 2. With δ = u
/// − u' and c = (z + z')/2, which given δ is a normal plus b, the average over c is a closed form
/// in truncated normal moments; that over δ is an adaptive Gauss–Kronrod rule, cut at δ = 0 and
/// where |u| or |u'| passes B. Some 10 µs.
struct RectifiedPowers {
  double below, at;  ///< powers p − 1 and p
  double error;      ///< estimated, of either
};
RectifiedPowers normal_uniform(int p, const PairGeometry& pair, double half_width,
                               double mean = 0.0);

/// The same with b ~ N(mean, σ²), where arc_cosine does not apply. Some 10 µs.
RectifiedPowers normal_normal(int p, const PairGeometry& pair, double sigma, double mean);

/// E_b[(u + b)₊^p (u' + b)₊^p] for given u and u'. Exact: uniform b by a Gauss rule for the
/// polynomial that it is, normal b by truncated moments.
double bias_average(int p, double u, double u_prime, const data::Distribution& b);

}  // namespace fprinciple::lfp
