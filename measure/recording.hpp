#pragma once

#include <Eigen/Core>

namespace fprinciple::measure {

/// What a model, any model, said at its samples while it learnt: n samples of dimension d, k
/// outputs, T times.
struct Recording {
  Eigen::MatrixXd x;       ///< d × n
  Eigen::MatrixXd y;       ///< k × n, the targets
  Eigen::VectorXd t;       ///< T, increasing, in any unit
  Eigen::MatrixXd f;       ///< k × nT: column i + n·j is sample i at t[j]
  Eigen::VectorXd weight;  ///< n, what each sample counts; empty: all the same
};

/// The same without a copy, over memory that outlives it. NumPy's x (n, d), y (n, k), f (T, n, k)
/// and weight (n,) in C order are this memory as it stands.
class RecordingView {
 public:
  using Matrix = Eigen::Map<const Eigen::MatrixXd>;
  using Vector = Eigen::Map<const Eigen::VectorXd>;

  /// Squares of larger numbers, and sums of them, may not be finite.
  static constexpr double kLargest = 1e100;

  RecordingView(const Recording& recording);  // NOLINT(google-explicit-constructor)

  /// Throws InputError naming the argument unless all shapes fit, all numbers are finite, those of
  /// x, y and f at most kLargest, t increases, there is a sample, an output and a time, no weight
  /// is negative and one is not 0. O(size).
  RecordingView(const Matrix& points, const Matrix& targets, const Vector& times,
                const Matrix& outputs_over_time, const Vector& weights);

  Matrix x, y;
  Vector t;
  Matrix f;
  /// n, of sum 1.
  Eigen::VectorXd weight;

  Eigen::Index dim() const { return x.rows(); }
  Eigen::Index samples() const { return x.cols(); }
  Eigen::Index outputs() const { return y.rows(); }
  Eigen::Index times() const { return t.size(); }

  /// f − y at time j of `count` samples from `first` on, k × count.
  auto residual(Eigen::Index j, Eigen::Index first, Eigen::Index count) const {
    return f.middleCols(j * samples() + first, count) - y.middleCols(first, count);
  }
};

/// (Σ w |f − y|² / Σ w |y|²)^{1/2} at each time, T; nan where y is 0.
Eigen::VectorXd relative_error(const RecordingView& recording);

}  // namespace fprinciple::measure
