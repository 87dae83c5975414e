#include "compare/comparison.hpp"

namespace fprinciple::compare {

nlohmann::json conventions() {
  return {{"time", "t of the gradient flow θ' = −∇R_S"},
          {"frequency", "cycles per unit of x"},
          {"loss", "R_S = ½ Σ (f(x_i) − y_i)²"}};
}

}  // namespace fprinciple::compare
