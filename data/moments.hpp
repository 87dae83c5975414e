#pragma once

#include "data/distribution.hpp"
#include "data/weights.hpp"

namespace fprinciple::data {

/// All that LFP needs of an initialisation: r = |w|, p_b the density of b.
struct Moments {
  double r3 = 0.0;    ///< E[r³]
  double a2_r = 0.0;  ///< E[a² r] (= E[a²] E[r] for independent a and w)
  double p_b0 = 0.0;  ///< p_b(0)
};

/// Closed forms (see norm_moment) of independent a, w (d coordinates) and b.
Moments moments(const Distribution& a, const Distribution& w, const Distribution& b,
                Eigen::Index d);

/// Averages over the weights really drawn; p_b(0) is given by the caller. Cost O(m d).
Moments moments(const Weights& weights, double p_b0);

/// p_b(0) from drawn biases: a Gaussian kernel estimate with Silverman's bandwidth
/// 1.06 σ m^{−1/5}. Relative standard error about (2√π p_b(0) m bandwidth)^{−1/2}: 3 % for m = 10⁴.
double estimate_density_at_zero(const Eigen::VectorXd& b);

}  // namespace fprinciple::data
