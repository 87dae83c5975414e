#pragma once

#include "base/names.hpp"

#include <cmath>
#include <utility>

namespace fprinciple::data {

/// The activation σ of the network's neurons.
enum class Activation { relu, relu2, tanh, sigmoid, softplus, gaussian, ricker, sine };
constexpr base::Names<Activation, 8> names_of(Activation) {
  using enum Activation;
  return {{{relu, "relu"},
           {relu2, "relu2"},
           {tanh, "tanh"},
           {sigmoid, "sigmoid"},
           {softplus, "softplus"},
           {gaussian, "gaussian"},
           {ricker, "ricker"},
           {sine, "sine"}}};
}

struct ValueAndDerivative {
  double value;       ///< σ(z)
  double derivative;  ///< σ'(z)
};

// Each σ and its derivative as a type of its own, so that loops over neurons are compiled for it.
// value_and_derivative evaluates once what the two have in common.

/// max(z, 0), with σ'(0) = 0.
struct Relu {
  static double value(double z) { return z > 0.0 ? z : 0.0; }
  static double derivative(double z) { return z > 0.0 ? 1.0 : 0.0; }
  static ValueAndDerivative value_and_derivative(double z) { return {value(z), derivative(z)}; }
};
/// max(z, 0)².
struct Relu2 {
  static double value(double z) { return z > 0.0 ? z * z : 0.0; }
  static double derivative(double z) { return z > 0.0 ? 2.0 * z : 0.0; }
  static ValueAndDerivative value_and_derivative(double z) { return {value(z), derivative(z)}; }
};
struct Tanh {
  static double value(double z) { return std::tanh(z); }
  static double derivative(double z) {
    const double t = std::tanh(z);
    return 1.0 - t * t;
  }
  static ValueAndDerivative value_and_derivative(double z) {
    const double t = std::tanh(z);
    return {t, 1.0 - t * t};
  }
};
/// 1/(1 + e^{−z}).
struct Sigmoid {
  static double value(double z) { return 0.5 + 0.5 * std::tanh(0.5 * z); }
  static double derivative(double z) {
    const double t = std::tanh(0.5 * z);
    return 0.25 * (1.0 - t * t);
  }
  static ValueAndDerivative value_and_derivative(double z) {
    const double t = std::tanh(0.5 * z);
    return {0.5 + 0.5 * t, 0.25 * (1.0 - t * t)};
  }
};
/// ln(1 + e^z).
struct Softplus {
  static double value(double z) { return (z > 0.0 ? z : 0.0) + std::log1p(std::exp(-std::abs(z))); }
  static double derivative(double z) { return Sigmoid::value(z); }
  /// Without a branch, which would keep a loop from being vectorised.
  static ValueAndDerivative value_and_derivative(double z) {
    const double e = std::exp(-std::abs(z));
    return {0.5 * (z + std::abs(z)) + std::log1p(e),
            0.5 + std::copysign(0.5 * (1.0 - e) / (1.0 + e), z)};
  }
};
/// e^{−z²/2}.
struct Gaussian {
  static double value(double z) { return std::exp(-0.5 * z * z); }
  static double derivative(double z) { return -z * value(z); }
  static ValueAndDerivative value_and_derivative(double z) {
    const double e = value(z);
    return {e, -z * e};
  }
};
/// (1 − z²) e^{−z²/2}, the second derivative of the Gaussian with its sign changed: its spectrum is
/// not monotone.
struct Ricker {
  static double value(double z) { return (1.0 - z * z) * Gaussian::value(z); }
  static double derivative(double z) { return z * (z * z - 3.0) * Gaussian::value(z); }
  static ValueAndDerivative value_and_derivative(double z) {
    const double e = Gaussian::value(z);
    return {(1.0 - z * z) * e, z * (z * z - 3.0) * e};
  }
};
/// sin z; data::sine is the target.
struct SineActivation {
  static double value(double z) { return std::sin(z); }
  static double derivative(double z) { return std::cos(z); }
  /// cos z = 1 − 2 sin²(z/2): sine and cosine of one argument are merged into a call of sincos,
  /// which is not vectorised.
  static ValueAndDerivative value_and_derivative(double z) {
    const double half = std::sin(0.5 * z);
    return {std::sin(z), 1.0 - 2.0 * half * half};
  }
};

/// Calls f with the type of the activation: f(Relu{}), f(Tanh{}), …
template <class F>
decltype(auto) with_activation(Activation activation, F&& f) {
  switch (activation) {
    case Activation::relu2:
      return std::forward<F>(f)(Relu2{});
    case Activation::tanh:
      return std::forward<F>(f)(Tanh{});
    case Activation::sigmoid:
      return std::forward<F>(f)(Sigmoid{});
    case Activation::softplus:
      return std::forward<F>(f)(Softplus{});
    case Activation::gaussian:
      return std::forward<F>(f)(Gaussian{});
    case Activation::ricker:
      return std::forward<F>(f)(Ricker{});
    case Activation::sine:
      return std::forward<F>(f)(SineActivation{});
    case Activation::relu:
      break;
  }
  return std::forward<F>(f)(Relu{});
}

/// σ(z) and σ'(z).
inline double value(Activation activation, double z) {
  return with_activation(activation, [z](auto sigma) { return sigma.value(z); });
}
inline double derivative(Activation activation, double z) {
  return with_activation(activation, [z](auto sigma) { return sigma.derivative(z); });
}

/// p where σ(z) = max(z, 0)^p, so that closed forms exist; 0 for the smooth activations.
inline int relu_power(Activation activation) {
  return activation == Activation::relu ? 1 : activation == Activation::relu2 ? 2 : 0;
}

}  // namespace fprinciple::data
