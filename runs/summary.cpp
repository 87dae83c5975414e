#include "runs/summary.hpp"

#include "base/version.hpp"
#include "compare/verdict.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace fprinciple::runs {
namespace {

using compare::Comparison;
using compare::Model;
using compare::Numbers;
using compare::Problem;
using nlohmann::json;

template <class Value>
void enter(json& object, const char* key, const std::optional<Value>& value) {
  if (value) object[key] = *value;
}

json in_json(const compare::Distance& distance) {
  return {{"rmse", distance.rmse}, {"relative_l2", distance.relative_l2}, {"max", distance.max}};
}

json in_json(const compare::TestError& error) {
  return {{"rmse", error.rmse},
          {"relative_l2", error.relative_l2},
          {"best_rmse", error.best_rmse},
          {"best_time", error.best_time}};
}

json in_json(const compare::RouteNumbers& route) {
  if (!route.skipped.empty()) return {{"skipped", route.skipped}};
  if (!route.failed.empty()) return {{"failed", route.failed}};
  return {{"seconds", route.seconds}, {"max_difference", route.max_difference}};
}

json in_json(const compare::SolverCheck& check) {
  json out = json::object();
  for (const auto& [route, numbers] : check.routes)
    out[std::string(base::name_of(route))] = in_json(numbers);
  enter(out, "constraint_residual", check.constraint_residual);
  return out;
}

json in_json(const std::vector<compare::RungNumbers>& ladder) {
  json out = json::object();
  for (const compare::RungNumbers& rung : ladder)
    out[std::string(rung.rung.name)] = {
        {"rmse", rung.rmse}, {"rmse_max", rung.rmse_max}, {"rmse_limit", rung.rmse_limit}};
  return out;
}

json in_json(const compare::BoundNumbers& bounds) {
  json out = {{"delta", bounds.delta},
              {"gamma_norm", bounds.gamma_norm},
              {"data_norm", bounds.data_norm},
              {"note", bounds.note},
              {"measured_lfp", bounds.measured_lfp},
              {"measured_nn", bounds.measured_nn},
              {"measured_lfp_l2", bounds.measured_lfp_l2},
              {"measured_nn_l2", bounds.measured_nn_l2},
              {"measured_error", bounds.measured_error}};
  using Finite = compare::FiniteBounds;
  for (const auto& [key, member] :
       {std::pair{"fp_norm", &Finite::fp_norm}, std::pair{"rho", &Finite::rho},
        std::pair{"published", &Finite::published}, std::pair{"sharper", &Finite::sharper},
        std::pair{"power_function", &Finite::power_function},
        std::pair{"power_function_error", &Finite::power_function_error},
        std::pair{"power_function_max_ratio", &Finite::power_function_max_ratio},
        std::pair{"radius", &Finite::radius}, std::pair{"radius_error", &Finite::radius_error}})
    out[key] = bounds.finite ? json((*bounds.finite).*member) : json();
  for (const BoundWords& bound : bound_words)
    out["tightness"][bound.key] =
        bounds.finite ? json(out[bound.key].get<double>() / out[bound.measured].get<double>())
                      : json();
  return out;
}

/// What is infinite or unknown is null.
json in_json(const nn::Forecast& forecast) {
  json slowest = json::array();
  for (const nn::SlowDirection& slow : forecast.slowest)
    slowest.push_back(
        {{"rate", slow.rate}, {"residual", slow.residual}, {"samples", slow.samples}});
  json out = {{"time", forecast.time},
              {"stopped_by", forecast.stopped_by},
              {"loss_floor", forecast.loss_floor},
              {"largest_rate", forecast.largest_rate},
              {"slowest", slowest}};
  enter(out, "steps", forecast.steps);
  enter(out, "largest_step", forecast.largest_step);
  enter(out, "loss_time", forecast.loss_time);
  enter(out, "gradient_norm_time", forecast.gradient_norm_time);
  return out;
}

json training_in_json(const compare::Training& training, const compare::TrainingNumbers& numbers) {
  json out = {{"method", base::name_of(training.method)},
              {"steps", numbers.steps},
              {"gradients", numbers.gradients},
              {"time", numbers.time},
              {"loss", numbers.loss},
              {"stopped_by", numbers.stopped_by},
              {"precision", base::name_of(training.descent.precision)},
              {"seconds", numbers.seconds}};
  enter(out, "kernel_drift", numbers.kernel_drift);
  enter(out, "parameter_distance", numbers.parameter_distance);
  enter(out, "switched", numbers.switched);
  if (training.method == nn::Method::momentum) out["momentum"] = training.descent.momentum;
  if (training.method == nn::Method::sgd) out["batch"] = training.descent.batch;
  return out;
}

/// `lfp`: model, constants and how it is solved.
json settings_in_json(const compare::Theory& theory) {
  json out = {{"model", base::name_of(theory.model)},
              {"kernel", !theory.lattice || theory.model == Model::complete ||
                             theory.model == Model::linearised},  // mesh-free
              {"ridge", theory.ridge}};
  if (theory.lattice) {
    out["box"] = theory.lattice->box;
    out["modes"] = theory.lattice->modes;
    out["zero_frequency"] = theory.lattice->zero_frequency;
  }
  if (theory.model == Model::power) out["exponent"] = theory.exponent;
  return out;
}

void enter(json& out, const compare::PredictionDetails& details) {
  enter(out, "unpenalised_degree", details.unpenalised_degree);
  if (!details.kernel_method.empty()) out["kernel_method"] = details.kernel_method;
  enter(out, "kernel_error", details.kernel_error);
  enter(out, "lattice_difference", details.lattice_difference);
}

json theory_in_json(const compare::Theory& theory, const Numbers& numbers) {
  json out = settings_in_json(theory);
  enter(out, "kappa", numbers.weight.kappa);
  enter(out, "c1", numbers.weight.c1);
  enter(out, "c2", numbers.weight.c2);
  enter(out, numbers.prediction);
  if (const auto& known = numbers.uncertainty) {
    out["uncertainty"] = {{"limit", known->limit}, {"times", known->at_times.maxCoeff()}};
    if (known->truncated)
      out["truncated"] = {{"threshold", known->truncated->threshold},
                          {"rank", known->truncated->rank},
                          {"misses", known->truncated->misses}};
  }
  enter(out, "box_error", numbers.box_error);
  return out;
}

json tests_in_json(const compare::TestErrors& errors, const Comparison& comparison) {
  json out = {{"nn", in_json(*errors.nn)},
              {"lfp", in_json(errors.models.at(comparison.prediction))}};
  if (comparison.has_ladder())
    for (std::size_t k = 0; k < errors.models.size(); ++k)
      out[std::string(base::name_of(comparison.models.at(k).model))] = in_json(errors.models[k]);
  return out;
}

json tests_in_json(const compare::ScoresOfTest& scores, const Comparison& comparison) {
  json out = {{"points", scores.points},
              {"nn", scores_in_json(scores.nn)},
              {"lfp", scores_in_json(scores.models.at(comparison.prediction))}};
  if (comparison.has_ladder())
    for (std::size_t k = 0; k < scores.models.size(); ++k)
      out[std::string(base::name_of(comparison.models.at(k).model))] =
          scores_in_json(scores.models[k]);
  return out;
}

}  // namespace

json theory_in_json(const compare::Theory& theory, const compare::PredictionDetails& details) {
  json out = settings_in_json(theory);
  enter(out, details);
  return out;
}

json scores_in_json(const compare::TestScores& scores) {
  json out = in_json(scores.error);
  if (std::isinf(scores.error.best_time)) out["best_time"] = "inf";
  if (scores.accuracy.size() > 0) {
    out["accuracy"] = scores.accuracy[scores.accuracy.size() - 1];
    out["best_accuracy"] = scores.accuracy.maxCoeff();
  }
  return out;
}

json solvers_in_json(const compare::SolverCheck& check) { return in_json(check); }

json number(double value) { return std::isfinite(value) ? json(value) : json(); }

json conventions() {
  return {{"time", "t of the gradient flow θ' = −∇R_S"},
          {"frequency", "cycles per unit of x"},
          {"loss", "R_S = ½ Σ (f(x_i) − y_i)²"}};
}

json summary(const Experiment& experiment, const compare::Outcome& outcome) {
  const Problem& problem = experiment.problem;
  const Numbers& numbers = outcome.numbers;
  json figures = json::array();
  for (const FigureName figure : experiment.figures) figures.push_back(base::name_of(figure));
  std::vector<std::string> warnings = experiment.warnings;
  warnings.insert(warnings.end(), numbers.warnings.begin(), numbers.warnings.end());
  json out = {
      {"program", "fprinciple"},
      {"version", base::version()},
      {"name", experiment.name},
      {"title", experiment.title},
      {"conventions", conventions()},
      {"problem",
       {{"dim", problem.samples.dim()},
        {"samples", problem.samples.size()},
        {"width", outcome.last.width()},
        {"grid_points", problem.grid.size()}}},
      {"error", in_json(numbers.error)},
      {"error_limit", in_json(numbers.error_limit)},
      {"limit", {{"rms", numbers.limit_rms}}},
      {"train", training_in_json(problem.training, numbers.training)},
      {"lfp", theory_in_json(problem.theory, numbers)},
      {"report", {{"figures", figures}}},
      {"warnings", warnings},
      {"seconds", numbers.seconds},
      {"memory", {{"peak_mib", numbers.peak_mib}, {"foreseen_mib", numbers.foreseen_mib}}},
  };
  if (const auto verdict = compare::verdict(problem, outcome)) {
    out["verdict"] = compare::in_words(*verdict);
    out["verdict_from"] = {{"error", verdict->error},
                           {"agrees_up_to", compare::kAgreement},
                           {"reason", verdict->reason}};
    if (!verdict->rung.empty()) {
      out["verdict_from"]["rung"] = verdict->rung;
      out["verdict_from"]["rung_error"] = verdict->rung_error;
    }
  }
  if (const auto* draw = std::get_if<nn::Draw>(&problem.start)) out["seed"] = draw->seed;
  if (numbers.forecast) out["forecast"] = in_json(*numbers.forecast);
  if (problem.ladder) out["ladder"] = in_json(numbers.ladder);
  if (numbers.test.nn) out["test"] = tests_in_json(numbers.test, outcome.comparison);
  if (numbers.scores) out["test"] = tests_in_json(*numbers.scores, outcome.comparison);
  if (numbers.bounds) out["bounds"] = in_json(*numbers.bounds);
  if (numbers.solvers) out["solvers"] = in_json(*numbers.solvers);
  return out;
}

}  // namespace fprinciple::runs
