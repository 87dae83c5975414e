#pragma once

#include "nn/line_cells.hpp"
#include "nn/sweep.hpp"

namespace fprinciple::nn {

/// Steps of training a ReLU network on the line in O(n + m) each (docs/theory.md, section 8). A
/// neuron's gradient needs two sums over the samples on one side of its breakpoint, and f at a
/// sample two sums over the neurons with breakpoints on one side of it; all come from running sums
/// over the cells between the samples. Each neuron's cell is kept from step to step with the
/// samples at its two ends: only where the sign of b + w x has changed at one of them is it
/// searched for.
///
/// Weights and gradients are in Scalar, sums over samples and neurons in double. Results depend on
/// the weights alone, not on the steps that led to them, nor on the number of threads. Memory
/// O(n + m).
template <class Scalar>
class LineSweep {
 public:
  using Number = Scalar;

  /// start: ReLU, d = 1; x: 1 × n, in any order, repeats allowed. Cost O(n log n + m).
  LineSweep(const Network& start, const Eigen::MatrixXd& x);

  /// f(X) at the present weights: at all samples, as this is no dearer than at those `of` a batch.
  Eigen::VectorXd outputs(const std::vector<Eigen::Index>& of = {});

  /// The gradient of R_S for q = f(X) − y at the present weights, `update` of every block of
  /// neurons, and f(X) at the new weights, in one pass over memory. Cost O(n + m), and O(log n) at
  /// worst for each breakpoint that passes a sample.
  Eigen::VectorXd step(const Eigen::VectorXd& q, const Update<Scalar>& update,
                       const std::vector<Eigen::Index>& of = {});

  data::Weights weights() const;

 private:
  /// body(block, its first neuron) for every block, its cells brought up to date, and f(X).
  template <class Body>
  Eigen::VectorXd sweep(const Body& body);

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
