#pragma once

#include "data/network_law.hpp"
#include "data/weights.hpp"
#include "nn/network.hpp"

#include <cstdint>
#include <variant>

#include <Eigen/Core>

namespace fprinciple::nn {

/// How weights are drawn from a law.
struct Draw {
  std::uint64_t seed = 1;
  bool antisymmetric = true;  ///< ASI (arXiv 1905.07777); needs an even width
};

/// Where training starts: at weights that are drawn, or at given ones.
using Start = std::variant<Draw, data::Weights>;

/// Weights of a network on R^dim. With ASI neuron m/2 + j is neuron j with a negated, so that f ≡ 0
/// at the start. Neuron j's numbers depend on the seed and j alone: a wider network of the same
/// seed contains the narrower one's draws. Throws InputError for a width that is not positive, or
/// odd with ASI, and for a dimension below 1.
data::Weights draw_weights(const data::NetworkLaw& law, Eigen::Index dim, const Draw& draw);

/// The network of a law at its start. Throws InputError as draw_weights does, and for given weights
/// that are not of the law's width and of dimension `dim`.
Network make_network(const data::NetworkLaw& law, Eigen::Index dim, const Start& start);

/// Whether these are such weights, for which f ≡ 0: neuron m/2 + j is neuron j with a negated, to
/// the bit. O(m d); O(1) for those that are not, as a rule.
bool is_antisymmetric(const data::Weights& weights);

}  // namespace fprinciple::nn
