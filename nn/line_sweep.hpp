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
/// Neurons are held in an order in which neighbours in memory have their cells in a few places that
/// go on together, so that tables larger than the caches are read and written in streams.
///
/// Weights and gradients are in Scalar, sums over samples and neurons in double. Results depend on
/// the weights alone, not on the steps that led to them, nor on the number of threads. Memory
/// O(n + m).
template <class Scalar>
class LineSweep {
 public:
  using Number = Scalar;

  /// now: ReLU, d = 1; x: 1 × n, in any order, repeats allowed. `start`, of the same width, gives
  /// the neurons their order: for the same bits as a training that began there. Cost O(n log n +
  /// m).
  LineSweep(const Network& now, const Eigen::MatrixXd& x, const Network& start);
  LineSweep(const Network& now, const Eigen::MatrixXd& x) : LineSweep(now, x, now) {}

  /// f(X) at the present weights: at all samples, as this is no dearer than at those `of` a batch.
  Eigen::VectorXd outputs(const std::vector<Eigen::Index>& of = {});

  /// The gradient of R_S for q = f(X) − y at the present weights, `update` of every block of
  /// neurons, in their order here, and f(X) at the new weights, in one pass over memory. Cost O(n +
  /// m), and O(log n) at worst for each breakpoint that passes a sample.
  Eigen::VectorXd step(const Eigen::VectorXd& q, const Update<Scalar>& update,
                       const std::vector<Eigen::Index>& of = {});

  /// step() for θ ← θ − η J q.
  Eigen::VectorXd descend(const Eigen::VectorXd& q, double eta);

  /// The weights, and which neuron `update` finds at each place.
  data::Weights weights() const;
  const std::vector<Eigen::Index>& order() const { return order_; }

 private:
  /// body(block, its first neuron, ends), which leaves the block's cells up to date, for every
  /// block, and f(X).
  template <class Body>
  Eigen::VectorXd sweep(const Body& body);

  Cells<Scalar> cells_;
  std::vector<Eigen::Index> order_;  // the neuron at each place
  double scale_ = 1.0;
  GroupScales scales_ = {};
  Aligned<Scalar> a_, w_, b_, outside_, inside_;
  Aligned<std::int32_t> cell_;
  std::vector<std::uint32_t> one_cell_;  // of a block
  Eigen::Index runs_ = 0;
  Aligned<Pair> points_, neurons_;  // the running sums' tables
};

extern template class LineSweep<double>;
extern template class LineSweep<float>;

}  // namespace fprinciple::nn
