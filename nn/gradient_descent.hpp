#pragma once

#include "nn/training.hpp"

namespace fprinciple::nn {

/// Full-batch gradient descent θ ← θ − η ∇R_S on R_S = ½ Σ (f − y)²; after k steps t = η k.
/// Snapshots are taken at the step nearest to each time. Cost O(n m d) a step.
/// Throws RunError when the loss diverges (also when it ends above its start) or when no parameter
/// moves any more, with the largest stable step 2/λ_max as advice.
Trajectory gradient_descent(const Network& start, const Task& task, double step);

}  // namespace fprinciple::nn
