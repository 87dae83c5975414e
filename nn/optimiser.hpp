#pragma once

#include "nn/gradient_descent.hpp"
#include "nn/neurons.hpp"

#include <vector>

namespace fprinciple::nn {

/// How many numbers a method remembers for each parameter.
constexpr int arrays_of(Descent::Method method) {
  return method == Descent::Method::adam ? 2 : method == Descent::Method::momentum ? 1 : 0;
}

/// The update rules of Descent::Method, block by block, with what they remember between steps.
template <class Scalar>
class Optimiser {
 public:
  Optimiser(const Descent& descent, Eigen::Index width, Eigen::Index dim);

  /// Before the blocks of step k = 1, 2, …
  void begin_step(std::int64_t k);

  /// θ ← θ + …, for a block; different blocks may be updated at once.
  void update(const NeuronBlock<Scalar>& theta, const NeuronBlock<const Scalar>& gradient);

  /// v of momentum, the first and second moments of Adam.
  std::vector<data::Weights> memory() const;
  void restore(const std::vector<data::Weights>& memory);

 private:
  Descent descent_;
  std::vector<Neurons<Scalar>> memory_;
  double step_ = 0.0;        // η, for Adam with the first moment's correction
  double correction_ = 1.0;  // Adam: of the second moment
};

extern template class Optimiser<double>;
extern template class Optimiser<float>;

}  // namespace fprinciple::nn
