#pragma once

#include "nn/network.hpp"

#include <functional>

#include <Eigen/Core>

namespace fprinciple::nn {

/// Neurons [first, first + size) of something that has one number for each parameter: θ, or its
/// gradient. Coordinate k of neuron first + j is w[k * stride + j].
template <class Scalar>
struct NeuronBlock {
  Scalar* a;
  Scalar* w;
  Scalar* b;
  Eigen::Index first;
  Eigen::Index size;
  Eigen::Index stride;
  Eigen::Index dim;
};

/// What an optimiser does to a block of neurons when its gradient is known; frozen groups have
/// gradient 0. Called for different blocks by several threads at once.
template <class Scalar>
using Update = std::function<void(const NeuronBlock<Scalar>& theta,
                                  const NeuronBlock<const Scalar>& gradient)>;

}  // namespace fprinciple::nn
