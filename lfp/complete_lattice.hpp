#pragma once

#include "base/memory.hpp"
#include "data/network_law.hpp"
#include "lfp/lattice.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// Whether complete_on_lattice holds for a law at points of norm up to `reach`: ReLU, isotropic w
/// (normal, or d = 1), and b uniform with B ≥ |w·x|; for normal w to rounding, B ≥ 8.5 σ_w |x|.
bool has_lattice_form(const data::NetworkLaw& law, Eigen::Index d, double reach);

/// Of complete_on_lattice for so many rows and columns.
base::Memory complete_lattice_memory(const Lattice& lattice, Eigen::Index rows,
                                     Eigen::Index columns);

/// Complete LFP by Fourier sums. Where has_lattice_form, with
///   S(Δ) = Σ_{k≠0} Γ_k cos(2π ξ_k·Δ),  ξ_k = k/L,
/// of γ_a² and of γ_b², the tangent kernel is
///   K_a = S_a(Δ) − S_a(0) − ½ S_a''(0)|Δ|² + s²m (B²/6 + E[w_1²] x·x'/2),
///   S_a''(0) = −(4π²/d) Σ |ξ_k|² Γ_a,k,
///   K_b = S_b(Δ) − S_b(0) + s²m E[a²]/2,  K_w = x·x' K_b,
/// as box and cut-off grow: error O(1/L) from the box, O(L/modes) from the cut-off. So complete LFP
/// is LFP-2020 with finite weights for the constant and linear modes at ξ = 0 (docs/theory.md,
/// section 9). The polynomials are indefinite by themselves: they have no weights Γ_0 ≥ 0.
/// rows (d × N), columns (d × N'); N × N'. O(N N' size) time, O((N + N') size) memory.
Eigen::MatrixXd complete_on_lattice(const data::NetworkLaw& law, const Lattice& lattice,
                                    const Eigen::MatrixXd& rows, const Eigen::MatrixXd& columns);

}  // namespace fprinciple::lfp
