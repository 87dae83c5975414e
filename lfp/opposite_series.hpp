#pragma once

namespace fprinciple::lfp {

// What is left of the arc-cosine forms where the points are nearly opposite: with o = π − θ their
// sums cancel, these series, within rounding for o < kNearOpposite, do not.
constexpr double kNearOpposite = 0.5;

/// (sin o − o cos o)/o³ = Σ_k (−1)^k o^{2k} (2k+2)/(2k+3)!, of y = o².
inline double opposite_first(double y) {
  return 1.0 / 3.0 +
         y * (-1.0 / 30.0 +
              y * (1.0 / 840.0 + y * (-1.0 / 45360.0 + y * (1.0 / 3991680.0 - y / 518918400.0))));
}

/// (−3 sin o cos o + o (1 + 2 cos² o))/(2o)⁵ = Σ_k (−1)^k (2o)^{2k} (k+1)/(2k+5)!, of z = (2o)².
inline double opposite_second(double z) {
  return 1.0 / 120.0 +
         z * (-1.0 / 2520.0 +
              z * (1.0 / 120960.0 +
                   z * (-1.0 / 9979200.0 + z * (1.0 / 1245404160.0 - z / 217945728000.0))));
}

}  // namespace fprinciple::lfp
