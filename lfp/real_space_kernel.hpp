#pragma once

#include "data/network_law.hpp"
#include "data/radial.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// The inverse transforms of γ_a² and γ_b² on R^d, up to polynomials, as functions of |Δ|:
///   k_a(|Δ|) = s² m p_b(0) E_w[A_σ(w·Δ)],   k_b(|Δ|) = s² m p_b(0) E[a²] E_w[A_σ'(w·Δ)]
/// (A_σ: lfp/activation_spectrum.hpp; no p_b(0) for the sine). They are the tangent kernels K_a and
/// K_b where the density of the biases is flat; K_w is x·x' k_b. Conditionally positive definite of
/// order_a and order_b; A_σ fixes the polynomial, so orders ≥ 1 have k(0) = 0.
///
/// A function may be called from several threads. Relative error below 1e-12 for the closed forms:
/// the powers of the ReLU in any d, gaussian and ricker for normal w and d = 1, the sine for normal
/// w and d = 1. The others are averages by quadrature (10 µs for normal w and d = 1, some ms for
/// uniform w in d = 2, 3), so they are replaced, octave by octave of |Δ| and when first asked for,
/// by Chebyshev interpolants; error below 1e-11 of k(|Δ|), or of k(0) for order 0; 0.1 µs a value.
struct RealSpaceKernels {
  data::RealFunction a, b;
  int order_a = 0;
  int order_b = 0;
};

/// The kernels of a network with d inputs. k_a = 0 with a frozen, k_b = 0 with both b and w frozen
/// (order 0). Uniform coordinates of w in d > 1 are not isotropic: w is given a uniformly random
/// direction, as in γ². Throws InputError where lfp2019 does: for an activation that is not a power
/// of the ReLU, uniform w and d > 3.
RealSpaceKernels real_space_kernels(const data::NetworkLaw& law, Eigen::Index d);

}  // namespace fprinciple::lfp
