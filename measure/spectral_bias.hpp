#pragma once

#include <Eigen/Core>

namespace fprinciple::measure {

/// Which of low and high frequencies goes first, in one number (docs/theory.md, "What any model has
/// learnt"). With E_• = Σ_{k in •} |f̂ − ŷ|² / Σ_{k in •} |ŷ|² over the frequencies up to the cut
/// (low) and above it (high), at each time:
///   value = (A − B) / (A + B),  A = ∫ E_high |dE_low|,  B = ∫ E_low |dE_high|,
/// the integrals along the polygon of the recorded times. 1: all of the low ones are learnt before
/// any of the high ones; −1: the reverse; 0: together. For E_low = e^{−2λ_low t} and E_high =
/// e^{−2λ_high t} it is (λ_low − λ_high)/(λ_low + λ_high), up to the time at which the recording
/// ends.
struct SpectralBias {
  double value = 0.0;  ///< nan where neither energy has moved, or the target has none on one side
  double cut = 0.0;    ///< frequencies up to it are low
  Eigen::VectorXd e_low;      ///< T
  Eigen::VectorXd e_high;     ///< T
  Eigen::VectorXd over_time;  ///< T, (E_high − E_low) / (E_high + E_low), nan where both are 0
};

/// The frequency at which the target's energies below and above it are nearest to half of the
/// whole, the lower one of two that are equally near, with one frequency above it at least; the
/// last one where there is but one.
double halving_cut(const Eigen::VectorXd& frequency, const Eigen::VectorXd& target_energy);

/// residual_energy: K × T, target_energy: K, as in Projection. O(K T). Throws InputError where
/// sizes differ.
SpectralBias spectral_bias(const Eigen::VectorXd& frequency, const Eigen::MatrixXd& residual_energy,
                           const Eigen::VectorXd& target_energy, double cut);

}  // namespace fprinciple::measure
