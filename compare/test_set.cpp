#include "compare/test_set.hpp"

#include "base/require.hpp"

#include <utility>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

/// −1 where no value is the single largest.
Index class_of(const RowVectorXd& values) {
  if (values.size() == 1) return values[0] > 0.0 ? 1 : values[0] < 0.0 ? 0 : -1;
  Index largest = 0;
  const double top = values.maxCoeff(&largest);
  return (values.array() == top).count() == 1 ? largest : -1;
}

}  // namespace

data::Grid with_test(const data::Grid& grid, const std::optional<TestSet>& test) {
  if (!test) return grid;
  MatrixXd points(grid.dim(), grid.size() + test->x.cols());
  points << grid.points, test->x;
  return {.points = std::move(points), .axes = {}};
}

bool are_labels(const MatrixXd& y) {
  if (y.size() == 0) return false;
  if (y.cols() == 1) return (y.array().abs() == 1.0).all();
  for (Index i = 0; i < y.rows(); ++i)
    if (class_of(y.row(i)) < 0) return false;
  return true;
}

TestScores test_scores(const VectorXd& t, const std::vector<MatrixXd>& f, const TestSet& test) {
  const Index n = test.y.rows(), k = test.y.cols();
  base::require_size("f", static_cast<Index>(f.size()), k);
  for (const MatrixXd& output : f) base::require_shape("f", output, n, t.size());
  VectorXd square = VectorXd::Zero(t.size());
  for (Index j = 0; j < k; ++j)
    square += (f[static_cast<std::size_t>(j)].colwise() - test.y.col(j))
                  .colwise()
                  .squaredNorm()
                  .transpose();
  square /= static_cast<double>(test.y.size());
  TestScores out{.error = test_error(t, square, test.y.squaredNorm() / static_cast<double>(n * k)),
                 .rmse = square.cwiseSqrt(),
                 .accuracy = {}};
  if (!are_labels(test.y)) return out;
  out.accuracy.resize(t.size());
  for (Index s = 0; s < t.size(); ++s) {
    Index right = 0;
    RowVectorXd values(k);
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < k; ++j) values[j] = f[static_cast<std::size_t>(j)](i, s);
      right += class_of(values) == class_of(test.y.row(i)) ? 1 : 0;
    }
    out.accuracy[s] = static_cast<double>(right) / static_cast<double>(n);
  }
  return out;
}

}  // namespace fprinciple::compare
