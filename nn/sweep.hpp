#pragma once

#include "nn/network.hpp"
#include "nn/neurons.hpp"

#include <functional>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::nn {

/// What an optimiser does to a block of neurons when its gradient is known; frozen groups have
/// gradient 0. Called for different blocks by several threads at once.
template <class Scalar>
using Update = std::function<void(const NeuronBlock<Scalar>& theta,
                                  const NeuronBlock<const Scalar>& gradient)>;

/// The steps of an optimiser on fixed samples, for any activation and dimension. A step reads and
/// writes each neuron once: its gradient, its update and its part in the new outputs follow each
/// other while it is in the first cache. Of size n × m nothing is ever stored but, within 16 MiB,
/// a bit a pair: which neurons are active, for the next gradient. The same bits for any thread
/// count, and a function of the weights alone.
/// Scalar = float: weights, z and the sums of a block in single precision, the rest in double.
template <class Scalar>
class Sweep {
 public:
  using Number = Scalar;

  /// Samples x, d × n. Where the training began is of no matter here (cf. LineSweep).
  Sweep(const Network& now, const Eigen::MatrixXd& x, const Network& /*start*/) : Sweep(now, x) {}
  Sweep(const Network& now, const Eigen::MatrixXd& x);

  /// f at the samples in `of` (none: at all), 0 elsewhere; n. Cost O(n m d).
  Eigen::VectorXd outputs(const std::vector<Eigen::Index>& of = {});

  /// Gives every block of neurons to `update` with its gradient J q, and returns the outputs at the
  /// new weights, as above. Samples with q_i = 0 cost nothing in the gradient.
  Eigen::VectorXd step(const Eigen::VectorXd& q, const Update<Scalar>& update,
                       const std::vector<Eigen::Index>& of = {});

  data::Weights weights() const { return neurons_.weights(); }

 private:
  data::Activation activation_ = data::Activation::relu;
  double output_scale_ = 1.0;
  GroupScales scales_ = {};
  Neurons<Scalar> neurons_;
  Points<Scalar> x_;                  // d × n
  Eigen::MatrixXd partial_;           // the outputs of each run of blocks
  std::vector<std::uint8_t> active_;  // of each block at all samples; empty if it is not kept
  bool noted_ = false;                // whether it is that of the present weights
};

extern template class Sweep<double>;
extern template class Sweep<float>;

}  // namespace fprinciple::nn
