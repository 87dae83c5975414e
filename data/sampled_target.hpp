#pragma once

#include "data/target.hpp"

#include <Eigen/Core>

namespace fprinciple::data {

/// A function that is known by its values on a grid of one of its periods, as a sum of sines.
struct SampledTarget {
  Target target;           ///< through the values; one wave of frequency 0 is their mean
  Eigen::VectorXd period;  ///< d
  /// How far it may be from the function that was sampled, between the points: twice the sum of the
  /// amplitudes of all waves above half of the highest frequency that the grid can see. What it
  /// cannot see adds at most as much if the amplitudes go on falling at least as 1/k² from one
  /// octave to the next.
  double aliasing = 0.0;
};

/// The trigonometric polynomial through values (N) at points (d × N, in any order): a regular grid,
/// of N_k ≥ 2 points along axis k, whose end is left out, lo + j (hi − lo)/N_k for j < N_k, as the
/// function has the period hi − lo. Where N_k is even the points cannot tell +N_k/2 turns from
/// −N_k/2: such a wave is the cosine. Waves below the rounding of the largest value are left out;
/// of the zero function the mean stays. By FFTW, O(N log N). Throws InputError for points that are
/// no such grid, for more than 65536 of them, and for what is not finite.
SampledTarget sampled_target(const Eigen::MatrixXd& points, const Eigen::VectorXd& values);

}  // namespace fprinciple::data
