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
///   2. J_0 and J_1 there, the same u:                           θ(h), second order;
///   3. J_0, J_½ and J_1 there, u corrected by what f is there:  θ(h/2) and θ(h), third order;
///   4. the same once more.
/// Neither stiffness nor curvature of fast modes limits h, only the change of J does. ReLU's kinks
/// would bring that down to first order; the few neurons whose kink meets a sample are followed
/// exactly, one by one, given u (nn/kinks.hpp).
/// A step ends with stage 2 where that is enough: where the outputs are within the tolerance of
/// stage 1's and, at the samples, of the linearised network's, both O(h²). Otherwise it goes on,
/// and its error is the largest difference in outputs between stages 4 and 2, the latter with u's
/// correction, O(h³). Stage 2 or 4, of higher order than its estimate, is where the next step
/// starts, and h aims at the order that gets further for its gradients. The global error is
/// proportional to the tolerance and was below it wherever it was measured
/// (tests/nn/flow_accuracy_test.cpp).
/// The last stage's formula gives snapshots inside a step, which therefore do not shorten steps,
/// and the last step is chosen to end where the stop is met. Cost of a step: one tangent kernel,
/// one eigendecomposition, O(n³), and three gradients, or fifteen; of a snapshot two gradients, or
/// three. Memory: four matrices n × n, eight times θ, no J. Throws RunError when the tolerance
/// cannot be met (the step size underflows), and when only the loss can stop training and it has
/// stopped falling.
Trajectory gradient_flow(const Network& start, const Task& task, const FlowOptions& options = {});

}  // namespace fprinciple::nn
