#pragma once

#include "compare/comparison.hpp"

#include <nlohmann/json.hpp>

namespace fprinciple::compare {

/// How near the network and each model come to the target on the grid: under "nn", "lfp",
/// "linearised", …, the root mean square error "rmse" and "relative_l2" at the last time,
/// "best_rmse", the least of all times, and "best_time", the t at which training should stop: the
/// vertex of the parabola in log t through the best snapshot and its neighbours, so known better
/// than the snapshots are apart. null without a target.
nlohmann::json test_numbers(const Comparison& comparison);

}  // namespace fprinciple::compare
