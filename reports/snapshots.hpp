#pragma once

#include "compare/comparison.hpp"
#include "reports/axis.hpp"

namespace fprinciple::reports {

/// Theory and practice over time, thinned to what can be seen. P points, T times, F frequencies.
struct Snapshots {
  Eigen::VectorXd t, loss;              ///< T; the network's loss
  Eigen::MatrixXd x;                    ///< d × P, for d = 1 increasing
  Eigen::MatrixXd network, prediction;  ///< P × T
  Eigen::VectorXd target;               ///< P, or empty
  Eigen::VectorXd frequency;            ///< F, the lowest ones; empty without spectra
  Eigen::MatrixXd spectrum_network, spectrum_prediction;  ///< F × T
  Range values, difference, amplitude;                    ///< what the axes must hold at all times
};

/// At most `most_times` snapshots, the first and the last among them, at most `most_points` along
/// each axis, and 40 frequencies.
Snapshots snapshots(const compare::Comparison& comparison, Eigen::Index most_times,
                    Eigen::Index most_points);

}  // namespace fprinciple::reports
