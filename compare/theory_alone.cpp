#include "compare/theory_alone.hpp"

#include "base/blas.hpp"
#include "base/message.hpp"
#include "base/require.hpp"
#include "compare/ensemble.hpp"
#include "compare/memory.hpp"
#include "compare/theory.hpp"
#include "nn/initialise.hpp"
#include "nn/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kForever = std::numeric_limits<double>::infinity();

void require_valid(const AloneTask& task) {
  require_valid(task.problem);
  base::require_shape("y", task.y, task.problem.samples.size(), base::kAny);
  base::require_finite("y", task.y);
  base::require(task.y.cols() >= 1, "y", task.y.cols(), "a column at least");
  base::require(task.y.col(0) == task.problem.samples.y, "y", "another first column",
                "the samples' values in its first column");
  if (task.test) {
    base::require_shape("test.x", task.test->x, task.problem.samples.dim(), base::kAny);
    base::require_finite("test.x", task.test->x);
    base::require_shape("test.y", task.test->y, task.test->x.cols(), task.y.cols());
    base::require_finite("test.y", task.test->y);
  }
  for (Index k = 0; k < task.times.size(); ++k)
    base::require(task.times[k] >= 0.0 && (k == 0 || task.times[k] > task.times[k - 1]), "times",
                  task.times[k], "0, above it or infinite, and increasing");
}

bool on_line(const Problem& problem) {
  return solved_on_line(problem.theory, problem.law, problem.samples.dim(), problem.samples.size());
}

/// The problem's model, and those of the ladder that need nothing that is not there.
std::vector<Model> models_of(const Problem& problem, bool network) {
  const Model chosen = problem.theory.model;
  if (!problem.ladder || chosen == Model::power || on_line(problem)) return {chosen};
  std::vector<Model> out;
  for (const Rung& rung : rungs)
    if (rung.lower == chosen || applies(rung.lower, problem.theory, network))
      out.push_back(rung.lower);
  return out;
}

bool needs_network(const Problem& problem) {
  const Theory& theory = problem.theory;
  return std::holds_alternative<data::Weights>(problem.start) ||
         theory.model == Model::linearised ||
         (theory.moments == Moments::weights && theory.model != Model::complete);
}

/// Whether the networks of the problem differ about the prediction.
bool has_band(const Problem& problem) {
  const nn::Draw* const draw = std::get_if<nn::Draw>(&problem.start);
  return problem.theory.model == Model::complete && draw != nullptr && !draw->antisymmetric &&
         problem.law.a.mean == 0.0;
}

/// All outputs of a solved model, at the points and at the samples.
ModelAlone answers(const Prediction& first, const AloneTask& task, const data::Grid& points,
                   const VectorXd& f_ini, const VectorXd& t) {
  const Index count = task.problem.grid.size();
  ModelAlone out{.loss = VectorXd::Zero(t.size())};
  Prediction output = first;
  for (Index j = 0; j < task.y.cols(); ++j) {
    if (j > 0) output = output.of(task.y.col(j) - f_ini);
    const MatrixXd f = output.at(points, t);
    out.f.emplace_back(f.topRows(count));
    out.loss += output.loss(t);
    if (task.test) out.f_test.emplace_back(f.bottomRows(f.rows() - count));
  }
  if (task.test) out.test = test_scores(t, out.f_test, *task.test);
  return out;
}

}  // namespace

VectorXd times_of(const VectorXd& rates) {
  constexpr Index kTimes = 58;
  constexpr double kBefore = 0.01, kAfter = 30.0, kSpan = 1e14;
  double least = kForever, largest = 0.0;
  for (const double rate : rates) {
    if (!(rate > 0.0) || !std::isfinite(rate)) continue;
    least = std::min(least, rate);
    largest = std::max(largest, rate);
  }
  if (!(largest > 0.0) || !std::isfinite(kAfter / largest)) return VectorXd{{0.0, kForever}};
  const double from = kBefore / largest;
  const double to = std::min(kAfter / least, kSpan * from);
  VectorXd out(kTimes + 2);
  for (Index k = 0; k < kTimes; ++k)
    out[k + 1] = from * std::pow(to / from, static_cast<double>(k) / (kTimes - 1));
  out[0] = 0.0;
  out[kTimes + 1] = kForever;
  return out;
}

TheoryAlone theory_alone(const AloneTask& task, const ProgressCallback& progress) {
  const base::OneBlasThread blas;
  require_valid(task);
  const Problem& problem = task.problem;
  const data::Grid points = with_test(task.problem.grid, task.test);
  std::optional<nn::Network> start;
  if (needs_network(problem))
    start = nn::make_network(problem.law, problem.samples.dim(), problem.start);
  const nn::Network* const network = start ? &*start : nullptr;
  const VectorXd f_ini = start ? nn::outputs(*start, problem.samples.x)
                               : VectorXd(VectorXd::Zero(problem.samples.size()));

  TheoryAlone out;
  for (Eigen::Index k = 0; k < task.y.cols() && out.warnings.empty(); ++k)
    if (std::string words = contradiction_words({problem.samples.x, task.y.col(k)}); !words.empty())
      out.warnings.push_back(std::move(words));
  out.network_drawn = start && std::holds_alternative<nn::Draw>(problem.start);
  const ModelTold tell = told_of_models(progress);
  const auto solved = [&](Model model) {
    Theory theory = problem.theory;
    theory.model = model;
    return predict(theory, problem.law, problem.samples, points, network, told_of(tell, model));
  };
  // The prediction first: the times may come from its rates.
  const std::vector<Model> models = models_of(problem, start.has_value());
  if (progress) progress({});
  const Prediction chosen = solved(problem.theory.model);
  if (!chosen.on_line()) out.rates = chosen.rates();
  out.details = chosen.details;
  out.t = task.times.size() > 0 ? task.times : times_of(out.rates);
  if (problem.theory.check) {
    const double scale = std::max(problem.samples.y.cwiseAbs().maxCoeff(),
                                  (problem.samples.y - f_ini).cwiseAbs().maxCoeff());
    out.solvers = chosen.check(scale > 0.0 ? scale : 1.0);
    out.warnings.insert(out.warnings.end(), out.solvers->warnings.begin(),
                        out.solvers->warnings.end());
  }
  if (chosen.on_line())
    out.warnings.push_back(fmt::format(
        "{} samples are solved on the line, in O(n): the rates{} are left out, as they would take "
        "the kernel's matrix{}",
        problem.samples.size(), problem.ladder ? " and the other models of the ladder" : "",
        task.times.size() > 0 ? "" : "; without times, t = 0 and the limit are answered"));
  if (has_band(problem))
    out.deviation = ensemble_deviation(problem.law, problem.samples.x, problem.theory.ridge,
                                       problem.grid.points, out.t);
  for (const Model model : models) {
    if (progress)
      progress({.done = static_cast<double>(out.models.size() + 1) /
                        static_cast<double>(models.size() + 1)});
    const bool is_chosen = model == problem.theory.model;
    try {
      ModelAlone one = answers(is_chosen ? chosen : solved(model), task, points, f_ini, out.t);
      one.model = model;
      if (is_chosen) out.prediction = out.models.size();
      out.models.push_back(std::move(one));
    } catch (const std::exception& error) {
      if (is_chosen) throw;
      out.warnings.push_back(
          fmt::format("the ladder goes without {}: {}", base::name_of(model), message_of(error)));
    }
  }
  return out;
}

base::Memory theory_alone_memory(const AloneTask& task) {
  Problem problem = task.problem;
  problem.grid = with_test(task.problem.grid, task.test);
  const auto times = static_cast<double>(task.times.size() > 0 ? task.times.size() : 60);
  const double n = static_cast<double>(problem.samples.size());
  base::Memory out = base::held(48.0 * 1024.0 * 1024.0);
  const auto points = static_cast<double>(task.problem.grid.size());
  if (has_band(problem))
    out += ensemble_memory(problem.samples.size(), task.problem.grid.size()) +
           base::held(base::doubles(points * times));
  const std::vector<Model> models = models_of(problem, needs_network(problem));
  for (const Model model : models) {
    base::Memory one = model_memory(problem, model);
    if (task.y.cols() > 1) one += base::held(base::doubles(3.0 * n * n));
    out += model == problem.theory.model ? one : then_freed(one);
    out +=
        base::held(base::doubles(static_cast<double>(problem.grid.size() * task.y.cols()) * times));
  }
  return out + base::passing(base::doubles(3.0 * static_cast<double>(problem.grid.size()) * times));
}

}  // namespace fprinciple::compare
