#include "compare/run.hpp"

#include "compare/interpolants.hpp"
#include "compare/solver_check.hpp"
#include "compare/stopwatch.hpp"
#include "data/memory.hpp"
#include "data/moments.hpp"
#include "data/version.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/propagator.hpp"
#include "lfp/spectral_weight.hpp"
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
          spec.output_scale, spec.train_a, spec.train_w, spec.train_b};
}

/// At most 64 points spread over the grid: enough to see the function move between the samples.
MatrixXd probes(const data::Grid& grid) {
  const Index stride = (grid.size() + 63) / 64;
  return grid.points(Eigen::all, Eigen::seqN(0, (grid.size() + stride - 1) / stride, stride));
}

nn::Trajectory train(const Experiment& experiment, const nn::Network& network,
                     const ProgressCallback& progress) {
  const Experiment::Train& spec = experiment.train;
  nn::Task task{experiment.samples,
                experiment.grid.points,
                {spec.stop_loss, spec.stop_time, spec.stop_steps},
                {spec.snapshots, spec.snapshot_times},
                {}};
  if (progress)
    task.progress = [&](double share, double loss, double t) {
      progress({"training", share, loss, t, {}});
    };
  if (spec.method == "gd") return nn::gradient_descent(network, task, spec.gd_step);
  return nn::gradient_flow(network, task, {spec.tolerance, probes(experiment.grid)});
}

data::Moments moments_of(const Experiment& experiment, const data::Weights& weights) {
  const Experiment::Network& spec = experiment.network;
  if (experiment.lfp.moments == "distribution")
    return data::moments(spec.a, spec.w, spec.b, experiment.samples.dim());
  return data::moments(weights,
                       experiment.lfp.bias_density.value_or(data::density_at_zero(spec.b)));
}

double smallest_distance(const MatrixXd& x) {
  double least = std::numeric_limits<double>::infinity();
  for (Index i = 1; i < x.cols(); ++i)
    least =
        std::min(least, (x.leftCols(i).colwise() - x.col(i)).colwise().squaredNorm().minCoeff());
  return std::sqrt(least);
}

/// What solver differences are relative to: max|y|, or what there is to learn where y = 0.
double scale_of(const VectorXd& y, const VectorXd& residual) {
  for (const VectorXd& v : {y, residual})
    if (const double largest = v.cwiseAbs().maxCoeff(); largest > 0.0) return largest;
  return 1.0;
}

/// Where the theory's assumptions do not hold for this network, said in words.
std::vector<std::string> assumption_warnings(const Experiment& experiment,
                                             const data::Weights& weights) {
  std::vector<std::string> warnings;
  const Experiment::Network& spec = experiment.network;
  const lfp::Lattice& lattice = experiment.lfp.lattice;
  const double wavelength = lattice.box / static_cast<double>(lattice.modes);
  if (const double distance = smallest_distance(experiment.samples.x); distance < wavelength)
    warnings.push_back(
        fmt::format("the lattice's shortest wavelength, box/modes = {:.3g}, is above "
                    "the smallest distance of two samples, {:.3g}: use more modes",
                    wavelength, distance));
  if (const double width = extent(experiment); lattice.box < 2.0 * width)
    warnings.push_back(
        fmt::format("the box, {:.3g}, is less than twice as wide as data and grid, "
                    "{:.3g}: the prediction feels its periodic copies",
                    lattice.box, width));
  if (spec.initial) return warnings;
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

struct Theory {
  lfp::SpectralWeight weight;
  lfp::Problem problem;  ///< for f − f_ini: its samples are (X, y − f_ini(X))
};

Theory theory_of(const Experiment& experiment, const nn::Network& network) {
  const Experiment::Lfp& spec = experiment.lfp;
  const Index d = experiment.samples.dim();
  const Index m = network.weights.width();
  const double s = network.output_scale;
  const data::Moments moments = moments_of(experiment, network.weights);
  const lfp::SpectralWeight weight =
      lfp::lfp2019(moments, d, m, s, network.train_a, network.train_b);
  data::Samples residual = experiment.samples;
  residual.y -= nn::outputs(network, residual.x);
  if (spec.model == "lfp2020" && network.train_w)
    return {weight,
            lfp::make_problem(spec.lattice, weight, lfp::divergence_weight(moments, d, m, s),
                              residual, spec.ridge)};
  return {weight, lfp::make_problem(spec.lattice, weight, residual, spec.ridge)};
}

/// LFP's side: f_ini plus the lattice solution for y − f_ini(X), on the grid and at the samples.
void predict(const lfp::Problem& problem, const lfp::Propagator& propagator,
             const lfp::GridEvaluator& on_grid, const VectorXd& f_ini,
             const ProgressCallback& progress, Comparison& out) {
  out.f_lfp.resize(out.grid.size(), out.t.size());
  out.loss_lfp.resize(out.t.size());
  for (Index k = 0; k < out.t.size(); ++k) {
    if (progress)
      progress(
          {"prediction", static_cast<double>(k) / static_cast<double>(out.t.size()), 0, 0, {}});
    const Eigen::MatrixXcd c = propagator.coefficients(out.t[k]);
    out.f_lfp.col(k) = f_ini + on_grid(c);
    out.loss_lfp[k] =
        nn::loss(lfp::values(problem.lattice, c, problem.samples.x), problem.samples.y);
  }
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

json run_summary(const Experiment& experiment, const Comparison& out,
                 const nn::Trajectory& trajectory, const lfp::SpectralWeight& weight) {
  const Index last = out.t.size() - 1;
  json summary = {
      {"program", "fprinciple"},
      {"version", data::version()},
      {"name", out.name},
      {"title", out.title},
      {"conventions",
       {{"time", "t of the gradient flow θ' = −∇R_S"},
        {"frequency", "cycles per unit of x"},
        {"loss", "R_S = ½ Σ (f(x_i) − y_i)²"}}},
      {"problem",
       {{"dim", out.samples.dim()},
        {"samples", out.samples.size()},
        {"width", trajectory.network.weights.width()},
        {"grid_points", out.grid.size()}}},
      {"error", error_numbers(out.f_nn.col(last), out.f_lfp.col(last))},
      {"error_limit", error_numbers(out.f_nn.col(last), out.f_lfp_limit)},
      {"train",
       {{"method", experiment.train.method},
        {"steps", trajectory.steps},
        {"gradients", trajectory.gradients},
        {"time", out.t[last]},
        {"loss", out.loss_nn[last]},
        {"stopped_by", trajectory.stopped_by}}},
      {"lfp",
       {{"model", experiment.lfp.model},
        {"kappa", weight.kappa},
        {"c1", weight.c1},
        {"c2", weight.c2},
        {"box", experiment.lfp.lattice.box},
        {"modes", experiment.lfp.lattice.modes},
        {"zero_frequency", experiment.lfp.lattice.zero_frequency},
        {"ridge", experiment.lfp.ridge}}},
      {"report", {{"figures", experiment.figures}}},
  };
  if (!experiment.network.initial) summary["seed"] = experiment.network.seed;
  return summary;
}

}  // namespace

Comparison run(const Experiment& experiment, const ProgressCallback& progress) {
  Comparison out;
  out.name = experiment.name;
  out.title = experiment.title;
  out.experiment_text = experiment.text;
  out.samples = experiment.samples;
  out.grid = experiment.grid;
  const Stopwatch total;

  const nn::Network network = initial_network(experiment.network, out.samples.dim());
  std::vector<std::string> warnings = assumption_warnings(experiment, network.weights);
  if (progress)
    for (const std::string& warning : warnings) progress({"prediction", 0.0, 0.0, 0.0, warning});

  // Theory: every formula predicts f − f_ini from y − f_ini(X). What does not need the times comes
  // first, so that a lattice that does not suit the samples is told before training.
  if (progress) progress({"prediction", 0.0, 0.0, 0.0, {}});
  const auto [weight, problem] = theory_of(experiment, network);
  const lfp::GridEvaluator on_grid(problem.lattice, out.grid);
  const Stopwatch decomposition;
  const lfp::Propagator propagator(problem);
  const SolverCheck check = check_solvers(problem, propagator, decomposition.seconds(), on_grid,
                                          scale_of(out.samples.y, problem.samples.y));
  const VectorXd f_ini = nn::outputs(network, out.grid.points);
  out.f_lfp_limit = f_ini + check.limit;

  // Practice.
  const Stopwatch training;
  const nn::Trajectory trajectory = train(experiment, network, progress);
  const double training_seconds = training.seconds();
  out.t = trajectory.t;
  out.f_nn = trajectory.f;
  out.loss_nn = trajectory.loss;
  predict(problem, propagator, on_grid, f_ini, progress, out);

  // The comparison.
  out.rmse = ((out.f_nn - out.f_lfp).colwise().squaredNorm() / static_cast<double>(out.grid.size()))
                 .cwiseSqrt();
  add_references(experiment, out);
  add_spectra(out);
  out.summary = run_summary(experiment, out, trajectory, weight);
  out.summary["solvers"] = check.summary;
  out.summary["train"]["seconds"] = training_seconds;
  warnings.insert(warnings.begin(), experiment.warnings.begin(), experiment.warnings.end());
  warnings.insert(warnings.end(), check.warnings.begin(), check.warnings.end());
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
  out.summary["memory"] = {{"peak_mib", data::peak_memory_mib()}};
  return out;
}

}  // namespace fprinciple::compare
