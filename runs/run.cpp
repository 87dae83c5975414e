#include "runs/run.hpp"

#include "runs/summary.hpp"

#include <utility>

namespace fprinciple::runs {

Run run(const Experiment& experiment, const compare::ProgressCallback& progress,
        const nn::Supervision& supervision) {
  compare::Outcome outcome = compare::solve(experiment.problem, progress, supervision);
  Run out{.name = experiment.name,
          .title = experiment.title,
          .experiment_text = experiment.text,
          .comparison = {},
          .summary = summary(experiment, outcome)};
  if (experiment.save_weights) {
    out.weights_initial = std::move(outcome.first);
    out.weights_final = std::move(outcome.last);
  }
  out.comparison = std::move(outcome.comparison);
  return out;
}

}  // namespace fprinciple::runs
