#pragma once

#include "data/radial.hpp"

#include <memory>

namespace fprinciple::lfp {

/// A function on [0, ∞) that is slow to evaluate and smooth within each octave [2^j, 2^{j+1}), as
/// one that is analytic in x > 0 and only there: on each octave, when it is first asked for,
/// Chebyshev polynomials of degree 32 on as many pieces as their coefficients need to fall to 1e-12
/// of the largest |f| there, or of |f(0)| where that is larger. Outside 2^{±40} and at 0 f itself.
/// Safe to call from several threads; copies share their pieces.
class OctaveInterpolant {
 public:
  explicit OctaveInterpolant(data::RealFunction f);
  double operator()(double x) const;

 private:
  struct Table;
  std::shared_ptr<Table> table_;
};

}  // namespace fprinciple::lfp
