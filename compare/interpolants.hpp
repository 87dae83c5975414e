#pragma once

#include <Eigen/Core>

namespace fprinciple::compare {

/// The classical interpolants of samples of one variable, at `points`: the limits of LFP with γ_b =
/// 0 and with γ_a = 0. x distinct, in any order. Cost O((n + N) log n). Throws InputError for
/// samples of different number, repeated or not finite.

/// The natural cubic spline (no second derivative at both ends), linear outside the samples.
Eigen::VectorXd natural_cubic_spline(const Eigen::VectorXd& x, const Eigen::VectorXd& y,
                                     const Eigen::VectorXd& points);

/// Straight lines between neighbours, constant outside the samples.
Eigen::VectorXd piecewise_linear(const Eigen::VectorXd& x, const Eigen::VectorXd& y,
                                 const Eigen::VectorXd& points);

}  // namespace fprinciple::compare
