#pragma once

#include "lfp/problem.hpp"

namespace fprinciple::lfp {

struct ConstrainedOptions {
  double residual = 1e-12;  ///< max|E c − y| to stop at, relative to max|r_0|
  int max_outer = 60;       ///< multiplier updates
};

/// The limit by Ceres on the constrained problem: minimise ½|z|² subject to B^T z = r_0 by the
/// augmented Lagrangian
///   min_z ½|z|² + ρ/2 |B^T z − r_0 + μ/ρ|²,   μ ← μ + ρ (B^T z − r_0).
/// Each minimisation is a linear least-squares problem whose normal matrix is the identity plus
/// rank n, so conjugate gradients (Ceres' CGNR) end in about n + 1 steps whatever the lattice's
/// size. Cost O(n · size) for each of them; memory O(n · size).
/// Throws RunError when the constraint is not met to `residual`, or Γ = 0 everywhere.
Eigen::MatrixXcd solve_constrained(const Problem& problem, const ConstrainedOptions& options = {});

}  // namespace fprinciple::lfp
