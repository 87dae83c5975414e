#include "compare/run.hpp"

#include "base/memory.hpp"
#include "base/stopwatch.hpp"
#include "base/version.hpp"
#include "compare/bounds.hpp"
#include "compare/interpolants.hpp"
#include "compare/test_error.hpp"
#include "compare/theory.hpp"
#include "lfp/spectrum.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/initialise.hpp"
#include "nn/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using nlohmann::json;

nn::Network initial_network(const Experiment::Network& spec, Index dim) {
  return {spec.initial ? *spec.initial
                       : nn::draw_weights({spec.width, dim, spec.a, spec.w, spec.b,
                                           spec.antisymmetric, spec.seed}),
          spec.output_scale,
          spec.train_a,
          spec.train_w,
          spec.train_b,
          data::activation_named(spec.activation)};
}

/// At most 64 points spread over the grid: enough to see the function move between the samples.
MatrixXd probes(const data::Grid& grid) {
  const Index stride = (grid.size() + 63) / 64;
  return grid.points(Eigen::all, Eigen::seqN(0, (grid.size() + stride - 1) / stride, stride));
}

nn::Trajectory train(const Experiment& experiment, const nn::Network& network,
                     const ProgressCallback& progress, const nn::Supervision& supervision) {
  const Experiment::Train& spec = experiment.train;
  nn::Task task{experiment.samples,
                experiment.grid.points,
                {spec.stop_loss, spec.stop_time, spec.stop_steps, spec.stop_gradient_norm},
                {spec.snapshots, spec.snapshot_times},
                {},
                supervision};
  if (progress)
    task.progress = [&](double share, double loss, double t) {
      progress({"training", share, loss, t, {}});
    };
  if (spec.method == "flow")
    return nn::gradient_flow(network, task, {spec.tolerance, probes(experiment.grid)});
  return nn::gradient_descent(network, task, spec.descent);
}

double smallest_distance(const MatrixXd& x) {
  double least = std::numeric_limits<double>::infinity();
  for (Index i = 1; i < x.cols(); ++i)
    least =
        std::min(least, (x.leftCols(i).colwise() - x.col(i)).colwise().squaredNorm().minCoeff());
  return std::sqrt(least);
}

/// Where the theory's assumptions do not hold for this network, said in words.
std::vector<std::string> assumption_warnings(const Experiment& experiment,
                                             const data::Weights& weights) {
  std::vector<std::string> warnings;
  const Experiment::Network& spec = experiment.network;
  const lfp::Lattice& lattice = experiment.lfp.lattice;
  const double wavelength =
      experiment.lfp.kernel ? 0.0 : lattice.box / static_cast<double>(lattice.modes);
  if (const double distance = smallest_distance(experiment.samples.x); distance < wavelength)
    warnings.push_back(
        fmt::format("the lattice's shortest wavelength, box/modes = {:.3g}, is above "
                    "the smallest distance of two samples, {:.3g}: use more modes",
                    wavelength, distance));
  // Bounds are for functions that are periodic in the box.
  if (const double width = extent(experiment);
      !experiment.lfp.kernel && !experiment.delta && lattice.box < 2.0 * width)
    warnings.push_back(
        fmt::format("the box, {:.3g}, is less than twice as wide as data and grid, "
                    "{:.3g}: the prediction feels its periodic copies",
                    lattice.box, width));
  if (experiment.train.method == "adam")
    warnings.emplace_back(
        "with Adam t is the step times the number of steps, not the time of the gradient flow: "
        "theory and network are comparable at the end only, not at equal t");
  // The complete model takes w and b as they are.
  const std::string& model = experiment.lfp.model;
  if (spec.initial || model == "complete" || model == "power") return warnings;
  if (spec.w.kind == data::Distribution::Kind::uniform && weights.dim() > 1)
    warnings.emplace_back(
        "w has uniform coordinates, so it is not isotropic for d > 1: LFP takes only E|w|^p from "
        "it");
  const MatrixXd z =
      weights.w.topRows(std::min<Index>(weights.width(), 1000)) * experiment.samples.x;
  const double outside =
      (z.array().abs() > spec.b.scale).cast<double>().sum() / static_cast<double>(z.size());
  if (outside > 0.01)
    warnings.push_back(
        fmt::format("|w·x| exceeds the scale of b for {:.0f} % of the (neuron, sample) "
                    "pairs: LFP takes the density of b as flat over w·x",
                    100.0 * outside));
  return warnings;
}

json error_numbers(const VectorXd& f, const VectorXd& reference) {
  const VectorXd difference = f - reference;
  return {{"rmse", std::sqrt(difference.squaredNorm() / static_cast<double>(f.size()))},
          {"relative_l2", difference.norm() / reference.norm()},
          {"max", difference.cwiseAbs().maxCoeff()}};
}

void add_spectra(Comparison& out) {
  if (!lfp::has_spectrum(out.grid)) return;
  const lfp::SpectrumAnalyser analyse(out.grid);
  const VectorXd reference = out.target.value_or(out.f_lfp_limit);
  const auto share_left = [&](const MatrixXd& f) -> MatrixXd {
    const MatrixXd error = analyse(f.colwise() - reference);
    const VectorXd initial = error.col(0).cwiseMax(1e-12 * error.col(0).maxCoeff() + 1e-300);
    return initial.cwiseInverse().asDiagonal() * error;
  };
  out.frequency = analyse.frequency();
  out.spectrum_nn = analyse(out.f_nn);
  out.spectrum_lfp = analyse(out.f_lfp);
  out.spectrum_error_nn = share_left(out.f_nn);
  out.spectrum_error_lfp = share_left(out.f_lfp);
}

void add_references(const Experiment& experiment, Comparison& out) {
  if (experiment.target) {
    out.target = data::values(*experiment.target, out.grid.points);
    const double scale =
        0.5 * static_cast<double>(out.samples.size()) / static_cast<double>(out.grid.size());
    out.test_loss_nn =
        scale * (out.f_nn.colwise() - *out.target).colwise().squaredNorm().transpose();
    out.test_loss_lfp =
        scale * (out.f_lfp.colwise() - *out.target).colwise().squaredNorm().transpose();
  }
  if (out.samples.dim() == 1) {
    const VectorXd x = out.samples.x.row(0);
    const VectorXd points = out.grid.points.row(0);
    out.cubic_spline = natural_cubic_spline(x, out.samples.y, points);
    out.piecewise_linear = piecewise_linear(x, out.samples.y, points);
  }
}

/// Each rung of the ladder: how far two neighbouring models are apart on the grid, at the last
/// time, at its worst time, and in the limit.
json ladder_numbers(const Comparison& c) {
  const Index last = c.t.size() - 1;
  json ladder = json::object();
  const auto enter = [&](const char* rung, const MatrixXd& f, const MatrixXd& g,
                         const VectorXd& f_limit, const VectorXd& g_limit) {
    if (f.size() == 0 || g.size() == 0) return;
    const auto points = static_cast<double>(f.rows());
    const VectorXd rmse = ((f - g).colwise().squaredNorm() / points).cwiseSqrt().transpose();
    ladder[rung] = {{"rmse", rmse[last]},
                    {"rmse_max", rmse.maxCoeff()},
                    {"rmse_limit", (f_limit - g_limit).norm() / std::sqrt(points)}};
  };
  enter("nonlinearity", c.f_nn, c.f_linearised, c.f_nn.col(last), c.f_linearised_limit);
  enter("finite_width", c.f_linearised, c.f_complete, c.f_linearised_limit, c.f_complete_limit);
  enter("zero_frequency", c.f_complete, c.f_lfp2020, c.f_complete_limit, c.f_lfp2020_limit);
  enter("divergence", c.f_lfp2020, c.f_lfp2019, c.f_lfp2020_limit, c.f_lfp2019_limit);
  return ladder;
}

/// The whole of one model's prediction: f_ini is added back.
MatrixXd on_grid(const Prediction& prediction, const VectorXd& f_ini, const VectorXd& t) {
  return prediction.on_grid(t).colwise() + f_ini;
}

/// The models of the ladder, but for the chosen one, that apply to this experiment. What cannot be
/// computed is told and left out: the ladder is beside the run's purpose.
struct Ladder {
  std::optional<Prediction> linearised, complete, lfp2020, lfp2019;
};

Ladder make_ladder(const Experiment& experiment, const nn::Network& network,
                   std::vector<std::string>& warnings) {
  Ladder ladder;
  if (!experiment.lfp.ladder) return ladder;
  const auto make = [&](const std::string& model, std::optional<Prediction>& into) {
    if (model == experiment.lfp.model) return;
    try {
      into = predict(experiment, network, model, false);
    } catch (const std::exception& error) {
      warnings.push_back(fmt::format("the ladder goes without {}: {}", model, error.what()));
    }
  };
  make("linearised", ladder.linearised);
  if (!experiment.network.initial) make("complete", ladder.complete);
  make("lfp2020", ladder.lfp2020);
  make("lfp2019", ladder.lfp2019);
  return ladder;
}

void fill_ladder(const Experiment& experiment, const Ladder& ladder, const VectorXd& f_ini,
                 Comparison& out) {
  if (!experiment.lfp.ladder) return;
  const auto fill = [&](const std::string& model, const std::optional<Prediction>& prediction,
                        MatrixXd& f, VectorXd& limit) {
    if (model == experiment.lfp.model) {
      f = out.f_lfp;
      limit = out.f_lfp_limit;
    } else if (prediction) {
      f = on_grid(*prediction, f_ini, out.t);
      limit = f_ini + prediction->limit;
    }
  };
  fill("linearised", ladder.linearised, out.f_linearised, out.f_linearised_limit);
  fill("complete", ladder.complete, out.f_complete, out.f_complete_limit);
  fill("lfp2020", ladder.lfp2020, out.f_lfp2020, out.f_lfp2020_limit);
  fill("lfp2019", ladder.lfp2019, out.f_lfp2019, out.f_lfp2019_limit);
}

json training_numbers(const Experiment::Train& spec, const Comparison& out,
                      const nn::Trajectory& trajectory) {
  const Index last = out.t.size() - 1;
  json train = {
      {"method", spec.method}, {"steps", trajectory.steps}, {"gradients", trajectory.gradients},
      {"time", out.t[last]},   {"loss", out.loss_nn[last]}, {"stopped_by", trajectory.stopped_by}};
  const auto measure = [&](const char* name, const VectorXd& values) {
    if (values.size() > 0) train[name] = values[last];
  };
  measure("kernel_drift", out.kernel_drift);
  measure("parameter_distance", out.parameter_distance);
  measure("switched", out.switched);
  if (spec.method == "momentum") train["momentum"] = spec.descent.momentum;
  if (spec.method == "sgd") train["batch"] = spec.descent.batch;
  const bool single = spec.descent.precision == nn::Descent::Precision::single_precision;
  train["precision"] = single ? "single" : "double";
  return train;
}

json run_summary(const Experiment& experiment, const Comparison& out,
                 const nn::Trajectory& trajectory) {
  const Index last = out.t.size() - 1;
  json summary = {
      {"program", "fprinciple"},
      {"version", base::version()},
      {"name", out.name},
      {"title", out.title},
      {"conventions", conventions()},
      {"problem",
       {{"dim", out.samples.dim()},
        {"samples", out.samples.size()},
        {"width", trajectory.network.weights.width()},
        {"grid_points", out.grid.size()}}},
      {"error", error_numbers(out.f_nn.col(last), out.f_lfp.col(last))},
      {"error_limit", error_numbers(out.f_nn.col(last), out.f_lfp_limit)},
      {"limit",
       {{"rms", out.f_lfp_limit.norm() / std::sqrt(static_cast<double>(out.grid.size()))}}},
      {"train", training_numbers(experiment.train, out, trajectory)},
      {"report", {{"figures", experiment.figures}}},
  };
  if (!experiment.network.initial) summary["seed"] = experiment.network.seed;
  return summary;
}

}  // namespace

Comparison run(const Experiment& experiment, const ProgressCallback& progress,
               const nn::Supervision& supervision) {
  Comparison out;
  out.name = experiment.name;
  out.title = experiment.title;
  out.experiment_text = experiment.text;
  out.samples = experiment.samples;
  out.grid = experiment.grid;
  const base::Stopwatch total;

  const nn::Network network = initial_network(experiment.network, out.samples.dim());
  std::vector<std::string> warnings = assumption_warnings(experiment, network.weights);
  if (progress)
    for (const std::string& warning : warnings) progress({"prediction", 0.0, 0.0, 0.0, warning});

  // Theory. What does not need the times comes first, so that a lattice that does not suit the
  // samples is told before training.
  if (progress) progress({"prediction", 0.0, 0.0, 0.0, {}});
  const Prediction prediction =
      predict(experiment, network, experiment.lfp.model, experiment.lfp.check);
  const Ladder ladder = make_ladder(experiment, network, warnings);
  std::optional<GeneralisationBounds> bounds;
  if (experiment.delta) bounds.emplace(experiment, network);
  const VectorXd f_ini = nn::outputs(network, out.grid.points);
  out.f_lfp_limit = f_ini + prediction.limit;

  // Practice.
  const base::Stopwatch training;
  const nn::Trajectory trajectory = train(experiment, network, progress, supervision);
  const double training_seconds = training.seconds();
  out.t = trajectory.t;
  out.f_nn = trajectory.f;
  out.loss_nn = trajectory.loss;
  out.kernel_drift = trajectory.kernel_drift;
  out.parameter_distance = trajectory.parameter_distance;
  out.switched = trajectory.switched;
  if (progress) progress({"prediction", 0.5, 0.0, 0.0, {}});
  const VectorXd f_ini_samples = nn::outputs(network, out.samples.x);
  out.f_lfp = on_grid(prediction, f_ini, out.t);
  const MatrixXd residual =
      prediction.at_samples(out.t).colwise() + VectorXd(f_ini_samples - out.samples.y);
  out.loss_lfp = 0.5 * residual.colwise().squaredNorm().transpose();
  fill_ladder(experiment, ladder, f_ini, out);

  // The comparison.
  out.rmse = ((out.f_nn - out.f_lfp).colwise().squaredNorm() / static_cast<double>(out.grid.size()))
                 .cwiseSqrt();
  add_references(experiment, out);
  add_spectra(out);
  out.summary = run_summary(experiment, out, trajectory);
  out.summary["lfp"] = theory_numbers(experiment, network.weights);
  out.summary["lfp"].update(prediction.details);
  if (experiment.lfp.ladder) out.summary["ladder"] = ladder_numbers(out);
  if (out.target) out.summary["test"] = test_numbers(out);
  if (bounds) {
    out.power_function = bounds->power_function();
    out.summary["bounds"] = bounds->summary(trajectory.network);
  }
  if (experiment.lfp.check) out.summary["solvers"] = prediction.solvers;
  out.summary["train"]["seconds"] = training_seconds;
  warnings.insert(warnings.begin(), experiment.warnings.begin(), experiment.warnings.end());
  warnings.insert(warnings.end(), prediction.warnings.begin(), prediction.warnings.end());
  if (trajectory.steps == 0)
    warnings.push_back(
        fmt::format("nothing was trained: the stop by {} is met at the start, where "
                    "the loss is {:.3g}",
                    trajectory.stopped_by, out.loss_nn[0]));
  out.summary["warnings"] = warnings;
  if (experiment.train.save_weights) {
    out.weights_initial = network.weights;
    out.weights_final = trajectory.network.weights;
  }
  out.summary["seconds"] = total.seconds();
  out.summary["memory"] = {{"peak_mib", base::peak_memory_mib()}};
  return out;
}

}  // namespace fprinciple::compare
