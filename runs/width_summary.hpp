#pragma once

#include "compare/width.hpp"
#include "runs/experiment.hpp"

#include <nlohmann/json.hpp>

namespace fprinciple::runs {

/// summary.json of `fprinciple width`: the keys of docs/width.md; null for what is no finite
/// number.
nlohmann::json width_summary(const Experiment& experiment, const compare::WidthTask& task,
                             const compare::HowWide& found, double seconds);

}  // namespace fprinciple::runs
