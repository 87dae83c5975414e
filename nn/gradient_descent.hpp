#pragma once

#include "nn/training.hpp"

#include <cstdint>

namespace fprinciple::nn {

/// How the parameters move when the gradient g = ∇R_S is known.
struct Descent {
  enum class Method {
    gd,        ///< θ ← θ − η g
    momentum,  ///< v ← β v + g, θ ← θ − η v
    adam,      ///< arXiv 1412.6980, with its β₁ = 0.9, β₂ = 0.999, ε = 1e-8
    sgd        ///< gd with g from `batch` samples, times n/batch
  };
  enum class Precision { double_precision, single_precision };

  double step = 0.0;  ///< η
  Method method = Method::gd;
  Precision precision = Precision::double_precision;
  double momentum = 0.9;   ///< β
  Eigen::Index batch = 0;  ///< samples of a step of sgd, drawn anew without repetition every epoch
  std::uint64_t seed = 1;  ///< of the batches
};

/// Descends R_S = ½ Σ (f − y)². After k steps t = η k; with momentum t = η k/(1 − β), the time of
/// the flow that it follows for small steps. Adam's steps have no such time: t = η k there.
/// Snapshots are taken at the step nearest to each time. Cost O(n m d) a step, O(n + m) for ReLU
/// and d = 1. Throws RunError when the loss diverges (also when it ends above its start) or when no
/// parameter moves any more, with the largest stable step 2/λ_max as advice.
Trajectory gradient_descent(const Network& start, const Task& task, const Descent& descent);

}  // namespace fprinciple::nn
