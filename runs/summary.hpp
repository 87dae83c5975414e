#pragma once

#include "compare/comparison.hpp"
#include "runs/experiment.hpp"

#include <array>

#include <nlohmann/json.hpp>

namespace fprinciple::runs {

/// summary.json of a run: every number of its outcome under stable keys, null for nan.
nlohmann::json summary(const Experiment& experiment, const compare::Outcome& outcome);

/// A number, null where it is not finite.
nlohmann::json number(double value);

/// The conventions of time, frequency and loss, as every result states them.
nlohmann::json conventions();

/// A bound as it is told: its key in `bounds` and `bounds.tightness`, the key of the error that it
/// bounds, its name, and what it knows.
struct BoundWords {
  const char* key;
  const char* measured;
  const char* name;
  const char* knows;
};

/// From what knows least to what knows most.
inline constexpr std::array<BoundWords, 4> bound_words = {{
    {"published", "measured_lfp", "published",
     "knows Q, n and δ: holds with probability 1 − δ, before the samples are drawn"},
    {"sharper", "measured_lfp", "sharper",
     "knows Q, n and δ too: the same proof with a one-sided inequality"},
    {"power_function", "measured_lfp", "power function",
     "knows Q and the samples: holds at every x, here its mean over the box"},
    {"radius", "measured_lfp_l2", "radius",
     "knows Q and the samples: no method can promise a lower root mean square"},
}};

/// `lfp` of theory alone: the model, its settings and how it was solved.
nlohmann::json theory_in_json(const compare::Theory& theory,
                              const compare::PredictionDetails& details);
/// `test.MODEL`: errors, and accuracies where the values are labels. JSON has no infinite time: it
/// is "inf".
nlohmann::json scores_in_json(const compare::TestScores& scores);

/// `solvers`.
nlohmann::json solvers_in_json(const compare::SolverCheck& check);

}  // namespace fprinciple::runs
