#pragma once

#include "data/radial.hpp"

#include <array>
#include <memory>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// S(m, τ) = E[f(m + τ g)], g ~ N(0, 1): a function of the width of 1 around 0, seen through a
/// normal law of the width τ. f must be analytic within 1 of the real line near 0, and a straight
/// line on either side beyond |z| = 64 (as tanh, the softplus and their derivatives are, to
/// rounding).
///
/// In x = m/√(1 + τ²) and τ it is smooth on the scale of 1, or of the distance to 0, whatever τ: a
/// table of Chebyshev polynomials of degree 19 in both, on panels that double in length, is good to
/// some 1e-12 of the largest |S| at that τ. Each octave of τ ≤ tau_max is made when it is first
/// asked for, by any thread, in some 0.1 s; then it takes 2 µs to look up for a τ (at), then 20
/// multiplications for an m.
class Smoothed {
 public:
  Smoothed(const data::RealFunction& f, double tau_max);
  ~Smoothed();
  Smoothed(const Smoothed&) = delete;
  Smoothed& operator=(const Smoothed&) = delete;

  /// S(·, τ) for one τ in [0, tau_max].
  class AtTau {
   public:
    double operator()(double m) const;

   private:
    friend class Smoothed;
    const data::RealFunction* f_ = nullptr;
    double width_ = 1.0;            // √(1 + τ²)
    Eigen::MatrixXd coefficients_;  // degree in x × panels of x
  };
  AtTau at(double tau) const;

 private:
  struct Octave;
  data::RealFunction f_;
  std::vector<std::unique_ptr<Octave>> octaves_;
};

/// The same by quadrature, without a table: some 10 µs.
double smoothed(const data::RealFunction& f, double m, double tau);

}  // namespace fprinciple::lfp
