#pragma once

#include "data/samples.hpp"
#include "lfp/lattice.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// One LFP problem on a lattice. The flow
///   c' = −Γ E^H (E c − y),  c(0) = c_ini,  E_{ik} = e^{2πi k·x_i/L},  Γ_k = γ²(k/L)/L^d
/// and its limit, the minimiser of the FP-norm Σ_k |c_k − c_ini,k|²/Γ_k subject to E c = y.
///
/// All solvers work in the whitened real variables z, with c = c_ini + √(Γ/w) z (a complex number
/// is two reals): there h − h_ini = B^T z at the samples, with B = Γ^{1/2} E^H as a real matrix,
/// the FP-norm is |z|, the flow z' = −B (B^T z − r_0), r_0 = y − E c_ini, and K = B^T B is the
/// kernel matrix. Working with B and not with K keeps √cond(K) instead of cond(K) in every error.
/// A ridge ρ (K → K + ρ I) appends √ρ I to B and n variables to z.
struct Problem {
  Lattice lattice;
  Eigen::VectorXd weight;  ///< Γ_k, lattice.size()
  data::Samples samples;
  Eigen::VectorXcd c_ini;  ///< lattice.size()
  double ridge = 0.0;
};

/// The problem that starts from h_ini = 0.
Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const data::Samples& samples, double ridge = 0.0);

/// r_0 = y − E c_ini, n.
Eigen::VectorXd initial_residual(const Problem& problem);

/// B, (2 size [+ n with a ridge]) × n; rows 2k and 2k+1 belong to Re c_k and Im c_k.
/// Cost O(n · size) time and memory; throws InputError when the machine cannot hold it.
Eigen::MatrixXd whitened_features(const Problem& problem);

/// c = c_ini + √(Γ/w) z.
Eigen::VectorXcd coefficients(const Problem& problem, const Eigen::VectorXd& z);

/// The squared FP-norm Σ_k |c_k − c_ini,k|²/Γ_k over the whole lattice.
double fp_norm_squared(const Problem& problem, const Eigen::VectorXcd& c);

}  // namespace fprinciple::lfp
