#pragma once

#include "base/names.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace fprinciple::compare {

/// A theory of what training does, from the network downwards (docs/theory.md, section 11).
enum class Model {
  linearised,  ///< the tangent kernel of these very first weights
  complete,    ///< its mean over the laws: infinitely wide (lfp/complete_kernel.hpp)
  lfp2020,     ///< flat biases and unpenalised zero frequency, on a lattice or mesh-free
  lfp2019,     ///< and without the divergence term
  power        ///< γ² = |ξ|^{−α}, of no network
};
constexpr base::Names<Model, 5> names_of(Model) {
  return {{{Model::linearised, "linearised"},
           {Model::complete, "complete"},
           {Model::lfp2020, "lfp2020"},
           {Model::lfp2019, "lfp2019"},
           {Model::power, "power"}}};
}

/// A rung of the error ladder: what the lower model leaves out of the upper one.
struct Rung {
  std::string_view name;
  std::optional<Model> upper;  ///< none: the trained network
  Model lower;
};

/// From the network down to LFP-2019: each rung begins where the one above it ends. Its lower ends
/// are the models of the ladder.
inline constexpr std::array<Rung, 4> rungs = {{{"nonlinearity", {}, Model::linearised},
                                               {"finite_width", Model::linearised, Model::complete},
                                               {"zero_frequency", Model::complete, Model::lfp2020},
                                               {"divergence", Model::lfp2020, Model::lfp2019}}};

/// Where the moments of the weights in LFP-2019 and LFP-2020 come from.
enum class Moments {
  distribution,  ///< the law
  weights        ///< the network's first weights
};
constexpr base::Names<Moments, 2> names_of(Moments) {
  return {{{Moments::distribution, "distribution"}, {Moments::weights, "weights"}}};
}

}  // namespace fprinciple::compare
