#pragma once

#include "compare/test_error.hpp"
#include "data/grid.hpp"

#include <optional>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// Points whose values are known and were not learnt from: N points with k values each.
struct TestSet {
  Eigen::MatrixXd x;  ///< d × N
  Eigen::MatrixXd y;  ///< N × k
};

/// The grid, and the test points after it.
data::Grid with_test(const data::Grid& grid, const std::optional<TestSet>& test);

/// How a model does on a test set, over T times.
struct TestScores {
  TestError error;           ///< over all k values of all N points
  Eigen::VectorXd rmse;      ///< T
  Eigen::VectorXd accuracy;  ///< T, the share of points that are classified right; empty where the
                             ///< values are no labels
};

/// Whether values are labels: k = 1, all of them −1 or 1, or k > 1 with one largest value in each
/// row, its class.
bool are_labels(const Eigen::MatrixXd& y);

/// Of f, k outputs of N × T each, over the times t (T), ∞ among them. The class of an output is its
/// sign, of several their arg max. Throws InputError where shapes do not belong together.
TestScores test_scores(const Eigen::VectorXd& t, const std::vector<Eigen::MatrixXd>& f,
                       const TestSet& test);

}  // namespace fprinciple::compare
