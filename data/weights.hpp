#pragma once

#include <Eigen/Core>

namespace fprinciple::data {

/// The parameters θ of a two-layer network with m neurons on R^d.
struct Weights {
  Eigen::VectorXd a;  ///< m, output weights
  Eigen::MatrixXd w;  ///< m × d, input weights: one column for each input coordinate
  Eigen::VectorXd b;  ///< m, biases
  Eigen::Index width() const { return a.size(); }
  Eigen::Index dim() const { return w.cols(); }
};

}  // namespace fprinciple::data
