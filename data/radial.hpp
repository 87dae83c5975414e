#pragma once

#include "data/distribution.hpp"

#include <functional>

#include <Eigen/Core>

namespace fprinciple::data {

using RealFunction = std::function<double(double)>;

/// A mean by quadrature and an estimate of its error.
struct Mean {
  double value = 0.0;
  double error = 0.0;
};

/// Whether radial_density and radial_mean know r = |w| for d coordinates of this law: all but
/// uniform coordinates in d > 3.
bool has_radial_law(const Distribution& law, Eigen::Index d);

/// The density p_r of r = |w|, w with d independent coordinates of this law; r ≥ 0. Normal, with
/// u = r/σ: p_r = 2^{1−d/2} u^{d−1} e^{−u²/2}/(Γ(d/2) σ). Uniform on (−B, B), with u = r/B, p_r =
/// p/B:
///   d = 1: p = 1 on (0, 1);
///   d = 2: p = πu/2 on (0, 1), 2u arctan((1−q)/(1+q)) on (1, √2), q = √(u²−1);
///   d = 3: p = πu²/2 on (0, 1), πu(3−2u)/2 on (1, √2), and on (√2, √3)
///          u [6 arctan((1−q)/(1+q)) − 2u arctan(u(1−q²)/(q(u²+1)))], q = √(u²−2):
/// the part of the sphere of radius u inside the cube. Relative error 1e-13. Throws
/// InputError where has_radial_law is false, for d < 1, a scale that is not > 0, and r < 0.
double radial_density(const Distribution& law, Eigen::Index d, double r);

/// E[f(r)] = ∫ p_r(r) f(r) dr. f is called for r > 0 only, must be smooth there, and may grow as
/// 1/r towards 0 only down to 1e-17 of the law's scale (as |F[σ](ξ/r)|²/r does). Normal:
/// trapezoidal rule in ln r, which converges exponentially. Uniform: double-exponential quadrature
/// of each smooth piece of p_r, so peaks at the ends, however narrow, are resolved. Relative error
/// about 1e-13 for f ≥ 0, with some 200 to 1000 calls of f; +∞ when f is not finite somewhere.
/// Throws as radial_density does.
Mean radial_mean(const Distribution& law, Eigen::Index d, const RealFunction& f);

}  // namespace fprinciple::data
