#pragma once

#include "base/memory.hpp"
#include "data/samples.hpp"
#include "lfp/lattice.hpp"
#include "lfp/operators.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// One LFP problem on a lattice. LFP-2019 is the flow
///   c' = −Γ E^H (E c − y),  c(0) = c_ini,  E_{ik} = e^{2πi k·x_i/L},  Γ_k = γ²(k/L)/L^d,
/// whose limit minimises the FP-norm Σ_k |c_k − c_ini,k|²/Γ_k subject to E c = y.
///
/// LFP-2020 adds the divergence term, which in sample space is x·x' times the γ_b-kernel: the same
/// flow for h(x) = h_0(x) + Σ_l x_l h_l(x), each part h_l with coefficients, a weight and a share
/// of the FP-norm of its own. So c has one column for each part, and E an x_l in front of those of
/// h_l.
///
/// All solvers work in the whitened real variables z, with c = c_ini + √(Γ/w) z (a complex number
/// is two reals): there h − h_ini = B^T z at the samples, with B = Γ^{1/2} E^H as a real matrix,
/// the FP-norm is |z|, the flow z' = −B (B^T z − r_0), r_0 = y − E c_ini, and K = B^T B is the
/// kernel matrix. Working with B and not with K keeps √cond(K) instead of cond(K) in every error.
/// A ridge ρ (K → K + ρ I) appends √ρ I to B and n variables to z.
struct Problem {
  Lattice lattice;
  Eigen::MatrixXd weight;  ///< Γ_k ≥ 0, lattice.size() × parts; where 0, B has zero rows
  data::Samples samples;
  Eigen::MatrixXcd c_ini;  ///< lattice.size() × parts
  double ridge = 0.0;
  /// How often each sample counts, n: row i of E, and what is left there, times √count_i. Empty:
  /// once each.
  Eigen::VectorXd count = {};
};

/// LFP-2019 from h_ini = 0.
Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const data::Samples& samples, double ridge = 0.0);

/// LFP-2020 from h_ini = 0.
Problem make_problem(const Lattice& lattice, const SpectralWeight& weight,
                     const SpectralWeight& divergence, const data::Samples& samples,
                     double ridge = 0.0);

/// Throws InputError where shapes do not belong together, or a value is not finite or below 0.
void require_problem(const Problem& problem);

/// How large a problem will be, for what the solvers tell of their memory.
struct ProblemSize {
  Lattice lattice;
  Eigen::Index parts = 1;    ///< 1 for LFP-2019, 1 + d for LFP-2020
  Eigen::Index samples = 1;  ///< n
  bool ridge = false;
  double coefficients() const;  ///< size · parts, which may be too large for an integer
  double rows() const;          ///< of B
};

/// Weights, samples and c_ini.
base::Memory problem_memory(const ProblemSize& size);
/// B.
base::Memory features_memory(const ProblemSize& size);

/// r_0 = y − E c_ini, n, each times √count.
Eigen::VectorXd initial_residual(const Problem& problem);

/// B, (2 size · parts [+ n with a ridge]) × n; the real and imaginary parts of c alternate, part
/// after part. Cost O(n · size · parts) time and memory; throws InputError when the machine cannot
/// hold it.
Eigen::MatrixXd whitened_features(const Problem& problem);

/// B by its products, as a matrix in memory: whitened_features.
LinearOperator lattice_operator(const Problem& problem);

/// c = c_ini + √(Γ/w) z.
Eigen::MatrixXcd coefficients(const Problem& problem, const Eigen::VectorXd& z);

/// The squared FP-norm Σ_k |c_k − c_ini,k|²/Γ_k over the whole lattice and all parts; a coefficient
/// with Γ_k = 0 counts 0 where c_k = c_ini,k, else ∞. Throws RunError where a square overflows.
double fp_norm_squared(const Problem& problem, const Eigen::MatrixXcd& c);

}  // namespace fprinciple::lfp
