#pragma once

#include "base/memory.hpp"
#include "data/deep_law.hpp"
#include "lfp/complete_kernel.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

// Fully connected networks of L hidden layers, every one of them infinitely wide. With
//   Σ¹ = σ_w² x·x'/d + σ_b²,  (u, v) ~ N(0, Σ^l) at x and x',
//   Σ^{l+1} = σ_w² E[σ(u)σ(v)] + σ_b²                        (σ_w, σ_b of layer l + 1),
//   Θ^{l+1} = Σ^{l+1} + σ_w² Θ^l E[σ'(u)σ'(v)],  Θ¹ = Σ¹,
// the outputs at the start are a Gaussian process of covariance Σ^{L+1}, and training follows the
// tangent kernel Θ^{L+1} (Jacot, Gabriel, Hongler 2018; Lee et al. 2019; docs/theory.md, section
// 15). In the standard parameterisation the gradients by W and b are m E[σσ] and 1, m the layer's
// fan-in, where the first Σ^{l+1} above has σ_w² E[σσ] and σ_b².
//
// Points are rows (d × N) and columns (d × N'). One tile of pairs goes through all layers while it
// is in cache: O(N N' (d + L)) time, and little memory beside the result, but for tanh, sigmoid and
// softplus, whose Hermite series take some 60 q + 64 (tanh 160 q + 64) terms a pair and layer, q
// the largest Σ^l(x, x). Where the two lists are the same the result is symmetric to the bit, and
// half of it is computed. Error: some units of rounding of the largest entry, near a correlation of
// ±1, too: √(Σ(x,x)Σ(x',x')) − |Σ(x,x')| is carried from layer to layer, and begins as a difference
// of points.
//
// All throw InputError, which names the argument, for a law that is none, points that are not
// finite or of different dimensions, and what memory does not hold; RunError where an entry
// overflows, and where q > 64 for tanh, sigmoid or softplus, whose series is too short then.

/// At least one hidden layer, as many bias_std as weight_std, and widths in the standard
/// parameterisation only.
void require_law(const data::DeepLaw& law);

/// Σ^{L+1}, N × N': the covariance of the output before training (the NNGP kernel).
KernelMatrix deep_covariance(const data::DeepLaw& law, const Eigen::MatrixXd& rows,
                             const Eigen::MatrixXd& columns);

/// Θ^{L+1}, N × N': the tangent kernel.
KernelMatrix deep_tangent_kernel(const data::DeepLaw& law, const Eigen::MatrixXd& rows,
                                 const Eigen::MatrixXd& columns);

/// Both at x' = x, N each, in O(N (d + L)).
struct DeepDiagonal {
  Eigen::VectorXd covariance, tangent;
};
DeepDiagonal deep_diagonal(const data::DeepLaw& law, const Eigen::MatrixXd& points);

/// Of either kernel.
base::Memory deep_kernel_memory(const data::DeepLaw& law, const Eigen::MatrixXd& rows,
                                const Eigen::MatrixXd& columns);

}  // namespace fprinciple::lfp
