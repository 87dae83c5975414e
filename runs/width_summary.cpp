#include "runs/width_summary.hpp"

#include "base/version.hpp"
#include "runs/summary.hpp"

namespace fprinciple::runs {
namespace {

using nlohmann::json;

json in_json(const std::optional<compare::Estimate>& estimate) {
  if (!estimate) return {};
  return {{"median", number(estimate->value)},
          {"low", number(estimate->low)},
          {"high", number(estimate->high)},
          {"seeds", estimate->count}};
}

}  // namespace

json width_summary(const Experiment& experiment, const compare::WidthTask& task,
                   const compare::HowWide& found, double seconds) {
  json rows = json::array();
  for (const compare::WidthRow& row : found.rows)
    rows.push_back({{"width", row.width},
                    {"finite_width", in_json(row.finite_width)},
                    {"nonlinearity", in_json(row.nonlinearity)},
                    {"error", in_json(row.error)}});
  const bool some = found.is != compare::HowWide::Is::none;
  json width = {{"answer", base::name_of(found.is)},
                {"sentence", found.sentence},
                {"error", task.error},
                {"share", task.share},
                {"width", some ? json(found.width) : json()},
                {"low", some ? number(found.low) : json()},
                {"high", some ? number(found.high) : json()},
                {"model_error", found.floor},
                {"model_rung", found.floor_rung.empty() ? json() : json(found.floor_rung)},
                {"model_rung_error", found.floor_rung_error},
                {"measured", rows}};
  if (found.largest_step) width["largest_step"] = *found.largest_step;
  std::vector<std::string> warnings = experiment.warnings;
  warnings.insert(warnings.end(), found.notes.begin(), found.notes.end());
  return {{"program", "fprinciple"},
          {"version", base::version()},
          {"name", experiment.name},
          {"title", experiment.title},
          {"conventions", conventions()},
          {"problem",
           {{"dim", experiment.problem.samples.dim()},
            {"samples", experiment.problem.samples.size()},
            {"grid_points", experiment.problem.grid.size()}}},
          {"width", width},
          {"warnings", warnings},
          {"seconds", seconds}};
}

}  // namespace fprinciple::runs
