#pragma once

#include "measure/recording.hpp"

#include <cstdint>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::measure {

/// The unit vector along which the weighted samples vary most, its largest component positive; d.
/// O(n d min(n, d) + min(n, d)³) time, O(min(n, d)² + 512 d) memory. Throws InputError when all
/// samples are one point, or n and d are both above 32,766.
Eigen::VectorXd principal_direction(const RecordingView& recording);

/// A direction at length 1. Throws InputError unless it is d finite numbers, and not 0.
Eigen::VectorXd unit_direction(const RecordingView& recording, const Eigen::VectorXd& direction);

/// 1/L, 2/L, … cycles per unit of x along a direction, L = range · m/(m − 1) for m different values
/// of p·x, so that on a regular line they are those of its discrete Fourier transform: (m − 1)/2 of
/// them, at least 1, at most 32. O(n d + n log n). Throws InputError when all values are the same.
Eigen::VectorXd default_frequencies(const RecordingView& recording,
                                    const Eigen::VectorXd& direction);

/// Fourier coefficients along a direction p, ĝ_k = Σ w_i g_i e^{−2πi k p·x_i}, Σ w = 1, of the
/// target (ŷ) and of the outputs (f̂). Norms run over the outputs.
struct Projection {
  Eigen::VectorXd direction;      ///< d, p of length 1
  Eigen::VectorXd frequency;      ///< K, in cycles per unit of x
  Eigen::MatrixXcd target;        ///< k × K, ŷ; 0 where it is below 1e-12 |y|, which is rounding
  Eigen::MatrixXcd coefficients;  ///< k × KT, f̂: column κ + K·j is frequency κ at t[j]
  Eigen::MatrixXd delta;          ///< K × T, |f̂ − ŷ| / |ŷ|
  Eigen::MatrixXd delta_magnitude;  ///< K × T, ||f̂| − |ŷ|| / |ŷ|
  Eigen::MatrixXd residual_energy;  ///< K × T, |f̂ − ŷ|²
  Eigen::VectorXd target_energy;    ///< K, |ŷ|²
};

/// O(n d + n K k T) time, O(512 K k T) memory. Throws InputError for a direction that is not d
/// finite numbers or is 0, and for frequencies that are none, not finite, or do not increase.
Projection project(const RecordingView& recording, const Eigen::VectorXd& direction,
                   const Eigen::VectorXd& frequency);

}  // namespace fprinciple::measure
