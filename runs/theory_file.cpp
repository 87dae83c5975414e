#include "runs/theory_file.hpp"

#include "base/memory.hpp"
#include "base/stopwatch.hpp"
#include "base/version.hpp"
#include "io/json.hpp"
#include "io/netcdf.hpp"
#include "runs/grid_arrays.hpp"
#include "runs/summary.hpp"

#include <cmath>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using compare::ModelAlone;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using nlohmann::json;

/// A time, of which JSON has no infinite one.
json time_in_json(double t) { return std::isinf(t) ? json("inf") : json(t); }

json rates_in_json(const VectorXd& rates) {
  const double largest = rates.size() > 0 ? rates[rates.size() - 1] : 0.0;
  return {{"count", rates.size()},
          {"moving", (rates.array() > 0.0).count()},
          {"smallest", rates.size() > 0 ? number(rates[0]) : json()},
          {"largest", rates.size() > 0 ? number(largest) : json()},
          {"largest_step", largest > 0.0 ? number(2.0 / largest) : json()}};
}

json in_summary(const Experiment& experiment, const TheoryFile& file, double seconds) {
  const compare::TheoryAlone& theory = file.theory;
  const compare::Theory& settings = experiment.problem.theory;
  const VectorXd& loss = theory.lfp().loss;
  std::vector<std::string> warnings = experiment.warnings;
  warnings.insert(warnings.end(), theory.warnings.begin(), theory.warnings.end());
  double square = 0.0;
  for (const MatrixXd& f : theory.lfp().f) square += f.col(f.cols() - 1).squaredNorm();
  const auto values = static_cast<double>(file.points.cols() * file.y.cols());
  json out = {{"program", "fprinciple"},
              {"version", base::version()},
              {"name", file.name},
              {"title", file.title},
              {"conventions", conventions()},
              {"problem",
               {{"dim", file.x.rows()},
                {"samples", file.x.cols()},
                {"outputs", file.y.cols()},
                {"width", experiment.problem.law.width},
                {"points", file.points.cols()}}},
              {"predict",
               {{"network_drawn", theory.network_drawn},
                {"times", theory.t.size()},
                {"last_time", time_in_json(theory.t[theory.t.size() - 1])}}},
              {"lfp", theory_in_json(settings, theory.details)},
              {"rates", rates_in_json(theory.rates)},
              {"loss", {{"first", loss[0]}, {"last", number(loss[loss.size() - 1])}}},
              {"last", {{"rms", number(std::sqrt(square / values))}}},
              {"warnings", warnings},
              {"seconds", seconds},
              {"memory", {{"peak_mib", base::peak_memory_mib()}}}};
  if (const auto& deviation = theory.deviation) {
    const auto rms = [&](Index k) {
      return number(deviation->col(k).norm() / std::sqrt(static_cast<double>(deviation->rows())));
    };
    out["band"] = {{"rms_first", rms(0)}, {"rms_last", rms(deviation->cols() - 1)}};
  }
  if (theory.solvers) out["solvers"] = solvers_in_json(*theory.solvers);
  if (!theory.lfp().test) return out;
  out["test"]["points"] = experiment.test->x.cols();
  out["test"]["lfp"] = scores_in_json(*theory.lfp().test);
  if (theory.models.size() > 1)
    for (const ModelAlone& model : theory.models)
      out["test"][std::string(base::name_of(model.model))] = scores_in_json(*model.test);
  return out;
}

/// Outputs (each G × T) as (t, points…[, output]).
void write_outputs(io::NetcdfWriter& file, const std::string& name,
                   const std::vector<std::string>& points, const std::string& what,
                   const std::vector<MatrixXd>& f) {
  std::vector<std::string> dimensions = {"t"};
  dimensions.insert(dimensions.end(), points.begin(), points.end());
  if (f.size() == 1) {
    file.array(name, dimensions, "unit of y", what,
               VectorXd::Map(f.front().data(), f.front().size()));
    return;
  }
  dimensions.emplace_back("output");
  const Index count = f.front().rows(), times = f.front().cols();
  const auto outputs = static_cast<Index>(f.size());
  VectorXd values(count * times * outputs);
  Index at = 0;
  for (Index t = 0; t < times; ++t)
    for (Index g = 0; g < count; ++g)
      for (const MatrixXd& output : f) values[at++] = output(g, t);
  file.array(name, dimensions, "unit of y", what, values);
}

void write_values(io::NetcdfWriter& file, const std::string& name, const std::string& points,
                  const std::string& what, const MatrixXd& y) {
  if (y.cols() == 1)
    file.variable(name, points, "unit of y", what, VectorXd(y.col(0)));
  else
    file.variable(name, points, "output", "unit of y", what, y.transpose());
}

}  // namespace

TheoryFile predict(const Experiment& experiment, const VectorXd& times,
                   const compare::ProgressCallback& progress) {
  const base::Stopwatch watch;
  const compare::Problem& problem = experiment.problem;
  const compare::AloneTask task{
      .problem = problem, .y = experiment.y, .test = experiment.test, .times = times};
  base::require_memory(compare::theory_alone_memory(task).peak,
                       fmt::format("the theory of {} samples at {} points", problem.samples.size(),
                                   problem.grid.size()));
  TheoryFile out{.name = experiment.name,
                 .title = experiment.title,
                 .experiment_text = experiment.text,
                 .x = problem.samples.x,
                 .y = experiment.y,
                 .points = problem.grid.points,
                 .theory = compare::theory_alone(task, progress)};
  out.summary = in_summary(experiment, out, watch.seconds());
  return out;
}

void write_theory(const TheoryFile& file, const std::filesystem::path& directory,
                  const Experiment& experiment) {
  const compare::TheoryAlone& theory = file.theory;
  io::write_netcdf(directory / "result.nc", [&](io::NetcdfWriter& nc) {
    nc.attribute("title", file.title);
    nc.attribute("program", "fprinciple");
    nc.attribute("version", base::version());
    nc.attribute("experiment", file.experiment_text);
    nc.attribute("conventions", file.summary.at("conventions").dump());
    nc.dimension("t", theory.t.size());
    nc.dimension("dim", file.x.rows());
    nc.dimension("sample", file.x.cols());
    write_grid(nc, experiment.problem.grid);
    const std::vector<std::string> points = grid_dimensions(experiment.problem.grid);
    if (file.y.cols() > 1) nc.dimension("output", file.y.cols());
    nc.variable("t", "t", "1", "t, time of the gradient flow of R_S = 1/2 sum (f - y)^2", theory.t);
    nc.variable("x_train", "sample", "dim", "unit of x", "samples", file.x);
    write_values(nc, "y_train", "sample", "values of the samples", file.y);
    if (theory.rates.size() > 0) {  // none on the line
      nc.dimension("rate", theory.rates.size());
      nc.variable("rates", "rate", "1/t", "rates of the prediction", theory.rates);
    }
    write_outputs(nc, "f_lfp", points, "the prediction", theory.lfp().f);
    if (theory.deviation)
      write_outputs(nc, "f_lfp_std", points,
                    "the prediction's standard deviation over draws of the network",
                    {*theory.deviation});
    nc.variable("loss_lfp", "t", "(unit of y)^2", "loss of the prediction", theory.lfp().loss);
    if (experiment.test) {
      nc.dimension("test", experiment.test->x.cols());
      nc.variable("x_test", "test", "dim", "unit of x", "test points", experiment.test->x);
      write_values(nc, "y_test", "test", "values at the test points", experiment.test->y);
      write_outputs(nc, "f_test_lfp", {"test"}, "the prediction at the test points",
                    theory.lfp().f_test);
    }
    for (const ModelAlone& model : theory.models) {
      const std::string name(base::name_of(model.model));
      if (&model != &theory.lfp())
        write_outputs(nc, "f_" + name, points, "what " + name + " predicts", model.f);
      if (!model.test) continue;
      nc.variable("test_rmse_" + name, "t", "unit of y", "test error of " + name, model.test->rmse);
      if (model.test->accuracy.size() > 0)
        nc.variable("test_accuracy_" + name, "t", "1", "test accuracy of " + name,
                    model.test->accuracy);
    }
  });
  io::write_json(directory / "summary.json", file.summary);
}

}  // namespace fprinciple::runs
