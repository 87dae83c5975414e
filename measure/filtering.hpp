#pragma once

#include "measure/recording.hpp"

#include <functional>

#include <Eigen/Core>

namespace fprinciple::measure {

/// Low- and high-pass parts at the samples: g_low = G g with row-normalised weights
/// G_ij ∝ w_j exp(−|x_i − x_j|²/(2δ²)), g_high = g − g_low. Norms: |g|² = Σ_i w_i |g_i|².
struct Filtering {
  Eigen::VectorXd delta;       ///< W, the widths, in units of x
  Eigen::MatrixXd e_low;       ///< W × T, |f_low − y_low| / |y_low|
  Eigen::MatrixXd e_high;      ///< W × T, |f_high − y_high| / |y_high|
  Eigen::VectorXd share_high;  ///< W, |y_high|² / |y|²
};

/// The share that is done, from 0 to 1, from any thread, one at a time. What it throws ends the
/// work.
using ShareDone = std::function<void(double)>;

/// Throws InputError for no width, or one that is not above 0.
void require_widths(const Eigen::VectorXd& delta);

/// Tiles of the kernel are made, used for all widths and snapshots, and forgotten: O(n² (d + W k
/// T)) time, O(256 W k T) memory for each thread. The same bits for any number of threads.
///
/// Error, beside rounding: weights below e^{−80} (1.8e-35) of a sample's own are taken as 0. For d
/// > 8 distances come from products, and a weight is off by some 2.2e-16 (|x_i − x̄|² + |x_j −
/// x̄|²)/δ² of itself. e_high is nan where |y_high| is below 1e-12 |y|: so narrow a filter leaves
/// nothing.
///
/// Throws InputError as require_widths does.
Filtering filter(const RecordingView& recording, const Eigen::VectorXd& delta,
                 const ShareDone& progress = {});

/// Five widths, in equal ratios, from half the typical distance to the nearest sample to half the
/// root mean square distance of two samples (or to the former, if that is more). The typical
/// distance is the median over 200 samples that are evenly spread in the order of their p·x: it
/// does not depend on the order of the samples. O(200 n d). Throws InputError when all samples are
/// one point.
Eigen::VectorXd default_widths(const RecordingView& recording, const Eigen::VectorXd& direction);

}  // namespace fprinciple::measure
