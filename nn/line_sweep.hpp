#pragma once

#include "nn/line_cells.hpp"
#include "nn/sweep.hpp"

namespace fprinciple::nn {

/// Steps of training a ReLU network on the line in O(n + m) each (docs/theory.md, section 6). With
/// the samples sorted, a neuron's gradient needs two sums over the samples on one side of its
/// breakpoint, and f at a sample two sums over the neurons with breakpoints on one side of it. Both
/// come from running sums over the n + 1 cells between the samples. Each neuron's cell is kept from
/// step to step with the samples at its two ends; only where the sign of b + w x has changed at one
/// of these is the cell searched for.
/// Weights and gradients are in Scalar, sums over samples and neurons in double. Results depend on
/// the weights alone, not on the steps that led to them, and not on the number of threads. Memory
/// O(n + m), and 16 m/4 bytes at most for the threads' own sums.
template <class Scalar>
class LineSweep {
 public:
  using Number = Scalar;

  /// start: ReLU, d = 1; x: 1 × n, in any order, repeats allowed. Cost O(n log n + m log n).
  LineSweep(const Network& start, const Eigen::MatrixXd& x);

  /// f(X) at the present weights: at all samples, as this is no dearer than at those `of` a batch.
  Eigen::VectorXd outputs(const std::vector<Eigen::Index>& of = {});

  /// The gradient of R_S for q = f(X) − y at the present weights, `update` of every block of
  /// neurons, and f(X) at the new weights, in one pass over memory. Cost O(n + m), and O(log n) at
  /// most for each breakpoint that passes a sample.
  Eigen::VectorXd step(const Eigen::VectorXd& q, const Update<Scalar>& update,
                       const std::vector<Eigen::Index>& of = {});

  data::Weights weights() const;

 private:
  Pair* clear_table(Eigen::Index run);
  LineBlock<Scalar> block(Eigen::Index first, Eigen::Index size);
  template <class Body>
  Eigen::VectorXd sum_over_blocks(const Body& before);

  Cells<Scalar> cells_;
  double scale_;
  Trained trained_;
  Aligned<Scalar> a_, w_, b_, outside_, inside_;
  Aligned<std::int32_t> cell_;
  Eigen::Index runs_;
  Aligned<Pair> points_, neurons_;  // the running sums' tables
};

extern template class LineSweep<double>;
extern template class LineSweep<float>;

}  // namespace fprinciple::nn
