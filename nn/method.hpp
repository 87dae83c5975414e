#pragma once

#include "base/names.hpp"

namespace fprinciple::nn {

/// How the parameters move when the gradient g = ∇R_S is known.
enum class Method {
  flow,      ///< θ' = −g (nn/gradient_flow.hpp)
  gd,        ///< θ ← θ − η g
  momentum,  ///< v ← β v + g, θ ← θ − η v
  adam,      ///< arXiv 1412.6980, with its β₁ = 0.9, β₂ = 0.999, ε = 1e-8
  sgd        ///< gd with g from a batch of the samples, times n/batch
};
constexpr base::Names<Method, 5> names_of(Method) {
  return {{{Method::flow, "flow"},
           {Method::gd, "gd"},
           {Method::momentum, "momentum"},
           {Method::adam, "adam"},
           {Method::sgd, "sgd"}}};
}

}  // namespace fprinciple::nn
