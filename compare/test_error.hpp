#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

struct Comparison;

/// How near a function comes to the target on the grid, root mean squares.
struct TestError {
  double rmse, relative_l2;  ///< at the last time
  double best_rmse;          ///< the least of all times
  double best_time;          ///< and when that is: the t at which training should stop
};

/// Of the network, and of each model of the comparison, in its order.
struct TestErrors {
  std::optional<TestError> nn;
  std::vector<TestError> models;
};

/// Nothing without a target. The best time is the vertex of the parabola in log t through the best
/// snapshot and its neighbours, so known better than the snapshots are apart.
TestErrors test_errors(const Comparison& comparison);

/// Of mean squares of an error over the times t (T), the last of which may be ∞; `target` is the
/// mean square of what it is relative to.
TestError test_error(const Eigen::VectorXd& t, const Eigen::VectorXd& squares, double target);

/// Of f (G × T) over the times t (T) to a target (G).
TestError test_error(const Eigen::VectorXd& t, const Eigen::MatrixXd& f,
                     const Eigen::VectorXd& target);

}  // namespace fprinciple::compare
