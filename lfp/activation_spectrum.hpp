#pragma once

#include "data/activation.hpp"

namespace fprinciple::lfp {

// What the theory needs of an activation σ when the density of the bias is flat: ∫ σ(z) σ(z + δ) dz
// up to polynomials of δ, and its Fourier transform |F[σ]|², F[f](η) = ∫ f(z) e^{−2πiηz} dz.
// With φ(x) = (x/2) coth(x/2) − 1, He_n the Hermite polynomials and v = δ/√2:
//
//   σ         |F[σ](η)|², η ≠ 0       A_σ(δ)                         A_σ'(δ) = −A_σ''(δ)   order
//   relu      1/(16π⁴η⁴)              |δ|³/12                        −|δ|/2                2
//   relu2     1/(16π⁶η⁶)              −|δ|⁵/60                       |δ|³/3                3
//   tanh      π²/sinh²(π²η)           −2 φ(2δ) = 2 − 2δ coth δ       8 φ''(2δ)             1
//   sigmoid   π²/sinh²(2π²η)          −φ(δ)                          φ''(δ)                1
//   softplus  1/(4η² sinh²(2π²η))     ∫_0^δ (δ − t) φ(t) dt          −φ(δ)                 2
//   gaussian  2π e^{−4π²η²}           √π e^{−v²/2}                   −½ √π He_2 e^{−v²/2}  0
//   ricker    (2πη)⁴ 2π e^{−4π²η²}    ¼ √π He_4 e^{−v²/2}            −⅛ √π He_6 e^{−v²/2}  0
//   sine      a line spectrum         ½ cos δ                        ½ cos δ               0

/// |F[σ](η)|² for η > 0, relative error of a few rounding errors of the exponent (1e-16 times
/// −ln |F|²) at every η; 0 where it underflows. Throws InputError for the sine, whose
/// transform is a sum of point masses.
double power_spectrum(data::Activation activation, double eta);

/// |F[σ'](η)|² = (2πη)² |F[σ](η)|².
double derivative_power_spectrum(data::Activation activation, double eta);

/// A_σ(δ), the inverse transform of |F[σ]|² off η = 0: ∫ σ(z) σ(z + δ) dz up to a polynomial. The
/// polynomial is left open by η = 0; it is chosen such that A_σ vanishes at δ = 0 to the highest
/// order (activations of order ≥ 1), so that the relative error, below 1e-14, is one of what
/// distinguishes near points. For the sine the mean of sin(z) sin(z + δ) over a period in place of
/// the integral.
double autocorrelation(data::Activation activation, double delta);

/// A_σ'(δ) = −A_σ''(δ), likewise: exactly this second derivative, polynomial included.
double derivative_autocorrelation(data::Activation activation, double delta);

/// The n-th derivative of A_gaussian = √π e^{−δ²/4}: √π (−1/√2)^n He_n(v) e^{−v²/2}, v = δ/√2.
double gaussian_derivative(int n, double delta);

/// q: A_σ is conditionally positive definite of order q, Σ_ij ν_i ν_j A_σ(x_i − x_j) ≥ 0 for all ν
/// that annihilate the polynomials of degree < q: half the order of the pole of |F[σ]|² at
/// η = 0. A_σ' has max(0, q − 1).
int conditional_order(data::Activation activation);

}  // namespace fprinciple::lfp
