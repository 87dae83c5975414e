#include "nn/initialise.hpp"

#include <stdexcept>

namespace fprinciple::nn {

using Eigen::Index;

data::Weights draw_weights(const Initialisation& initialisation) {
  const auto& [m, d, a, w, b, antisymmetric, seed] = initialisation;
  if (antisymmetric && m % 2 != 0)
    throw std::invalid_argument("draw_weights: an antisymmetric network has an even width");
  const Index drawn = antisymmetric ? m / 2 : m;
  data::Weights weights{Eigen::VectorXd(m), Eigen::MatrixXd(m, d), Eigen::VectorXd(m)};
  for (Index j = 0; j < drawn; ++j) {
    const auto neuron = static_cast<std::uint64_t>(j);
    weights.a[j] = data::draw(a, seed, data::Stream::a, neuron);
    weights.b[j] = data::draw(b, seed, data::Stream::b, neuron);
    for (Index k = 0; k < d; ++k)
      weights.w(j, k) = data::draw(w, seed, data::Stream::w, neuron, static_cast<std::uint32_t>(k));
  }
  if (antisymmetric) {
    weights.a.tail(drawn) = -weights.a.head(drawn);
    weights.w.bottomRows(drawn) = weights.w.topRows(drawn);
    weights.b.tail(drawn) = weights.b.head(drawn);
  }
  return weights;
}

}  // namespace fprinciple::nn
