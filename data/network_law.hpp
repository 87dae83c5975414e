#pragma once

#include "data/activation.hpp"
#include "data/distribution.hpp"

#include <Eigen/Core>

namespace fprinciple::data {

/// The groups of parameters that are trained; the others stay as they were drawn.
struct Groups {
  bool a = true;  ///< output weights
  bool w = true;  ///< input weights
  bool b = true;  ///< biases
};

/// A wide two-layer network f(x) = s Σ_j a_j σ(w_j·x + b_j), j ≤ m, before training: independent a,
/// b and coordinates of w, drawn by these laws. Theory and practice have it from here.
struct NetworkLaw {
  Eigen::Index width = 0;  ///< m, antisymmetric copies included
  Activation activation = Activation::relu;
  double output_scale = 1.0;  ///< s
  Groups train;
  Distribution a, w, b;
};

}  // namespace fprinciple::data
