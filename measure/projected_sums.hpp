#pragma once

#include "measure/projection.hpp"

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::measure {

/// The sums Σ w_i g_i e^{−2πi k p·x_i} of a projection, over groups of samples: enough for the
/// projection of the whole, and of any resample that draws whole groups. With n ≤ 256 samples each
/// is a group; more are dealt to 256 groups of n/256, by chance.
struct ProjectedSums {
  Eigen::VectorXd direction, frequency;  ///< as in Projection
  Eigen::Index outputs = 0, times = 0;
  /// One for each frequency, 2k(1 + T) × groups: of y, then of f − y at each time, for each the k
  /// real parts and the k imaginary ones.
  std::vector<Eigen::MatrixXd> sums;
  Eigen::VectorXd weight;      ///< of each group
  double target_square = 0.0;  ///< Σ w |y|²
};

/// As project does. Sums are in a fixed order: the same bits for any number of threads.
ProjectedSums project_groups(const RecordingView& recording, const Eigen::VectorXd& direction,
                             const Eigen::VectorXd& frequency, std::uint64_t seed);

/// All of them together.
Projection whole(const ProjectedSums& sums);

/// Energies of resamples, with each group as often as `counts` says (groups × B): for frequency κ,
/// (1 + T) × B, |ŷ|² and below it |f̂ − ŷ|² at each time.
Eigen::MatrixXd resampled_energies(const ProjectedSums& sums, Eigen::Index frequency,
                                   const Eigen::MatrixXd& counts);

}  // namespace fprinciple::measure
