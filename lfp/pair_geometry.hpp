#pragma once

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// The covariance [[c11, c12], [c12, c22]] of (u·g, u'·g), g ~ N(0, I), formed from differences so
/// that nothing cancels for neighbouring points.
struct PairGeometry {
  double c11, c22, c12;
  double e2;    ///< |u − u'|², the variance of the difference
  double skew;  ///< (c11 − c22)/2
  double det;   ///< c11 c22 − c12² ≥ 0
};

/// From c11, |u − u'|² and u·(u − u'). Loses digits where det_cancels.
inline PairGeometry pair_geometry(double c11, double e2, double along) {
  const double c22 = c11 - 2.0 * along + e2;
  return {c11, c22, c11 - along, e2, along - 0.5 * e2, std::max(0.0, c11 * e2 - along * along)};
}

/// Whether det = c11 e2 − along² has lost more than two of its digits: where the points are nearly
/// on one line through the origin, or u' is much the shorter one, so that c12 has lost some too.
inline bool det_cancels(double c11, double e2, double along) {
  return c11 * e2 - along * along < 0.02 * (c11 * e2);
}

/// u and u' of d coordinates, the former's u_stride apart, plus a common one, without a difference
/// of large numbers: det = common² |Δ|² + |u|² |Δ⊥|², Δ = u − u' and Δ⊥ its part orthogonal to u.
/// O(d).
inline PairGeometry exact_pair_geometry(const double* u, Eigen::Index u_stride, const double* v,
                                        Eigen::Index d, double common) {
  double u2 = 0.0;
  double v2 = 0.0;
  double uv = 0.0;
  double e2 = 0.0;
  double along = 0.0;
  for (Eigen::Index k = 0; k < d; ++k) {
    const double uk = u[k * u_stride];
    const double difference = uk - v[k];
    u2 += uk * uk;
    v2 += v[k] * v[k];
    uv += uk * v[k];
    e2 += difference * difference;
    along += uk * difference;
  }
  double orthogonal = 0.0;
  if (d > 1 && u2 > 0.0)
    for (Eigen::Index k = 0; k < d; ++k) {
      const double uk = u[k * u_stride];
      const double rest = (uk - v[k]) - along / u2 * uk;
      orthogonal += rest * rest;
    }
  const double common2 = common * common;
  return {u2 + common2, v2 + common2,     uv + common2,
          e2,           along - 0.5 * e2, common2 * e2 + u2 * orthogonal};
}

/// u and u' of d coordinates, plus a common coordinate `common` (the bias): O(d).
inline PairGeometry pair_geometry(const double* u, const double* v, Eigen::Index d, double common) {
  double c11 = common * common;
  double e2 = 0.0;
  double along = 0.0;
  for (Eigen::Index k = 0; k < d; ++k) {
    const double difference = u[k] - v[k];
    c11 += u[k] * u[k];
    e2 += difference * difference;
    along += u[k] * difference;
  }
  return det_cancels(c11, e2, along) ? exact_pair_geometry(u, 1, v, d, common)
                                     : pair_geometry(c11, e2, along);
}

}  // namespace fprinciple::lfp
