#pragma once

#include "base/memory.hpp"
#include "lfp/problem.hpp"

namespace fprinciple::lfp {

/// Of solve_dual: B and its decomposition, of which nothing is kept but c.
base::Memory dual_memory(const ProblemSize& size);

/// The limit c = c_ini + Γ E^H K^{-1} (y − E c_ini), as the least-norm solution z = Q R^{-T} r_0 of
/// B^T z = r_0 with the thin QR decomposition B = Q R, so that R^T R = K is never formed.
/// Cost O(n² · size) time, O(n · size) memory. Error about √cond(K) rounding errors.
/// Throws RunError when the lattice cannot tell the samples apart (B has not full rank).
Eigen::MatrixXcd solve_dual(const Problem& problem);

}  // namespace fprinciple::lfp
