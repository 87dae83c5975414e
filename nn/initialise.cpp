#include "nn/initialise.hpp"

#include "base/require.hpp"

#include <utility>

namespace fprinciple::nn {

using data::Weights;
using Eigen::Index;

Weights draw_weights(const data::NetworkLaw& law, Index dim, const Draw& draw) {
  const auto [seed, antisymmetric] = draw;
  const Index m = law.width;
  base::require(m >= 1, "width", m, "at least 1");
  base::require(!antisymmetric || m % 2 == 0, "width", m, "even for an antisymmetric start");
  base::require(dim >= 1, "dim", dim, "at least 1");
  const Index drawn = antisymmetric ? m / 2 : m;
  Weights weights{Eigen::VectorXd(m), Eigen::MatrixXd(m, dim), Eigen::VectorXd(m)};
  for (Index j = 0; j < drawn; ++j) {
    const auto neuron = static_cast<std::uint64_t>(j);
    weights.a[j] = data::draw(law.a, seed, data::Stream::a, neuron);
    weights.b[j] = data::draw(law.b, seed, data::Stream::b, neuron);
    for (Index k = 0; k < dim; ++k)
      weights.w(j, k) =
          data::draw(law.w, seed, data::Stream::w, neuron, static_cast<std::uint32_t>(k));
  }
  if (antisymmetric) {
    weights.a.tail(drawn) = -weights.a.head(drawn);
    weights.w.bottomRows(drawn) = weights.w.topRows(drawn);
    weights.b.tail(drawn) = weights.b.head(drawn);
  }
  return weights;
}

Network make_network(const data::NetworkLaw& law, Index dim, const Start& start) {
  const Weights* const given = std::get_if<Weights>(&start);
  if (given) {
    base::require_size("a", given->a.size(), law.width);
    base::require_shape("w", given->w, law.width, dim);
    base::require_size("b", given->b.size(), law.width);
  }
  return {.weights = given ? *given : draw_weights(law, dim, std::get<Draw>(start)),
          .output_scale = law.output_scale,
          .train = law.train,
          .activation = law.activation};
}

bool is_antisymmetric(const data::Weights& weights) {
  const Index half = weights.width() / 2;
  if (weights.width() != 2 * half) return false;
  for (Index j = 0; j < half; ++j) {
    if (weights.a[half + j] != -weights.a[j] || weights.b[half + j] != weights.b[j]) return false;
    for (Index k = 0; k < weights.dim(); ++k)
      if (weights.w(half + j, k) != weights.w(j, k)) return false;
  }
  return true;
}

}  // namespace fprinciple::nn
