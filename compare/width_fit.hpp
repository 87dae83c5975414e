#pragma once

#include "compare/statistics.hpp"

#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// What an approximation leaves out of networks of one width: functions on the grid, one for each
/// seed, in the unit in which the prediction's movement has the root mean square 1.
struct LeftOut {
  double width = 0.0;
  Eigen::MatrixXd of;  ///< G × seeds
};

/// From measurements to a width. The error of a network of width m and some seed is the norm of
///   (m_N/m) N + (m_F/m)^½ F + C,
/// N what non-linearity leaves out at the width m_N, F finite width at m_F, C the model. Each seed
/// is one network at each of the two widest of those measured, so that what is correlated stays so.
struct WidthFit {
  double width = 0.0;  ///< at which `share` of the networks are within the error; ∞: at none
  double low = 0.0, high = 0.0;  ///< its 95 % percentile interval of the bootstrap over seeds
  double floor = 0.0;            ///< the same quantile of |C|
  /// Slopes in logarithms between the two widest; nan for fewer. −½ and −1 where the laws hold.
  double finite_width_slope = 0.0, nonlinearity_slope = 0.0;
};

/// Widths in increasing order; `finite_width` and `model` (its widest is taken) have the same
/// seeds, `nonlinearity` the first of them, or is empty: then it counts nothing. O(resamples ·
/// seeds) and O(G · seeds). Throws InputError for shapes that do not match, an error that is not
/// above 0, a share out of (0, 1).
WidthFit fit_width(const std::vector<LeftOut>& finite_width, const std::vector<LeftOut>& model,
                   const std::vector<LeftOut>& nonlinearity, double error, double share,
                   const Bootstrap& bootstrap = {.seed = 1, .resamples = 1000});

}  // namespace fprinciple::compare
