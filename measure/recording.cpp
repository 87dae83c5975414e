#include "measure/recording.hpp"

#include "base/require.hpp"

#include <cmath>
#include <string>

namespace fprinciple::measure {
namespace {

using Eigen::Index;

RecordingView::Matrix view(const Eigen::MatrixXd& m) { return {m.data(), m.rows(), m.cols()}; }
RecordingView::Vector view(const Eigen::VectorXd& v) { return {v.data(), v.size()}; }

void require_matrix(const char* name, const RecordingView::Matrix& matrix, Index rows,
                    Index columns) {
  const auto size = [](Index r, Index c) { return std::to_string(r) + " × " + std::to_string(c); };
  base::require(matrix.rows() == rows && matrix.cols() == columns, name,
                size(matrix.rows(), matrix.cols()), size(rows, columns));
  base::require_finite(name, matrix);
  const double largest = matrix.cwiseAbs().maxCoeff();
  base::require(largest <= RecordingView::kLargest, std::string("largest value of ") + name,
                largest, "at most 1e100");
}

}  // namespace

RecordingView::RecordingView(const Recording& r)
    : RecordingView(view(r.x), view(r.y), view(r.t), view(r.f), view(r.weight)) {}

RecordingView::RecordingView(const Matrix& points, const Matrix& targets, const Vector& times,
                             const Matrix& outputs_over_time, const Vector& weights)
    : x(points), y(targets), t(times), f(outputs_over_time), weight(weights) {
  base::require(dim() >= 1, "dimensions of x", dim(), "at least 1");
  base::require(samples() >= 1, "samples of x", samples(), "at least 1");
  base::require(outputs() >= 1, "outputs of y", outputs(), "at least 1");
  base::require(t.size() >= 1, "size of t", t.size(), "at least 1");
  require_matrix("x", x, dim(), samples());
  require_matrix("y", y, outputs(), samples());
  require_matrix("f", f, outputs(), samples() * t.size());
  base::require_finite("t", t);
  for (Index j = 1; j < t.size(); ++j)
    base::require(t[j] > t[j - 1], "t[" + std::to_string(j) + "]", t[j],
                  "greater than the time before it");
  if (weight.size() == 0) weight = Eigen::VectorXd::Ones(samples());
  base::require_size("weight", weight.size(), samples());
  base::require_finite("weight", weight);
  for (Index i = 0; i < samples(); ++i)
    base::require(weight[i] >= 0.0, "weight[" + std::to_string(i) + "]", weight[i], "at least 0");
  const double largest = weight.maxCoeff();
  base::require(largest > 0.0, "largest weight", largest, "above 0");
  weight /= largest;  // so that the sum is finite
  weight /= weight.sum();
}

Eigen::VectorXd relative_error(const RecordingView& r) {
  const auto norm = [&](const auto& values) {
    return std::sqrt(values.colwise().squaredNorm().dot(r.weight));
  };
  const double whole = norm(r.y);
  Eigen::VectorXd out(r.times());
  for (Index j = 0; j < r.times(); ++j) out[j] = norm(r.residual(j, 0, r.samples())) / whole;
  return out;
}

}  // namespace fprinciple::measure
