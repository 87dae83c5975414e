#pragma once

#include "nn/training.hpp"

namespace fprinciple::nn {

struct FlowOptions {
  double tolerance = 1e-5;  ///< local error of the outputs, absolute, at the samples and the probes
  Eigen::MatrixXd probes;   ///< d × anything: further points at which the error is controlled
};

/// The gradient flow θ' = −∇R_S, R_S = ½ Σ (f − y)², by exponential steps in output space.
///
/// With J = ∂f(X)/∂θ, u = f(X) − y and the tangent kernel K = J^T J = V Λ V^T, the step
///   θ ← θ − J V φ(Λ, h) V^T u,   φ(λ, h) = (1 − e^{−λh})/λ,
/// solves the linearised network exactly, so stiffness does not limit h; only the change of J does.
/// One step of size h and two of h/2 give θ_h and θ_hh. Their outputs' largest difference is the
/// error estimate, O(h²), and the extrapolated θ = 2 θ_hh − θ_h, of order 2, is what goes on: the
/// global error is proportional to the tolerance. Snapshots inside a step come from the dense
/// output
///   θ(σ) = θ − J V φ(Λ, σh) V^T u + σ² (2 θ_hh − 2 θ_h),   σ ∈ [0, 1],
/// so they do not shorten steps, and the last step is chosen to end where the stop is met.
/// Cost of a step: two tangent kernels and eigendecompositions, O(n² m + n³), and three gradients.
/// Throws RunError when the tolerance cannot be met (the step size underflows), and when only the
/// loss can stop training and it has stopped falling.
Trajectory gradient_flow(const Network& start, const Task& task, const FlowOptions& options = {});

}  // namespace fprinciple::nn
