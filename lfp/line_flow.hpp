#pragma once

#include "base/memory.hpp"
#include "data/network_law.hpp"
#include "data/samples.hpp"

#include <vector>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// Mesh-free LFP-2019 of a ReLU network in d = 1, at any time and in the limit, in O(n). Its kernel
///   K = k₃|Δ|³ − k₁|Δ|,  k₃ ≥ 0 from a, k₁ ≥ 0 from b,
/// is positive definite on {λ : P^T λ = 0}: P are the constants, and with k₃ > 0 the lines too.
/// k₁ = 0 gives the natural cubic (smoothing) spline, k₃ = 0 the piecewise-linear interpolant.
///
/// The limit without a ridge: Q takes divided differences, second ones with k₃ > 0, first ones
/// without, so that λ = Q^T μ has P^T λ = 0, and Q K Q^T μ = Q r_0 has three diagonals (C. Reinsch,
/// Numer. Math. 10, 1967, with the term of k₁ added).
///
/// The limit f_ρ with a ridge ρ is the posterior mean of the process whose covariance K is: f = B +
/// ∫g, B a Brownian motion of rate 2k₁ and g one of rate 12k₃, both with flat priors, seen at the
/// samples with noise of variance ρ. Two sweeps carry the information, a 2 × 2 matrix, on (f, g)
/// from the samples on either side. With its determinant carried along no step subtracts: so the
/// digits stay, whatever ρ and the spacing, where the normal equations of Q lose n⁴.
///
/// A time t is a sum of such limits with complex ridges. With the poles z_k and residues c_k of the
/// best rational approximation of e^z on (−∞, 0] (Trefethen, Weideman, Schmelzer, BIT 46, 2006),
///   f(·, t) = Σ_k (−c_k/z_k) f_{ρ + z_k/t},
/// to 1e-13 of max|r_0| whatever the rates: 14 poles, 7 conjugate pairs.
///
/// Only differences of x enter, so neither an offset nor two samples very close together costs
/// digits. n_i samples at one x count as their mean with the ridge ρ/n_i, which is the same
/// problem; in the limit without a ridge it is where the flow ends.
class LineFlow {
 public:
  /// Samples of dimension 1, y being y − f_ini(X), in any order. Throws InputError where the
  /// activation is not relu, neither a nor b moves, or there is one x for two free polynomials.
  /// O(n), and O(n log n) where the samples are not sorted.
  LineFlow(const data::NetworkLaw& law, const data::Samples& samples, double ridge = 0.0);

  /// f − f_ini at points x (N), in any order, at times t ≥ 0, ∞ included: N × T. O(n + N) a time,
  /// by a sweep over samples and points together, and O(N log N) once where the points are not
  /// sorted. Throws RunError where the numbers leave the range.
  Eigen::MatrixXd values(const Eigen::VectorXd& points, const Eigen::VectorXd& t) const;

  /// The same at the samples, in the order in which they were given: n × T.
  Eigen::MatrixXd at_samples(const Eigen::VectorXd& t) const;

  /// A time by which all that the samples tell is learnt to the last digit, finite. O(n).
  double settled() const;

  /// √(λ^T K λ) in the limit, the FP-norm of f − f_ini; free polynomials count nothing. O(n).
  double norm() const;

  /// f at one time: a cubic between two neighbours, a line outside.
  struct Curve {
    Eigen::VectorXd f;        ///< at the distinct x
    Eigen::MatrixX2d second;  ///< f'' at the left and the right end of each gap
    double slope_left = 0.0, slope_right = 0.0;
    double energy = 0.0;  ///< λ^T K λ, where t = ∞
  };

 private:
  Curve curve(double t) const;

  double k3_, k1_, ridge_;
  Eigen::VectorXd x_, h_;           // the distinct x, increasing, and the gaps between them
  Eigen::VectorXd y_, count_;       // mean and number of the samples at each
  std::vector<Eigen::Index> node_;  // of each sample its place among the distinct x
};

/// Of a LineFlow for n samples, its work at T times included, T vectors of N values apart.
base::Memory line_flow_memory(Eigen::Index n);

}  // namespace fprinciple::lfp
