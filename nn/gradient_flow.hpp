#pragma once

#include "nn/training.hpp"

namespace fprinciple::nn {

struct FlowOptions {
  double tolerance = 1e-5;  ///< error of a step in the outputs, absolute, at samples and probes
  Eigen::MatrixXd probes;   ///< d × anything: further points at which the error is controlled
};

/// The gradient flow θ' = −∇R_S, R_S = ½ Σ (f − y)², by exponential steps in output space.
///
/// With J = ∂f(X)/∂θ and u = f(X) − y it is θ' = −J u, stiff in u alone: u' = −K u with the tangent
/// kernel K = J^T J. A step of size h takes K and its eigenvectors at its start and then
///   θ(s) = θ − Σ_k J_k ∫_0^s ℓ_k u,
/// J interpolated between a few places and u in closed form (nn/residual_path.hpp):
///   1. J_0, and u of the linearised network:                    θ(h), first order;
///   2. J_0 and J_1 there, the same u:                           θ(h/2) and θ(h), second order;
///   3. J_0, J_½ and J_1 there, u corrected by what f is there:  θ(h/2) and θ(h), third order;
///   4. the same once more.
/// Neither stiffness nor curvature of fast modes limits h, only the change of J does. ReLU's kinks
/// would bring that down to first order; the few neurons whose kink meets a sample are followed
/// exactly, one by one, given u (nn/kinks.hpp).
/// The largest difference in outputs between stages 4 and 2, the latter with u's correction, is the
/// error estimate, O(h³); stage 4, of higher order, goes on: the global error falls with the
/// tolerance, and was below it wherever it was measured (tests/nn/flow_accuracy_test.cpp). Its
/// formula gives snapshots inside a step, which therefore do not shorten steps, and the last step
/// is chosen to end where the stop is met. Cost of a step: one tangent kernel, one
/// eigendecomposition, O(n³), and fifteen gradients; of a snapshot three gradients. Memory: four
/// matrices n × n, eight times θ, no J. Throws RunError when the tolerance cannot be met (the step
/// size underflows), and when only the loss can stop training and it has stopped falling.
Trajectory gradient_flow(const Network& start, const Task& task, const FlowOptions& options = {});

}  // namespace fprinciple::nn
