#pragma once

#include "data/network_law.hpp"
#include "data/radial.hpp"
#include "data/weights.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// The spectral weight γ²(ξ) = γ_a² + γ_b² of a wide two-layer network as a function of |ξ| > 0, ξ
/// in cycles, for isotropic w with r = |w| and a flat density p_b of the biases (LFP-2019):
///   γ_a² = κ E[|F[σ](|ξ|/r)|²/r]/|ξ|^{d−1},  γ_b² = κ E[a² |F[σ'](|ξ|/r)|²/r]/|ξ|^{d−1},
///   κ = s² m p_b(0) Γ(d/2)/π^{d/2}.
/// ReLU: γ_a² = c1/|ξ|^{d+3}, γ_b² = c2/|ξ|^{d+1}; relu2: κ E[r⁵]/(16π⁶|ξ|^{d+5}) and
/// κ E[a² r³]/(4π⁴|ξ|^{d+3}). The smooth activations: by quadrature, error as radial_mean's, 5
/// to 100 µs a value. γ² may underflow to 0 at high frequencies.
/// Sine: ∫ over b is a mean value, ½ cos(w·Δ), so p_b drops out, and with p_r the density of r
///   γ_a² = s² m ½ (2π)^d p_r(ρ)/(|S^{d−1}| ρ^{d−1}),  ρ = 2π|ξ|,   γ_b² = E[a²] γ_a².
struct SpectralWeight {
  Eigen::Index dim = 1;  ///< d
  double kappa = 0.0;    ///< κ
  double c1 = 0.0;       ///< ReLU: κ E[r³]/(16π⁴), the output weights a move; otherwise 0
  double c2 = 0.0;       ///< ReLU: κ E[a² r]/(4π²), the biases b move; otherwise 0
  data::RealFunction gamma_a2 = [](double) { return 0.0; };  ///< safe to call from several threads
  data::RealFunction gamma_b2 = [](double) { return 0.0; };
  /// γ² at the frequency |ξ| = xi > 0.
  double gamma2(double xi) const { return gamma_a2(xi) + gamma_b2(xi); }
};

/// LFP-2019: γ² of a network with d inputs, averages over its law. With a frozen γ_a = 0, with b
/// frozen γ_b = 0 (w moves by the divergence term, which LFP-2019 drops). Source: arXiv 1905.10264,
/// with the constants derived in docs/theory.md. Throws InputError for an activation that is not a
/// power of the ReLU when the coordinates of w are uniform and d > 3 (see has_radial_law).
SpectralWeight lfp2019(const data::NetworkLaw& law, Eigen::Index d);

/// The same with averages over the neurons really drawn, width and d as theirs, and a given p_b(0):
/// of the law only the activation, s and the groups that train count. A value costs O(m), some
/// 40 ns a neuron, except for the powers of the ReLU. Throws InputError for the sine: the density
/// of r is a sum of point masses.
SpectralWeight lfp2019(const data::NetworkLaw& law, const data::Weights& weights, double p_b0);

/// γ² = |ξ|^{−α}, of no network: the minimiser of the FP-norm tends to a regular interpolant for
/// α > d alone as the cut-off grows (arXiv 2105.11675).
SpectralWeight power_weight(Eigen::Index d, double alpha);

/// The weight γ_b² inside the term (1/4π²) ∇_ξ·(γ_b² ∇_ξ F[u_S]) that LFP-2020 adds to LFP-2019:
/// the input weights w move (arXiv 2010.08153; constants as in docs/theory.md). 0 with w frozen.
SpectralWeight divergence_weight(const data::NetworkLaw& law, Eigen::Index d);
SpectralWeight divergence_weight(const data::NetworkLaw& law, const data::Weights& weights,
                                 double p_b0);

}  // namespace fprinciple::lfp
