#pragma once

#include "measure/bootstrap.hpp"
#include "measure/filtering.hpp"
#include "measure/grid_spectrum.hpp"
#include "measure/kernel_modes.hpp"
#include "measure/projection.hpp"
#include "measure/recording.hpp"
#include "measure/spectral_bias.hpp"

#include <optional>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::measure {

struct Options {
  std::optional<Eigen::VectorXd> direction;  ///< left out: principal_direction
  std::optional<Eigen::VectorXd> frequency;  ///< left out: default_frequencies
  std::optional<Eigen::VectorXd> delta;      ///< widths of filters; left out: default_widths
  double threshold = 0.1;                    ///< of Δ, for a crossing
  std::optional<double> cut;                 ///< between low and high; left out: halving_cut
  double floor = 0.05;                       ///< of present, for the order of crossings
  /// The width of a Gaussian kernel whose eigenvectors are asked for; left out: the middle one of
  /// delta where there are at most 2,000 samples, else none.
  std::optional<double> kernel;
  Eigen::Index modes = 32;  ///< of these eigenvectors at most
  BootstrapOptions bootstrap = {};
};

/// All that is measured of a recording.
struct Measured {
  Eigen::VectorXd t;
  Eigen::VectorXd relative_error;  ///< T, of the whole, see relative_error
  Projection projection;
  std::vector<Eigen::Index> present;  ///< the frequencies that the order counts
  Eigen::VectorXd crossing_time;      ///< K, by Δ = |f̂ − ŷ|/|ŷ|; infinite where it never is
  double crossing_order = 0.0;        ///< Kendall's τ_b of crossing time over present frequencies
  SpectralBias spectral_bias;
  Intervals intervals;
  Filtering filtering;
  std::optional<GridSpectrum> spectrum;  ///< where the samples are a regular grid
  std::optional<Shells> shells;          ///< of it
  std::optional<double> kernel_width;
  std::optional<KernelModes> kernel_modes;
};

/// Everything about a recording. O(n² (d + W k T)) for the filters, the rest is linear in n. Throws
/// InputError naming an option that is out of its range.
Measured measure(const RecordingView& recording, const Options& options = {},
                 const ShareDone& progress = {});

}  // namespace fprinciple::measure
