#pragma once

#include "compare/prediction.hpp"

#include <optional>
#include <string>

#include <Eigen/Core>

namespace fprinciple::compare {

/// How far the numbers of a prediction are known, in the unit of y: what the kernel's own error and
/// rounding make of them, carried through the solution.
struct Uncertainty {
  double limit = 0.0;        ///< of f(x, ∞), the largest over the points
  Eigen::VectorXd at_times;  ///< T, of f(x, t)
  /// Beside a limit that is known worse than to 1e-6 of max|y|, one that is.
  std::optional<Prediction::Truncated> truncated;
  std::string warning;  ///< says so; empty otherwise
};

/// Twice the largest difference to two solutions of perturbed inputs (Prediction::sensitivity), at
/// up to 64 points of `grid` and the times `t`; `scale` is max|y|. An estimate, not a bound: errors
/// that the inputs share, of one sign for instance, may do more harm than random ones. Costs as
/// much as two more solutions.
Uncertainty uncertainty(const Prediction& prediction, const data::Grid& grid,
                        const Eigen::VectorXd& t, double scale);

}  // namespace fprinciple::compare
