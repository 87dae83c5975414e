#pragma once

#include "base/fft.hpp"
#include "data/grid.hpp"

#include <vector>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// Amplitude spectra of functions on a regular grid with at least 4 points an axis: the discrete
/// Fourier transform (FFTW) under a Hann window along each axis, divided by the window's sum. The
/// window keeps the jump between the range's ends from leaking over all frequencies.
/// d = 1: |F(ξ)| at ξ = j/(count · spacing). d > 1: the root mean square of |F| over the shells
/// |ξ| = j Δ ± Δ/2, Δ the largest axis' resolution. Frequencies in cycles per unit of x, from 0 up
/// to the smallest Nyquist frequency. Cost O(G log G) for each function.
class SpectrumAnalyser {
 public:
  /// Throws InputError for a grid that has_spectrum refuses, or whose spacing is 0.
  explicit SpectrumAnalyser(const data::Grid& grid);

  const Eigen::VectorXd& frequency() const { return frequency_; }  ///< F

  /// Spectra of the columns of `f` (G × T), as F × T.
  Eigen::MatrixXd operator()(const Eigen::MatrixXd& f) const;

 private:
  Eigen::VectorXd window_;           // G, its sum is 1
  Eigen::VectorXd frequency_;        // F
  std::vector<Eigen::Index> shell_;  // G, index into frequency_, or −1 beyond Nyquist
  base::Fft fft_;
};

/// Whether SpectrumAnalyser takes the grid.
bool has_spectrum(const data::Grid& grid);

}  // namespace fprinciple::lfp
