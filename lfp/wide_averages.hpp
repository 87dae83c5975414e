#pragma once

#include "lfp/complete_kernel.hpp"

namespace fprinciple::lfp {

/// activation_averages for smooth σ but the sine, w normal or d = 1, whatever the size of w·x, by
/// the pair of points: where z ranges over many widths of σ the series and the sums of
/// hermite_averages and neuron_averages grow with it, these rules with its logarithm.
///
/// - Gaussian and Ricker, w and b normal: with A = I + C, C the covariance of (z, z'), the average
///   of e^{−(z²+z'²)/2} is det(A)^{−1/2}, and its derivatives by a shift of z and z' are the
///   others. Closed form.
/// - tanh, sigmoid, softplus, w and b normal: z' given z is normal, βz + τg with β = c12/c11,
///   τ² = det C/c11, so that E[f(z)f(z')] = E[f(z) S(βz, τ)], S of lfp/smoothed.hpp. β ≤ 1 for the
///   larger of the two as z, so that all that varies does so around z = 0 on the scale of 1 or of
///   the distance to 0: a graded Gauss rule. Some 10 µs a pair.
/// - The same with uniform b: at fixed b, and a graded rule in b. Some 0.5 ms.
/// - w uniform, d = 1: graded rules in w and in b. Some 10 ms.
///
/// The error estimate is the largest difference, over six pairs, to the same rules on half the
/// panels' widths with S by quadrature.
ActivationAverages wide_averages(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                                 const Eigen::MatrixXd& columns, const base::ShareTold& tell = {});

}  // namespace fprinciple::lfp
