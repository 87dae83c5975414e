#pragma once

#include "base/memory.hpp"
#include "data/target.hpp"
#include "lfp/problem.hpp"
#include "lfp/spectral_weight.hpp"

#include <vector>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// The coefficients of a sum of sines, whose FP-norm is then in closed form: of one sine from
/// h_ini = 0, Q = 1/√(2Γ_v). Throws InputError for a frequency that the lattice does not have.
Eigen::VectorXcd wave_coefficients(const Lattice& lattice, const std::vector<data::Wave>& waves);

/// A function by its coefficients, found from its values on a grid.
struct SampledFunction {
  Eigen::VectorXcd c;  ///< size
  /// How far it may be from the function that was sampled, between the points: twice the sum of all
  /// |c_k| with N/4 < |k|_∞ ≤ N/2. What the grid cannot see adds at most as much, if the
  /// coefficients go on falling at least as 1/|k|² from one octave to the next.
  double aliasing = 0.0;
};

/// From values at L g/N, g ∈ {0 … N−1}^d, the last axis fastest, by FFTW: O(N^d log N). Where N is
/// even, the points cannot tell +N/2 from −N/2 along an axis: half of such a mode is given to each,
/// which is the cosine. What is below the rounding of the largest value is 0: the FP-norm would
/// magnify it. Throws InputError when N^d is not the number of values, or when a coefficient off
/// the lattice is above 1e-10 of the largest value.
SampledFunction sampled_coefficients(const Lattice& lattice, Eigen::Index n_axis,
                                     const Eigen::VectorXd& values);

/// The FP-norm of the whole triangle wave from h_ini = 0, frequencies beyond the lattice included.
/// The Fourier coefficients fall as 1/k², so that Σ k^{−4}/γ² is finite only where γ² falls no
/// faster than 1/k²: d = 1 and ReLU neurons whose biases move. There
///   Q² = (8/π³) (L v²/c2) tanh(πα/2)/α,  α² = c1/(c2 v²),  otherwise Q = ∞.
double triangle_fp_norm(const SpectralWeight& weight, double box, double v);

/// G = √K(x,x) = √(Σ_k Γ_k) over the whole lattice: |h| ≤ G ‖h‖_γ. One part only (LFP-2019).
double gamma_norm(const Problem& problem);

/// With probability 1 − δ over n uniform samples in the box, the mean of |f − h_n| over the box is
/// at most this times Q G (Rademacher complexity of the FP-norm's balls; see docs/theory.md).
double published_factor(Eigen::Index n, double delta);  ///< 2/√n + 4√(2 ln(4/δ)/n)
double sharper_factor(Eigen::Index n, double delta);    ///< 2/√n + √(ln(1/δ)/2n)

/// How far the limit h_n of LFP-2019 can be from the target f whose values the samples are.
/// In the whitened variables h_n − h_ini is the projection of f − h_ini onto the columns of B,
/// z_n = Π z_f, so f − h_n is (I − Π) z_f, of which only the norm ρ is used.
struct Bounds {
  double fp_norm = 0.0;  ///< Q = ‖f − h_ini‖_γ
  double data_norm = 0.0;  ///< √(r_0^T K^{-1} r_0) = ‖h_n − h_ini‖_γ, the least norm with the data
  double rho = 0.0;  ///< ρ = ‖f − h_n‖_γ = √(Q² − data_norm²), without the cancellation
  double gamma_norm = 0.0;  ///< G
  double delta = 0.0;       ///< δ
  double published = 0.0;   ///< of the mean of |f − h_n|, with probability 1 − δ
  double sharper = 0.0;     ///< the same
  /// P_S at the points, N: |f(x) − h_n(x)| ≤ ρ P_S(x), always.
  Eigen::VectorXd power_function;
  /// √λ ρ ≥ ‖f − h_n‖, the root mean square over the box: always, and without a ridge the least
  /// bound from Q and the data alone (the radius of information).
  double radius = 0.0;
  double radius_error = 0.0;  ///< the radius is at most this share of itself too large
  /// g*, size: without a ridge h_n ± g* meet the data, have FP-norm Q, and the radius, to its
  /// error, as their distance from h_n.
  Eigen::VectorXcd worst;
};

/// Of bounds() with the power function at so many points.
base::Memory bounds_memory(const ProblemSize& size, Eigen::Index points);

/// All bounds, for a target with coefficients `target` (size) and the power function at `points`
/// (d × N). With the QR decomposition of B and tail(z) the part of Q^T z beyond its first n rows,
///   ρ = |tail(z_f)|,  P_S(x) = |tail(b(x))|,  b(x) the column of B for a sample at x,
/// so that nothing cancels; λ is the largest eigenvalue of Γ^{1/2}(I − Π)Γ^{1/2} by Lanczos to a
/// residual of 1e-10 λ, or what 100 steps leave (some 1e-4 for 2000 equispaced samples, where the
/// largest eigenvalues are all but equal), which is added. A ridge keeps all of it true: its n
/// variables are part of z, 0 for f. Cost O(n · size · (n + N + steps)) time, O(size · (n + steps))
/// memory. Throws InputError for LFP-2020 (not periodic), for a target of infinite FP-norm, and for
/// samples off the target by more than 1e-10 Q G; RunError when the lattice cannot tell the samples
/// apart, or when 100 steps leave more than 1e-2 λ.
Bounds bounds(const Problem& problem, const Eigen::VectorXcd& target, const Eigen::MatrixXd& points,
              double delta);

}  // namespace fprinciple::lfp
