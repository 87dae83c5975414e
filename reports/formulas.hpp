#pragma once

#include <string>

namespace fprinciple::reports {

// The formulas of the conventions, in MathML; docs/theory.md has them in the same notation.
std::string network_formula();    ///< f_θ(x) = s Σ_j a_j σ(w_j·x + b_j)
std::string loss_formula();       ///< R_S = ½ Σ_i (f(x_i) − y_i)²
std::string time_formula();       ///< dθ/dt = −∇R_S
std::string frequency_formula();  ///< F[f](ξ) = ∫ f(x) e^{−2πi ξ·x} dx
std::string lfp_formula();        ///< ∂_t F[u](ξ) = −γ²(ξ) F[u_S](ξ)
std::string divergence_formula();  ///< (1/4π²) ∇_ξ·(γ_b²(ξ) ∇_ξ F[u_S](ξ)), what LFP-2020 adds
std::string residual_formula();     ///< u = f − f*, u_S = Σ_i u(x_i) δ(x − x_i)
std::string relu_weight_formula();  ///< γ²(ξ) = c1/|ξ|^{d+3} + c2/|ξ|^{d+1}

}  // namespace fprinciple::reports
