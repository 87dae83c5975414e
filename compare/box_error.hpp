#pragma once

#include "compare/comparison.hpp"
#include "compare/problem.hpp"
#include "nn/network.hpp"

#include <optional>

namespace fprinciple::compare {

/// What the lattice alone makes of the prediction: the root mean square on the grid of its distance
/// to the same model without a lattice, that is in an infinite box and without a cut-off; the
/// largest over the comparison's times and the limit. Nothing where the model has no such form, or
/// is not on a lattice. Costs what the mesh-free prediction costs.
std::optional<double> box_error(const Problem& problem, const nn::Network& start,
                                const Comparison& comparison);

}  // namespace fprinciple::compare
