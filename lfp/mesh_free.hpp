#pragma once

#include "base/memory.hpp"
#include "lfp/real_space_kernel.hpp"

#include <Eigen/Core>

namespace fprinciple::lfp {

/// LFP-2019 or LFP-2020 without a lattice: the limit of an infinite box and an infinite cut-off, in
/// any dimension. With k_a and k_b the inverse transforms of γ_a² and γ_b²,
///   K(x, x') = k_a(|Δ|) + (1 + [LFP-2020] x·x') k_b(|Δ|),
/// conditionally positive definite: the polynomials of degree < order, where γ² diverges at ξ = 0,
/// are unpenalised. For ReLU the kernels are |Δ|³ and −|Δ|: so γ_b = 0 gives the natural cubic
/// spline in d = 1 and the cubic RBF in any d, γ_a = 0 the piecewise-linear interpolant and the
/// linear RBF.
struct MeshFree {
  RealSpaceKernels kernels;
  bool bias = true;         ///< b moves: k_b counts
  bool divergence = false;  ///< w moves and LFP-2020: x·x' k_b counts
  int order = 0;            ///< unpenalised polynomials have degree < order
};

MeshFree mesh_free_2019(const data::NetworkLaw& law, Eigen::Index d);
MeshFree mesh_free_2020(const data::NetworkLaw& law, Eigen::Index d);

/// K between the points in rows (d × N) and columns (d × N'), N × N'. O(N N' d).
Eigen::MatrixXd kernel_matrix(const MeshFree& model, const Eigen::MatrixXd& rows,
                              const Eigen::MatrixXd& columns);

/// Of a matrix of so many rows and columns.
base::Memory kernel_matrix_memory(Eigen::Index rows, Eigen::Index columns);

/// How many monomials of degree < order ≤ 3 there are in d dimensions.
Eigen::Index polynomial_count(int order, Eigen::Index d);

/// The monomials of degree < order ≤ 3 at points (d × N), N × q: 1; x_k; x_k x_l, k ≤ l.
Eigen::MatrixXd polynomials(int order, const Eigen::MatrixXd& points);

}  // namespace fprinciple::lfp
