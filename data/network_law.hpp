#pragma once

#include "data/activation.hpp"
#include "data/distribution.hpp"

#include <Eigen/Core>

namespace fprinciple::data {

/// A wide two-layer network before training, as the theory sees it: independent a, b and
/// coordinates of w, drawn by these laws.
struct NetworkLaw {
  Activation activation = Activation::relu;
  Eigen::Index width = 0;     ///< m
  double output_scale = 1.0;  ///< s
  Distribution a, w, b;
  bool train_a = true;  ///< the groups that move
  bool train_w = true;
  bool train_b = true;
};

}  // namespace fprinciple::data
