#pragma once

#include "data/weights.hpp"

namespace fprinciple::nn {

/// The two-layer ReLU network f_θ(x) = s Σ_j a_j σ(w_j·x + b_j), σ(z) = max(z, 0), σ'(0) = 0.
struct Network {
  data::Weights weights;      ///< θ = (a, w, b)
  double output_scale = 1.0;  ///< s
  bool train_a = true;        ///< parameter groups that are not trained stay frozen
  bool train_w = true;
  bool train_b = true;
};

}  // namespace fprinciple::nn
