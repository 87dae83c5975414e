#pragma once

#include "data/activation.hpp"
#include "data/weights.hpp"

namespace fprinciple::nn {

/// The two-layer network f_θ(x) = s Σ_j a_j σ(z_j), z_j = w_j·x + b_j. Everything in this folder
/// takes any activation σ.
struct Network {
  data::Weights weights;      ///< θ = (a, w, b)
  double output_scale = 1.0;  ///< s
  bool train_a = true;        ///< parameter groups that are not trained stay frozen
  bool train_w = true;
  bool train_b = true;
  data::Activation activation = data::Activation::relu;  ///< σ
};

}  // namespace fprinciple::nn
