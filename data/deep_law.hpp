#pragma once

#include "base/names.hpp"
#include "data/activation.hpp"

#include <Eigen/Core>

namespace fprinciple::data {

/// The activation of a deep network: those of data::Activation, and two that only the theory of
/// deep networks has.
enum class DeepActivation {
  relu,
  relu2,
  tanh,
  sigmoid,
  softplus,
  gaussian,
  ricker,
  sine,
  erf,  ///< erf z
  gelu  ///< z Φ(z), Φ the normal distribution function: the exact GELU
};
constexpr base::Names<DeepActivation, 10> names_of(DeepActivation) {
  using enum DeepActivation;
  return {{{relu, "relu"},
           {relu2, "relu2"},
           {tanh, "tanh"},
           {sigmoid, "sigmoid"},
           {softplus, "softplus"},
           {gaussian, "gaussian"},
           {ricker, "ricker"},
           {sine, "sine"},
           {erf, "erf"},
           {gelu, "gelu"}}};
}

/// Which parameters the gradient is taken by. The function is the same, and so is its covariance
/// at the start; what moves how fast is not.
enum class Parameterisation {
  ntk,      ///< W, b ~ N(0, 1), with the factors σ_w/√fan-in and σ_b before them
  standard  ///< W ~ N(0, σ_w²/fan-in), b ~ N(0, σ_b²): as PyTorch's layers have them
};
constexpr base::Names<Parameterisation, 2> names_of(Parameterisation) {
  return {{{Parameterisation::ntk, "ntk"}, {Parameterisation::standard, "standard"}}};
}

/// A fully connected network of L hidden layers before training,
///   h¹ = σ_w W¹ x/√d + σ_b b¹,  h^{l+1} = σ_w W^{l+1} σ(h^l)/√m + σ_b b^{l+1},  f = h^{L+1},
/// all entries of W and b independent, standard normal, and trained.
struct DeepLaw {
  DeepActivation activation = DeepActivation::relu;
  Eigen::VectorXd weight_std;  ///< σ_w of each layer, L + 1 numbers above 0, the output's last
  Eigen::VectorXd bias_std;    ///< σ_b of each layer, L + 1 numbers ≥ 0; in ntk 0 is no bias
  Parameterisation parameterisation = Parameterisation::ntk;
  /// The widths of the L hidden layers, standard only: its tangent kernel grows with them.
  Eigen::VectorXd width;

  Eigen::Index layers() const { return weight_std.size() - 1; }  ///< L
};

}  // namespace fprinciple::data
