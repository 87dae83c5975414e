#pragma once

#include "data/moments.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// The spectral weight γ²(ξ) = γ_a² + γ_b² = c1/|ξ|^{d+3} + c2/|ξ|^{d+1} of a wide two-layer ReLU
/// network, ξ in cycles (LFP-2019).
struct SpectralWeight {
  Eigen::Index dim = 1;  ///< d
  double kappa = 0.0;    ///< κ = s² m p_b(0) Γ(d/2)/π^{d/2}
  double c1 = 0.0;       ///< κ E[r³]/(16π⁴): the output weights a move
  double c2 = 0.0;       ///< κ E[a² r]/(4π²): the biases b move
  /// γ² at the frequency |ξ| = xi > 0.
  double gamma2(double xi) const;
};

/// LFP-2019: γ² from the moments of the initialisation, `width` neurons and the output scale s.
/// With a frozen, γ_a = 0; with b frozen, γ_b = 0 (w moves by the divergence term, which LFP-2019
/// drops). Source: arXiv 1905.10264, with the
/// constants derived in docs/theory.md.
SpectralWeight lfp2019(const data::Moments& moments, Eigen::Index dim, Eigen::Index width,
                       double output_scale, bool a_moves = true, bool b_moves = true);

/// The weight γ_b² inside the term (1/4π²) ∇_ξ·(γ_b² ∇_ξ F[u_S]) that LFP-2020 adds to LFP-2019:
/// the input weights w move (arXiv 2010.08153; constants as in docs/theory.md).
SpectralWeight divergence_weight(const data::Moments& moments, Eigen::Index dim, Eigen::Index width,
                                 double output_scale);

}  // namespace fprinciple::lfp
