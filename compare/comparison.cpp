#include "compare/comparison.hpp"

#include "base/require.hpp"

#include <algorithm>

namespace fprinciple::compare {

const ModelValues& Comparison::lfp() const {
  base::require(prediction < models.size(), "prediction", static_cast<Eigen::Index>(prediction),
                "the place of one of the models");
  return models[prediction];
}

const ModelValues* Comparison::find(Model model) const {
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const ModelValues& one) { return one.model == model; });
  return found == models.end() ? nullptr : &*found;
}

}  // namespace fprinciple::compare
