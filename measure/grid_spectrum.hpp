#pragma once

#include "measure/recording.hpp"

#include <optional>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::measure {

/// The regular grid that samples form, in whatever order they are.
struct RegularGrid {
  std::vector<Eigen::Index> count;  ///< along each axis
  Eigen::VectorXd origin;           ///< d, the least coordinates
  Eigen::VectorXd spacing;          ///< d, 0 along an axis with one point
  std::vector<Eigen::Index> cell;   ///< n, of each sample; the last axis runs fastest
};

/// Nothing unless d ≤ 3, all weights are equal and the samples are the points of a regular grid,
/// each once, to 1e-6 of its spacing. O(d n log n).
std::optional<RegularGrid> find_grid(const RecordingView& recording);

/// Fourier coefficients over the whole grid, ĝ_k = (1/n) Σ g_i e^{−2πi k·x_i}, at the frequencies
/// of its discrete transform, with last component ≥ 0, as the others are their conjugates.
struct GridSpectrum {
  Eigen::MatrixXd frequency;        ///< d × M, in cycles per unit of x
  Eigen::VectorXd multiplicity;     ///< M, 2 where a conjugate is left out, else 1
  Eigen::MatrixXcd target;          ///< k × M, ŷ
  Eigen::MatrixXcd coefficients;    ///< k × MT, f̂: column κ + M·j is frequency κ at t[j]
  Eigen::MatrixXd delta;            ///< M × T, |f̂ − ŷ| / |ŷ|, norms over the outputs
  Eigen::MatrixXd delta_magnitude;  ///< M × T, ||f̂| − |ŷ|| / |ŷ|
};

/// By FFTW. O(k T n log n) time, O(k T n) memory. Throws InputError for a grid of other samples.
GridSpectrum grid_spectrum(const RecordingView& recording, const RegularGrid& grid);

/// The same by |k| alone, (Σ |f̂ − ŷ|² / Σ |ŷ|²)^{1/2} over shells as wide as the largest of the
/// axes' steps of frequency; in one dimension each frequency is a shell.
struct Shells {
  Eigen::VectorXd frequency;  ///< S, |k| at the shell's middle
  Eigen::VectorXd amplitude;  ///< S, (Σ |ŷ|²)^{1/2}
  Eigen::MatrixXd delta;      ///< S × T
};
Shells shells(const GridSpectrum& spectrum);

}  // namespace fprinciple::measure
