#pragma once

#include "lfp/complete_kernel.hpp"

namespace fprinciple::lfp {

/// activation_averages for smooth σ and normal w. With u = σ_w x, σ(b + |u| g) = Σ_k α_k(|u|, b)
/// h_k(g) in orthonormal Hermite polynomials, and for the angle θ between u and u'
///   E_w[σ(z)σ(z')] = Σ_k α_k(|u|, b) α_k(|u'|, b) cos^k θ;
/// normal b is one more coordinate of u, uniform b a composite Gauss rule. The coefficients are
/// trapezoidal sums over g, exact to rounding for analytic σ. The series, of some 60 |u|² terms, at
/// most 4096, is summed over tiles by Horner's rule, as matrix products over the nodes of b.
/// The error estimate is the largest miss of Σ_k α_k² against E[σ(z)²] by a finer rule: it bounds
/// the tail of the series at every angle and shows both rules' errors.
ActivationAverages hermite_averages(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                                    const Eigen::MatrixXd& columns,
                                    const base::ShareTold& tell = {});

/// Of hermite_averages beside its two results: the tables and the coefficients.
base::Memory hermite_memory(const data::NetworkLaw& law, const Eigen::MatrixXd& rows,
                            const Eigen::MatrixXd& columns);

}  // namespace fprinciple::lfp
