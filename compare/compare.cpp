#include "compare/compare.hpp"

#include "base/blas.hpp"
#include "base/memory.hpp"
#include "base/require.hpp"
#include "base/stopwatch.hpp"
#include "compare/box_error.hpp"
#include "compare/forecast_words.hpp"
#include "compare/interpolants.hpp"
#include "compare/memory.hpp"
#include "lfp/moving.hpp"
#include "lfp/spectrum.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/initialise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

const VectorXd kForever = VectorXd::Constant(1, std::numeric_limits<double>::infinity());

double smallest_distance(const MatrixXd& x) {
  double least = std::numeric_limits<double>::infinity();
  for (Index i = 1; i < x.cols(); ++i)
    least =
        std::min(least, (x.leftCols(i).colwise() - x.col(i)).colwise().squaredNorm().minCoeff());
  return std::sqrt(least);
}

/// Whether the lattice ends before the weight of the frequencies does.
bool more_modes_help(const Problem& problem, const data::Weights& weights) {
  const lfp::Lattice& lattice = *problem.theory.lattice;
  if (problem.law.activation == data::Activation::sine &&
      problem.theory.moments == Moments::weights)
    return true;  // drawn weights of sines have no spectral weight
  return lfp::moving(
             lattice,
             lfp::sampled_weight(lattice, spectral_weight(problem.theory, problem.law, weights)),
             problem.samples.size())
      .all;
}

/// LFP takes the biases as if w·x + b were at any place with one density.
void warn_of_biases(const data::NetworkLaw& law, const data::Weights& weights, const MatrixXd& x,
                    std::vector<std::string>& warnings) {
  constexpr double kSeen = 0.01;
  if (law.activation == data::Activation::sine) {  // periodic: what counts is where in its period
    if (const double off = std::abs(data::characteristic(law.b, VectorXd::Constant(1, 2.0)));
        off > kSeen)
      warnings.push_back(
          fmt::format("|E cos 2b| is {:.2g}: LFP takes the phases of the sines as spread evenly "
                      "over the period, where it is 0",
                      off));
    return;
  }
  const MatrixXd z = weights.w.topRows(std::min<Index>(weights.width(), 1000)) * x;
  const double outside = ((z.array() + law.b.mean).abs() > law.b.scale).cast<double>().sum() /
                         static_cast<double>(z.size());
  if (outside > kSeen)
    warnings.push_back(
        fmt::format("|w·x| exceeds the scale of b for {:.0f} % of the (neuron, sample) "
                    "pairs: LFP takes the density of b as flat over w·x",
                    100.0 * outside));
}

/// Where the theory's assumptions do not hold for this network, said in words.
std::vector<std::string> assumption_warnings(const Problem& problem, const data::Weights& weights) {
  std::vector<std::string> warnings;
  const data::NetworkLaw& law = problem.law;
  const auto& lattice = problem.theory.lattice;
  const double wavelength = lattice ? lattice->box / static_cast<double>(lattice->modes) : 0.0;
  if (std::string words = contradiction_words(problem.samples); !words.empty())
    warnings.push_back(std::move(words));
  if (const double distance = smallest_distance(data::distinct(problem.samples).samples.x);
      distance < wavelength)
    warnings.push_back(fmt::format(
        "the lattice's shortest wavelength, box/modes = {:.3g}, is above "
        "the smallest distance of two samples, {:.3g}{}",
        wavelength, distance, more_modes_help(problem, weights) ? ": use more modes" : ""));
  // Bounds are for functions that are periodic in the box.
  if (const double width = extent(problem.samples, problem.grid);
      lattice && !problem.bounds && lattice->box < 2.0 * width)
    warnings.push_back(
        fmt::format("the box, {:.3g}, is less than twice as wide as data and grid, "
                    "{:.3g}: the prediction feels its periodic copies",
                    lattice->box, width));
  if (problem.training.method == nn::Method::adam)
    warnings.emplace_back(
        "with Adam t is the step times the number of steps, not the time of the gradient flow: "
        "theory and network are comparable at the end only, not at equal t");
  // The complete model takes w and b as they are.
  const Model model = problem.theory.model;
  if (std::holds_alternative<data::Weights>(problem.start) || model == Model::complete ||
      model == Model::power)
    return warnings;
  if (law.w.kind == data::Distribution::Kind::uniform && weights.dim() > 1)
    warnings.emplace_back(
        "w has uniform coordinates, so it is not isotropic for d > 1: LFP takes only E|w|^p from "
        "it");
  warn_of_biases(law, weights, problem.samples.x, warnings);
  return warnings;
}

Distance distance(const VectorXd& f, const VectorXd& reference) {
  const VectorXd difference = f - reference;
  return {.rmse = std::sqrt(difference.squaredNorm() / static_cast<double>(f.size())),
          .relative_l2 = difference.norm() / reference.norm(),
          .max = difference.cwiseAbs().maxCoeff()};
}

void add_spectra(Comparison& out) {
  if (!lfp::has_spectrum(out.grid)) return;
  const lfp::SpectrumAnalyser analyse(out.grid);
  const VectorXd reference = out.target.value_or(out.lfp().limit);
  const auto share_left = [&](const MatrixXd& f) -> MatrixXd {
    const MatrixXd error = analyse(f.colwise() - reference);
    const VectorXd initial = error.col(0).cwiseMax(1e-12 * error.col(0).maxCoeff() + 1e-300);
    return initial.cwiseInverse().asDiagonal() * error;
  };
  out.frequency = analyse.frequency();
  out.spectrum_nn = analyse(out.f_nn);
  out.spectrum_lfp = analyse(out.lfp().f);
  out.spectrum_error_nn = share_left(out.f_nn);
  out.spectrum_error_lfp = share_left(out.lfp().f);
}

void add_references(const std::optional<data::Target>& target, Comparison& out) {
  if (target) {
    out.target = data::values(*target, out.grid.points);
    const double scale =
        0.5 * static_cast<double>(out.samples.size()) / static_cast<double>(out.grid.size());
    const auto test_loss = [&](const MatrixXd& f) -> VectorXd {
      return scale * (f.colwise() - *out.target).colwise().squaredNorm().transpose();
    };
    out.test_loss_nn = test_loss(out.f_nn);
    out.test_loss_lfp = test_loss(out.lfp().f);
  }
  if (out.samples.dim() == 1) {
    const data::Samples distinct = data::distinct(out.samples).samples;
    const VectorXd x = distinct.x.row(0);
    const VectorXd points = out.grid.points.row(0);
    out.cubic_spline = natural_cubic_spline(x, distinct.y, points);
    out.piecewise_linear = piecewise_linear(x, distinct.y, points);
  }
}

TrainingNumbers training_numbers(const nn::Trajectory& trained, double seconds) {
  const auto last = [](const VectorXd& values) -> std::optional<double> {
    if (values.size() == 0) return std::nullopt;
    return values[values.size() - 1];
  };
  return {.steps = trained.steps,
          .gradients = trained.gradients,
          .time = *last(trained.t),
          .loss = *last(trained.loss),
          .stopped_by = trained.stopped_by,
          .kernel_drift = last(trained.kernel_drift),
          .parameter_distance = last(trained.parameter_distance),
          .switched = last(trained.switched),
          .seconds = seconds};
}

/// Scores of the network, which says f (N × T) at the test points, and of the models; and the test
/// losses, on the scale of the loss.
ScoresOfTest scores_of(const TestSet& test, const Predictions& predictions, const MatrixXd& f,
                       Comparison& c) {
  ScoresOfTest out{.points = test.x.cols(), .nn = test_scores(c.t, {f}, test), .models = {}};
  for (const Predicted& model : predictions.models)
    out.models.push_back(test_scores(c.t, {model.prediction.at(test.x, c.t)}, test));
  const double half = 0.5 * static_cast<double>(c.samples.size());
  c.test_loss_nn = half * out.nn.rmse.cwiseAbs2();
  c.test_loss_lfp = half * out.models.at(c.prediction).rmse.cwiseAbs2();
  return out;
}

}  // namespace

ModelTold told_of_models(const ProgressCallback& progress) {
  if (!progress) return {};
  constexpr double kLong = 2.0;  // seconds
  struct Now {
    std::optional<Model> model;
    base::Stopwatch watch;
  };
  return [&progress, now = std::make_shared<Now>()](Model model, double share) {
    if (now->model != model) *now = {.model = model, .watch = {}};
    if (now->watch.seconds() > kLong)
      progress({.done = share, .part = std::string(base::name_of(model))});
  };
}

nn::Trajectory train(const Training& training, const nn::Network& start,
                     const data::Samples& samples, const data::Grid& grid,
                     const ProgressCallback& progress, const nn::Supervision& supervision,
                     std::optional<double> expected_time) {
  const base::OneBlasThread blas;
  require_valid(samples);
  base::require_shape("start.weights.w", start.weights.w, start.weights.width(), samples.dim());
  base::require_shape("grid.points", grid.points, samples.dim(), base::kAny);
  const double tolerance = training.tolerance.value_or(default_tolerance(samples));
  base::require(std::isfinite(tolerance) && tolerance > 0.0, "training.tolerance", tolerance,
                "a finite number above 0");
  nn::Task task{.samples = samples,
                .points = grid.points,
                .stop = training.stop,
                .snapshots = training.snapshots,
                .expected_time = expected_time,
                .supervision = supervision};
  if (progress)
    task.progress = [&](double share, double loss, double t) {
      progress({.stage = Stage::training, .done = share, .loss = loss, .time = t});
    };
  if (training.method == nn::Method::flow)
    return nn::gradient_flow(start, task, {.tolerance = tolerance, .probes = data::probes(grid)});
  nn::Descent descent = training.descent;
  descent.method = training.method;
  return nn::gradient_descent(start, task, descent);
}

Comparison compare(const Predictions& predictions, const nn::Trajectory& trained,
                   const data::Samples& samples, const data::Grid& grid,
                   const std::optional<data::Target>& target) {
  const base::OneBlasThread blas;
  base::require(predictions.chosen < predictions.models.size(), "predictions.chosen",
                static_cast<Index>(predictions.chosen), "the place of one of the models");
  require_valid(samples);
  base::require(trained.t.size() >= 1, "trained.t", trained.t.size(), "a time at least");
  base::require_shape("trained.f", trained.f, grid.size(), trained.t.size());
  Comparison out{.samples = samples,
                 .grid = grid,
                 .t = trained.t,
                 .f_nn = trained.f,
                 .prediction = predictions.chosen,
                 .loss_nn = trained.loss,
                 .kernel_drift = trained.kernel_drift,
                 .parameter_distance = trained.parameter_distance,
                 .switched = trained.switched};
  for (const auto& [model, prediction] : predictions.models)
    out.models.push_back(
        {.model = model, .f = prediction.at(grid, out.t), .limit = prediction.at(grid, kForever)});
  const Prediction& chosen = predictions.models[predictions.chosen].prediction;
  if (predictions.solvers) out.models[out.prediction].limit = chosen.limit(*predictions.solvers);
  out.loss_lfp = chosen.loss(out.t);
  out.rmse = ((out.f_nn - out.lfp().f).colwise().squaredNorm() / static_cast<double>(grid.size()))
                 .cwiseSqrt();
  add_references(target, out);
  add_spectra(out);
  return out;
}

std::vector<RungNumbers> ladder(const Comparison& c) {
  const Index last = c.t.size() - 1;
  std::vector<RungNumbers> out;
  for (const Rung& rung : rungs) {
    const ModelValues* const upper = rung.upper ? c.find(*rung.upper) : nullptr;
    const ModelValues* const lower = c.find(rung.lower);
    if (!lower || (rung.upper && !upper)) continue;
    const auto points = static_cast<double>(c.grid.size());
    const MatrixXd& f = upper ? upper->f : c.f_nn;
    const VectorXd f_limit = upper ? upper->limit : VectorXd(c.f_nn.col(last));
    const VectorXd rmse = ((f - lower->f).colwise().squaredNorm() / points).cwiseSqrt().transpose();
    out.push_back({.rung = rung,
                   .rmse = rmse[last],
                   .rmse_max = rmse.maxCoeff(),
                   .rmse_limit = (f_limit - lower->limit).norm() / std::sqrt(points)});
  }
  return out;
}

Outcome solve(const Problem& problem, const ProgressCallback& progress,
              const nn::Supervision& supervision) {
  const base::OneBlasThread blas;
  require_valid(problem);
  const base::Stopwatch total;
  const nn::Network start = nn::make_network(problem.law, problem.samples.dim(), problem.start);
  Outcome out;
  Numbers& numbers = out.numbers;
  std::vector<std::string>& warnings = numbers.warnings;
  warnings = assumption_warnings(problem, start.weights);
  if (progress)
    for (const std::string& warning : warnings) progress({.warning = warning});

  // Theory. What does not need the times comes first, so that a lattice that does not suit the
  // samples is told before training.
  if (progress) progress({});
  const Predictions predictions = predict(problem, start, told_of_models(progress));
  warnings.insert(warnings.end(), predictions.warnings.begin(), predictions.warnings.end());
  std::optional<GeneralisationBounds> bounds;
  if (problem.bounds)
    bounds.emplace(problem, spectral_weight(problem.theory, problem.law, start.weights));

  // Practice.
  numbers.forecast = forecast(problem.training, start, problem.samples);
  std::optional<double> expected_time;
  if (numbers.forecast) {
    if (progress)
      progress({.forecast = in_words(*numbers.forecast, problem.training, problem.samples)});
    require_reachable(*numbers.forecast, problem.training, problem.samples);
    expected_time = numbers.forecast->time;
  }
  const base::Stopwatch training;
  nn::Trajectory trained =
      train(problem.training, start, problem.samples, with_test(problem.grid, problem.test),
            progress, supervision, expected_time);
  MatrixXd f_test;
  if (problem.test) {
    f_test = trained.f.bottomRows(problem.test->x.cols());
    trained.f.conservativeResize(problem.grid.size(), Eigen::NoChange);
  }
  numbers.training = training_numbers(trained, training.seconds());
  if (progress) progress({.done = 0.5});

  // The comparison.
  out.comparison = compare(predictions, trained, problem.samples, problem.grid, problem.target);
  Comparison& c = out.comparison;
  const Index last = c.t.size() - 1;
  const VectorXd& limit = c.lfp().limit;
  numbers.error = distance(c.f_nn.col(last), c.lfp().f.col(last));
  numbers.error_limit = distance(c.f_nn.col(last), limit);
  numbers.limit_rms = limit.norm() / std::sqrt(static_cast<double>(c.grid.size()));
  numbers.weight = weight_numbers(problem.theory, problem.law, start.weights);
  numbers.prediction = predictions.models[predictions.chosen].prediction.details;
  if (problem.ladder) numbers.ladder = ladder(c);
  if (problem.test)
    numbers.scores = scores_of(*problem.test, predictions, f_test, c);
  else
    numbers.test = test_errors(c);
  if (bounds) {
    c.power_function = bounds->power_function();
    numbers.bounds = bounds->numbers(&trained.network);
  }
  numbers.solvers = predictions.solvers;
  if (numbers.solvers)
    warnings.insert(warnings.end(), numbers.solvers->warnings.begin(),
                    numbers.solvers->warnings.end());
  if (trained.steps == 0)
    warnings.push_back(
        fmt::format("nothing was trained: the stop by {} is met at the start, where "
                    "the loss is {:.3g}",
                    trained.stopped_by, c.loss_nn[0]));
  if (problem.theory.check) {
    const Prediction& chosen = predictions.models[predictions.chosen].prediction;
    Uncertainty known = uncertainty(chosen, problem.grid, c.t, predictions.scale);
    c.uncertainty_lfp = known.at_times;
    if (known.truncated) c.limit_truncated = known.truncated->limit;
    if (!known.warning.empty()) warnings.push_back(known.warning);
    numbers.uncertainty = std::move(known);
    numbers.box_error = box_error(problem, start, c);
  }
  if (trained.stopped_by == "seconds")
    warnings.push_back(fmt::format(
        "training was ended by stop.seconds, at t = {:.3g} and the loss {:.3g}: more seconds give "
        "another result",
        numbers.training.time, numbers.training.loss));
  out.first = start.weights;
  out.last = trained.network.weights;
  numbers.seconds = total.seconds();
  numbers.peak_mib = base::peak_memory_mib();
  numbers.foreseen_mib = memory(problem).peak / (1024.0 * 1024.0);
  return out;
}

}  // namespace fprinciple::compare
