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

/// From c11, |u − u'|² and u·(u − u').
inline PairGeometry pair_geometry(double c11, double e2, double along) {
  const double c22 = c11 - 2.0 * along + e2;
  return {c11, c22, c11 - along, e2, along - 0.5 * e2, std::max(0.0, c11 * e2 - along * along)};
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
  return pair_geometry(c11, e2, along);
}

}  // namespace fprinciple::lfp
