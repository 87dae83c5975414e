#pragma once

#include "lfp/spectral_weight.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// The frequencies ξ = k/L, k ∈ Z^d, |k|_∞ < modes, of functions
///   h(x) = Σ_k c_k e^{2πi k·x/L},   c_{−k} = conj c_k,
/// periodic in the box of side L. Only the half with k_1 ≥ 0 is stored, in the order
/// k_1 = 0 … modes−1 (slowest), k_2 = −(modes−1) … modes−1, k_3 likewise (fastest), so
///   h(x) = Σ_{k_1 ≥ 0} w_k Re(c_k e^{2πi k·x/L}),   w_k = 1 where k_1 = 0, else 2.
struct Lattice {
  Eigen::Index dim = 1;         ///< d = 1, 2 or 3
  double box = 0.0;             ///< L
  Eigen::Index modes = 0;       ///< |k|_∞ < modes
  double zero_frequency = 0.1;  ///< γ²(0) := γ²(zero_frequency / L)

  /// Number of frequencies stored along an axis: modes for the first, 2 modes − 1 for the others.
  Eigen::Index axis_size(Eigen::Index axis) const { return axis == 0 ? modes : 2 * modes - 1; }
  /// The first k of an axis: 0 for the first axis, −(modes − 1) for the others.
  Eigen::Index axis_start(Eigen::Index axis) const { return axis == 0 ? 0 : 1 - modes; }
  /// Number of stored coefficients: modes (2 modes − 1)^{d−1}.
  Eigen::Index size() const;
};

/// Throws InputError unless dim is 1, 2 or 3, box and zero_frequency are finite and above 0, and
/// modes is at least 1 and no more than can be counted: size at most 2^53, modes at most 2^30.
void require_lattice(const Lattice& lattice);

/// |k| for each stored coefficient.
Eigen::VectorXd mode_norms(const Lattice& lattice);

/// w_k for each stored coefficient.
Eigen::VectorXd mode_weights(const Lattice& lattice);

/// Γ_k = γ²(k/L)/L^d for each stored coefficient, γ²(0) by the lattice's zero-frequency rule. One
/// value of γ² for each distinct |k|. Γ_k = 0 where γ² underflows or vanishes: such a coefficient
/// never moves.
Eigen::VectorXd sampled_weight(const Lattice& lattice, const SpectralWeight& weight);

/// The function with coefficients c (size × parts): column 0 is h_0, column l is h_l, and
///   h(x) = h_0(x) + Σ_l x_l h_l(x);
/// one part for LFP-2019, 1 + d for LFP-2020. At points (d × N), by direct summation: O(N · size)
/// time for each part. Any points; on regular grids GridEvaluator is faster.
Eigen::VectorXd values(const Lattice& lattice, const Eigen::MatrixXcd& c,
                       const Eigen::MatrixXd& points);

/// What part l of a function is multiplied by at points (d × N): 1 for l = 0, else x_l.
Eigen::VectorXd part_factor(Eigen::Index part, const Eigen::MatrixXd& points);

/// e^{2πi k x/L} for the stored k of an axis, rounding error below 1e-15 however large k.
Eigen::VectorXcd axis_phases(const Lattice& lattice, Eigen::Index axis, double x);

/// The products of axis_phases over the axes: e^{2πi k·x/L} for each stored coefficient.
Eigen::VectorXcd phases(const Lattice& lattice, const Eigen::VectorXd& x);

}  // namespace fprinciple::lfp
