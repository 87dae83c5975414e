#pragma once

#include "data/distribution.hpp"
#include "data/weights.hpp"

#include <cstdint>

namespace fprinciple::nn {

/// How weights are drawn: independent a, w (each coordinate) and b.
struct Initialisation {
  Eigen::Index width = 0;  ///< m, antisymmetric copies included
  Eigen::Index dim = 1;    ///< d
  data::Distribution a, w, b;
  bool antisymmetric = true;  ///< ASI (arXiv 1905.07777); needs an even width
  std::uint64_t seed = 1;
};

/// With ASI neuron m/2 + j is neuron j with a negated, so that f ≡ 0 at the start. Neuron j's
/// numbers depend on the seed and j alone: a wider network of the same seed contains the narrower
/// one's draws.
data::Weights draw_weights(const Initialisation& initialisation);

}  // namespace fprinciple::nn
