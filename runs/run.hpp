#pragma once

#include "compare/compare.hpp"
#include "runs/experiment.hpp"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace fprinciple::runs {

/// A run as it is kept: result.nc has the arrays, summary.json every number.
struct Run {         // NOLINT(bugprone-exception-escape): only if nlohmann::json's move threw
  std::string name;  ///< the experiment file's stem
  std::string title;
  std::string experiment_text;  ///< the experiment file, as read
  compare::Comparison comparison;
  nlohmann::json summary;  ///< every number under stable keys (docs/experiment.md)
  /// Written beside the results when the experiment says save_weights.
  std::optional<data::Weights> weights_initial, weights_final;
};

/// Runs an experiment. Throws as compare::solve does.
Run run(const Experiment& experiment, const compare::ProgressCallback& progress = {},
        const nn::Supervision& supervision = {});

}  // namespace fprinciple::runs
