#include "data/activation.hpp"

#include <stdexcept>

namespace fprinciple::data {

std::vector<Activation> all_activations() {
  using enum Activation;
  return {relu, relu2, tanh, sigmoid, softplus, gaussian, ricker, sine};
}

std::string name(Activation activation) {
  switch (activation) {
    case Activation::relu:
      return "relu";
    case Activation::relu2:
      return "relu2";
    case Activation::tanh:
      return "tanh";
    case Activation::sigmoid:
      return "sigmoid";
    case Activation::softplus:
      return "softplus";
    case Activation::gaussian:
      return "gaussian";
    case Activation::ricker:
      return "ricker";
    case Activation::sine:
      return "sine";
  }
  throw std::invalid_argument("name: not an activation");
}

Activation activation_named(const std::string& name) {
  for (const Activation activation : all_activations())
    if (data::name(activation) == name) return activation;
  throw std::invalid_argument("activation_named: " + name);
}

}  // namespace fprinciple::data
