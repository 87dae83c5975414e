#include "runs/experiment_file.hpp"

#include "base/memory.hpp"
#include "compare/memory.hpp"
#include "io/weights_file.hpp"
#include "lfp/bounds.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/spectral_weight.hpp"
#include "lfp/spectrum.hpp"
#include "runs/experiment_samples.hpp"
#include "runs/toml_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using compare::Model;
using compare::Moments;
using data::Distribution;
using Eigen::Index;
using nn::Method;

double power(double base, Index exponent) { return std::pow(base, static_cast<double>(exponent)); }

// [network] -------------------------------------------------------------------------------------

/// `zero_allowed`: output weights may start at 0, input weights and biases may not (the theory
/// needs E|w|³ > 0 and a finite density of b).
Distribution read_distribution(const TomlTable& network, std::string_view key, bool zero_allowed) {
  const TomlTable table =
      network.require(key, "a table { dist = \"uniform\" | \"normal\", scale = … }")
          .table({"dist", "scale", "mean"});
  const auto kind = table.require("dist", "\"uniform\" or \"normal\"").choice<Distribution::Kind>();
  const TomlValue scale = table.require("scale", "a finite number > 0");
  Distribution law{.kind = kind, .scale = zero_allowed ? scale.non_negative() : scale.positive()};
  if (const auto mean = table.find("mean")) law.mean = mean->number();
  if (key == "w" && law.mean != 0.0)
    table.place("mean").fail(
        fmt::format("must be 0 for w, no direction of which is preferred, got {}", law.mean));
  if (key == "b" && !(data::density_at_zero(law) > 0.0))
    table.place("mean").fail(
        fmt::format("must be so near to 0 that b has a density there, got {}", law.mean));
  return law;
}

data::Groups read_trained_groups(const TomlValue& train) {
  data::Groups groups{.a = false, .w = false, .b = false};
  for (const TomlValue& element : train.elements("a non-empty list of \"a\", \"w\", \"b\"")) {
    const std::string group = element.choice({"a", "w", "b"});
    bool& moves = group == "a" ? groups.a : group == "w" ? groups.w : groups.b;
    if (moves) element.fail(fmt::format("\"{}\" stands here twice", group));
    moves = true;
  }
  if (!groups.a && !groups.b)
    train.fail("must contain \"a\" or \"b\": LFP has no weight for \"w\" alone");
  return groups;
}

data::Weights read_initial_weights(const TomlTable& table, const std::filesystem::path& folder,
                                   Index dim) {
  const TomlValue initial = *table.find("initial");
  table.refuse({"width", "antisymmetric", "seed"},
               "cannot stand beside network.initial, which gives the weights");
  const std::string name = initial.text();
  data::Weights weights;
  initial.place().around([&] { weights = io::read_weights(folder / name); });
  if (weights.dim() != dim)
    initial.fail(
        fmt::format("must have as many dimensions as the data, {}, got {}", dim, weights.dim()));
  return weights;
}

void read_laws(const TomlTable& table, data::NetworkLaw& law) {
  law.a = read_distribution(table, "a", true);
  law.w = read_distribution(table, "w", false);
  law.b = read_distribution(table, "b", false);
}

nn::Draw read_drawn_weights(const TomlTable& table, data::NetworkLaw& law) {
  nn::Draw draw;
  const TomlValue width = table.require("width", "an integer of at least 1");
  law.width = width.integer(1);
  if (const auto value = table.find("antisymmetric")) draw.antisymmetric = value->boolean();
  if (draw.antisymmetric && law.width % 2 != 0)
    width.fail(fmt::format("must be even with antisymmetric = true, got {}", law.width));
  read_laws(table, law);
  if (const auto value = table.find("seed"))
    draw.seed = static_cast<std::uint64_t>(value->integer(0));
  return draw;
}

/// Returns whether the laws of the weights are known: those that are drawn, or that stand beside
/// given ones.
bool read_network(const TomlTable& root, const std::filesystem::path& folder,
                  compare::Problem& problem) {
  const TomlTable table =
      root.table("network", {"width", "activation", "antisymmetric", "output_scale", "a", "w", "b",
                             "train", "seed", "initial"});
  data::NetworkLaw& law = problem.law;
  const Index d = problem.samples.dim();
  if (const auto value = table.find("activation"))
    law.activation = value->choice<data::Activation>();
  if (const auto value = table.find("output_scale")) law.output_scale = value->positive();
  if (const auto value = table.find("train")) law.train = read_trained_groups(*value);
  const bool given = table.find("initial").has_value();
  const bool laws = !given || table.find("a") || table.find("w") || table.find("b");
  if (given) {
    data::Weights weights = read_initial_weights(table, folder, d);
    law.width = weights.width();
    problem.start = std::move(weights);
    if (laws) read_laws(table, law);
  } else {
    problem.start = read_drawn_weights(table, law);
  }
  // Parameters, gradients and the integrator's copies of both.
  table.place(given ? "initial" : "width").around([&] {
    base::require_memory(8.0 * 6.0 * static_cast<double>(d + 2) * static_cast<double>(law.width),
                         fmt::format("a network of {} neurons", law.width));
  });
  return laws;
}

/// The weights that network.initial has given; null where they are drawn.
const data::Weights* initial_weights(const compare::Problem& problem) {
  return std::get_if<data::Weights>(&problem.start);
}

// [train] ---------------------------------------------------------------------------------------

void read_stop(const TomlTable& train, const data::Samples& samples, nn::Stop& stop) {
  const TomlTable table =
      train.table("stop", {"loss", "time", "steps", "gradient_norm", "seconds"});
  if (const auto value = table.find("loss")) stop.loss = value->positive();
  if (const auto value = table.find("time")) stop.time = value->positive();
  if (const auto value = table.find("steps")) stop.steps = value->integer(1);
  if (const auto value = table.find("gradient_norm")) stop.gradient_norm = value->positive();
  if (const auto value = table.find("seconds")) stop.seconds = value->positive();
  const bool other = stop.time || stop.steps || stop.gradient_norm || stop.seconds;
  if (const auto between = data::contradiction(samples);
      stop.loss && !other && between && *stop.loss <= between->loss)
    table.find("loss")->fail(
        fmt::format("must be above {:.6g}, or have another stop beside it, got {}: {}",
                    between->loss, *stop.loss, compare::contradiction_words(samples)));
  if (stop.loss || other) return;
  if (train.find("stop"))
    train.place("stop").fail("must have at least one of loss, time, steps, gradient_norm, seconds");
  stop.loss = compare::default_stop_loss(samples);
}

void read_snapshots(const TomlValue& value, const nn::Stop& stop, nn::Snapshots& snapshots) {
  if (!value.is_array()) {
    snapshots.count = value.integer(1);
    value.place().around([&] {  // at least their times and losses; read_grid asks for more
      base::require_memory(8.0 * 4.0 * static_cast<double>(snapshots.count),
                           fmt::format("{} snapshots", snapshots.count));
    });
    return;
  }
  for (const TomlValue& element : value.elements("a number of times, or a list of times")) {
    const double t = element.positive();
    if (!snapshots.times.empty() && t <= snapshots.times.back())
      element.fail(
          fmt::format("the times must increase, got {} after {}", t, snapshots.times.back()));
    if (stop.time && t > *stop.time)
      element.fail(fmt::format("must not be after train.stop.time = {}, got {}", *stop.time, t));
    snapshots.times.push_back(t);
  }
}

/// Throws InputError at a key of [train] that another method has.
void refuse_other_methods_keys(const TomlTable& table, nn::Method method) {
  const auto belong = [&](std::initializer_list<std::string_view> keys, bool here,
                          std::string_view methods) {
    if (!here)
      table.refuse(
          keys, fmt::format("belongs to method = {}, not \"{}\"", methods, base::name_of(method)));
  };
  belong({"tolerance"}, method == Method::flow, "\"flow\"");
  belong({"gd", "precision"}, method != Method::flow, "\"gd\", \"momentum\", \"adam\" or \"sgd\"");
  belong({"momentum"}, method == Method::momentum, "\"momentum\"");
  belong({"batch", "seed"}, method == Method::sgd, "\"sgd\"");
}

void read_descent(const TomlTable& table, Method method, Index samples, nn::Descent& descent) {
  descent.method = method;
  descent.step = table.table("gd", {"step"}).require("step", "a finite number > 0").positive();
  if (const auto value = table.find("precision"))
    descent.precision = value->choice<nn::Descent::Precision>();
  if (const auto value = table.find("momentum")) {
    descent.momentum = value->non_negative();
    if (descent.momentum >= 1.0) value->fail_type("a number >= 0 and < 1");
  }
  if (const auto value = table.find("seed"))
    descent.seed = static_cast<std::uint64_t>(value->integer(0));
  if (descent.method != Method::sgd) return;
  const TomlValue batch = table.require("batch", "an integer of at least 1");
  descent.batch = batch.integer(1);
  if (descent.batch > samples)
    batch.fail(
        fmt::format("must be at most the number of samples, {}, got {}", samples, descent.batch));
}

void read_train(const TomlTable& root, Experiment& experiment) {
  const TomlTable table =
      root.table("train", {"method", "stop", "tolerance", "gd", "momentum", "batch", "precision",
                           "seed", "snapshots", "save_weights", "checkpoint"});
  compare::Training& training = experiment.problem.training;
  if (const auto* draw = std::get_if<nn::Draw>(&experiment.problem.start))
    training.descent.seed = draw->seed;
  if (const auto value = table.find("method")) training.method = value->choice<Method>();
  read_stop(table, experiment.problem.samples, training.stop);
  refuse_other_methods_keys(table, training.method);
  if (const auto value = table.find("tolerance")) training.tolerance = value->positive();
  if (training.method != Method::flow)
    read_descent(table, training.method, experiment.problem.samples.size(), training.descent);
  if (const auto value = table.find("snapshots"))
    read_snapshots(*value, training.stop, training.snapshots);
  if (const auto value = table.find("save_weights")) experiment.save_weights = value->boolean();
  if (const auto value = table.find("checkpoint")) experiment.checkpoint = value->positive();
}

/// How many times are kept: the snapshots, the start and the end.
Index kept_times(const nn::Snapshots& snapshots) {
  constexpr Index kStartAndEnd = 2;
  const Index times =
      snapshots.times.empty() ? snapshots.count : static_cast<Index>(snapshots.times.size());
  return std::min(times, std::numeric_limits<Index>::max() - kStartAndEnd) + kStartAndEnd;
}

// [lfp] -----------------------------------------------------------------------------------------

Index default_modes(Index dim) { return dim == 1 ? 2000 : dim == 2 ? 64 : 16; }

double read_box(const TomlTable& table, double extent) {
  const auto value = table.find("box");
  const double box = value ? value->positive() : 4.0 * extent;
  if (!(box > extent) || !std::isfinite(box))
    table.place("box").fail(fmt::format(
        "must be larger than the extent of data and grid, {}, as functions are periodic in the "
        "box; got {}",
        extent, box));
  return box;
}

void read_lattice(const TomlTable& lfp_table, compare::Problem& problem) {
  const TomlTable table = lfp_table.table("lattice", {"box", "modes", "zero_frequency"});
  lfp::Lattice& lattice = problem.theory.lattice.emplace();
  lattice.dim = problem.samples.dim();
  lattice.box = read_box(table, compare::extent(problem.samples, problem.grid));
  const auto modes = table.find("modes");
  lattice.modes = modes ? modes->integer(1) : default_modes(lattice.dim);
  if (const auto value = table.find("zero_frequency")) lattice.zero_frequency = value->positive();

  const auto n = static_cast<double>(problem.samples.size());
  const double per_axis = 2.0 * static_cast<double>(lattice.modes) - 1.0;
  const double unknowns = power(per_axis, lattice.dim);
  const double coefficients = static_cast<double>(lattice.modes) * power(per_axis, lattice.dim - 1);
  const TomlPlace place = table.place("modes");
  if (unknowns < n && problem.theory.ridge == 0.0)
    place.fail(
        fmt::format("must be larger, or lfp.ridge > 0: the lattice has {} unknowns for {} samples",
                    unknowns, n));
  const double parts =
      problem.theory.model == Model::lfp2020 ? 1.0 + static_cast<double>(lattice.dim) : 1.0;
  place.around([&] {  // three real matrices of (2 · coefficients) × n
    base::require_memory(8.0 * 6.0 * coefficients * parts * n,
                         fmt::format("a lattice of {} modes for {} samples", lattice.modes, n));
  });
}

double read_bias_density(const TomlTable& table, const data::Weights& initial,
                         std::vector<std::string>& warnings) {
  if (const auto value = table.find("bias_density")) return value->positive();
  const double estimate = data::estimate_density_at_zero(initial.b);
  const TomlPlace place = table.place("bias_density");
  if (!std::isfinite(estimate) || estimate <= 0.0)
    place.fail(
        "is missing, and the biases of network.initial give no estimate of their density "
        "at 0; must be a finite number > 0");
  warnings.push_back(
      fmt::format("{}:{}: lfp.bias_density: left out; p_b(0) = {:.3g} is estimated from the biases",
                  place.file, place.line, estimate));
  return estimate;
}

/// Where the theory's moments come from. Of given weights without laws they are theirs.
void read_moments(const TomlTable& table, bool laws, bool mesh_free, compare::Problem& problem,
                  std::vector<std::string>& warnings) {
  compare::Theory& theory = problem.theory;
  const data::Weights* const initial = initial_weights(problem);
  const auto moments = table.find("moments");
  if (moments) theory.moments = moments->choice<Moments>();
  const bool from_weights = theory.moments == Moments::weights || !laws;
  if (from_weights && !mesh_free && problem.law.activation == data::Activation::sine)
    table.place("moments").fail(
        "must be \"distribution\" for the sine, and network.initial cannot stand without the laws "
        "a, w and b: drawn weights give a spectrum of point masses");
  if (laws) {
    table.refuse({"bias_density"}, initial ? "cannot stand beside network.b, which gives it"
                                           : "is allowed only with network.initial");
    return;
  }
  if (moments && theory.moments == Moments::distribution)
    moments->fail("must be \"weights\" with network.initial, which has no distribution");
  theory.moments = Moments::weights;
  if (mesh_free) {
    table.refuse({"bias_density"}, "is for LFP on a lattice, which this model is not");
    problem.ladder = false;  // nothing else is defined
  } else {
    theory.bias_density = read_bias_density(table, *initial, warnings);
  }
}

lfp::SpectralWeight weight_of(const compare::Problem& problem) {
  if (problem.theory.model == Model::power)
    return lfp::power_weight(problem.samples.dim(), problem.theory.exponent);
  const data::NetworkLaw& law = problem.law;
  const auto& density = problem.theory.bias_density;
  return density ? lfp::lfp2019(law, *initial_weights(problem), *density)
                 : lfp::lfp2019(law, problem.samples.dim());
}

/// Values that are valid one by one may yet give no weight together, or one that overflows.
void require_spectral_weight(const TomlTable& root, const compare::Problem& problem) {
  const lfp::Lattice& lattice = *problem.theory.lattice;
  const lfp::SpectralWeight weight = weight_of(problem);
  if (problem.theory.model != Model::power && problem.law.activation == data::Activation::relu &&
      (!std::isfinite(weight.c1) || !std::isfinite(weight.c2) || !(weight.c1 + weight.c2 > 0.0)))
    root.place("network").fail(
        fmt::format("the scales and the groups in train give no spectral weight: c1/|ξ|^{} + "
                    "c2/|ξ|^{} must be finite and > 0, got c1 = {:.3g}, c2 = {:.3g}",
                    lattice.dim + 3, lattice.dim + 1, weight.c1, weight.c2));
  const double largest = weight.gamma2(lattice.zero_frequency / lattice.box);
  const double least = weight.gamma2(std::sqrt(static_cast<double>(lattice.dim)) *
                                     static_cast<double>(lattice.modes) / lattice.box);
  // The smooth activations' weight may well underflow at high frequencies.
  if (!std::isfinite(largest) || !(largest > 0.0) ||
      !(least > 0.0 || data::relu_power(problem.law.activation) == 0))
    root.place("lfp").fail(
        fmt::format("box, modes and zero_frequency must leave the spectral weight finite and > 0, "
                    "got {:.3g} at the zero and {:.3g} at the highest frequency",
                    largest, least));
}

/// The mesh-free kernels' scales, like the spectral weight's, may overflow.
void require_kernel(const TomlTable& root, const compare::Problem& problem) {
  const Index d = problem.samples.dim();
  root.place("network").around([&] {
    const lfp::MeshFree model = lfp::mesh_free_2020(problem.law, d);
    const double size = model.kernels.a(1.0) + model.kernels.b(1.0);
    if (!std::isfinite(size))
      root.place("network").fail("the scales and the groups in train give no finite kernel");
  });
}

/// The model's own message where weights are given, their laws are not, and it needs them.
void require_laws(const TomlTable& table, Model model, Index d) {
  const std::string needs =
      "; add network.a, network.w and network.b beside network.initial, or "
      "set lfp.model = \"linearised\"";
  if (model == Model::complete)
    table.place("model").fail(
        "\"complete\" is a mean over the laws of a, w and b, which network.initial does not give" +
        needs);
  if (d > 3)
    table.place("model").fail(
        fmt::format("\"{}\" needs the laws of a, w and b in {} dimensions{}{}",
                    base::name_of(model), d, needs, ", or with the laws lfp.model = \"complete\""));
}

/// Models that are mesh-free whatever lfp.kernel says.
bool always_mesh_free(Model model) {
  return model == Model::complete || model == Model::linearised;
}

void read_lfp(const TomlTable& root, bool laws, Experiment& experiment) {
  compare::Problem& problem = experiment.problem;
  const TomlTable table = root.table("lfp", {"model", "exponent", "lattice", "kernel", "check",
                                             "ladder", "moments", "ridge", "bias_density"});
  compare::Theory& theory = problem.theory;
  const Index d = problem.samples.dim();
  if (const auto value = table.find("model")) {
    theory.model = value->choice<Model>(
        {Model::lfp2019, Model::lfp2020, Model::complete, Model::linearised, Model::power});
  }
  if (!laws && theory.model != Model::linearised && theory.model != Model::power)
    require_laws(table, theory.model, d);
  if (theory.model == Model::power) {
    theory.exponent = table.require("exponent", "the α ≥ 0 of γ² = |ξ|^−α").non_negative();
    table.refuse({"ladder"}, "cannot stand beside model = \"power\", which is of no network");
    problem.ladder = false;
  } else {
    table.refuse({"exponent"}, "is allowed only with model = \"power\"");
    if (const auto value = table.find("ladder")) problem.ladder = value->boolean();
  }
  const auto kernel_value = table.find("kernel");
  // On a lattice only where the ladder needs one.
  const bool kernel =
      (kernel_value && kernel_value->boolean()) || (always_mesh_free(theory.model) && d > 3);
  if (const auto value = table.find("check")) theory.check = value->boolean();
  if (const auto value = table.find("ridge")) theory.ridge = value->non_negative();
  read_moments(table, laws, kernel, problem, experiment.warnings);
  if (kernel) {
    table.refuse({"lattice"}, "cannot stand beside lfp.kernel = true");
    if (theory.model == Model::power)
      table.place("kernel").fail("must be false with model = \"power\", which is on the lattice");
    if (theory.moments == Moments::weights && !always_mesh_free(theory.model))
      table.place("kernel").fail(
          "must be false with moments = \"weights\": the mesh-free kernels are means over laws");
    if (!always_mesh_free(theory.model)) require_kernel(root, problem);
  } else {
    if (d > 3)
      root.place("data").fail(
          fmt::format("must have 1, 2 or 3 dimensions for the lattice, got {}; for any number set "
                      "lfp.model = \"complete\", or lfp.kernel = true",
                      d));
    read_lattice(table, problem);
    require_spectral_weight(root, problem);
  }
}

// [bounds] --------------------------------------------------------------------------------------

/// Bounds are for functions on the lattice whose exact values the samples are, from h_ini = 0.
void require_what_bounds_need(const TomlTable& root, const Drawn& drawn,
                              const compare::Problem& problem) {
  const auto fail = [&](std::string_view table, const std::string& what) {
    root.place(table).fail(fmt::format("{}, as bounds are computed", what));
  };
  if (!problem.target) fail("data", "must have a target");
  if (drawn.noise > 0.0) fail("data", "noise must be 0");
  if (problem.theory.model != Model::lfp2019 || !problem.theory.lattice)
    fail("lfp", "must have model = \"lfp2019\" and kernel = false");
  if (initial_weights(problem))
    fail("network", "initial cannot stand: the network must start at 0");
  if (!std::get<nn::Draw>(problem.start).antisymmetric && problem.law.a.scale > 0.0)
    fail("network", "antisymmetric must be true");
  root.place("data").around(
      [&] { lfp::wave_coefficients(*problem.theory.lattice, problem.target->waves); });
}

void read_bounds(const TomlTable& root, bool wanted, const Drawn& drawn,
                 compare::Problem& problem) {
  const TomlTable table = root.table("bounds", {"delta"});
  if (!wanted && !root.find("bounds")) return;
  compare::BoundsTask& bounds = problem.bounds.emplace();
  bounds.range = drawn.range;
  bounds.at_random = drawn.at_random;
  if (const auto value = table.find("delta")) {
    bounds.delta = value->positive();
    if (!(bounds.delta < 1.0))
      value->fail(fmt::format("must be > 0 and < 1, got {}", bounds.delta));
  }
  require_what_bounds_need(root, drawn, problem);
}

// [report] --------------------------------------------------------------------------------------

/// Why a figure cannot be drawn from these data; empty when it can.
std::string hindrance(FigureName figure, const compare::Problem& problem) {
  const Index d = problem.samples.dim();
  switch (figure) {
    case FigureName::bounds:
      if (!problem.bounds) return "needs the table [bounds]";
      [[fallthrough]];
    case FigureName::curves:
      return d == 1 ? "" : fmt::format("needs data in 1 dimension, got {}", d);
    case FigureName::maps:
      if (d != 2) return fmt::format("needs data in 2 dimensions, got {}", d);
      return problem.grid.regular() ? "" : "needs a regular grid, got grid.file";
    case FigureName::spectrum:
      return lfp::has_spectrum(problem.grid) ? ""
                                             : "needs a regular grid of at least 4 points an axis";
    case FigureName::loss:
    case FigureName::error:
    case FigureName::ladder:
    case FigureName::scatter:
      break;
  }
  return {};
}

void read_figures(const TomlTable& root, Experiment& experiment) {
  const auto figures = root.table("report", {"figures"}).find("figures");
  if (!figures) return;
  for (const TomlValue& element :
       figures->elements("a non-empty list of names; leave it out for all figures")) {
    const auto figure = element.choice<FigureName>();
    if (const std::string why = hindrance(figure, experiment.problem); !why.empty())
      element.fail(fmt::format("\"{}\" {}", base::name_of(figure), why));
    auto& list = experiment.figures;
    if (std::find(list.begin(), list.end(), figure) == list.end()) list.push_back(figure);
  }
}

/// All but what it needs of memory.
Experiment read_whole(const TomlFile& toml, bool bounds) {
  const std::filesystem::path file = toml.name();
  const TomlTable root =
      toml.root({"title", "data", "test", "network", "train", "lfp", "grid", "bounds", "report"});
  const std::filesystem::path folder = file.parent_path();
  Experiment experiment;
  experiment.name = file.stem().string();
  experiment.text = toml.text();
  const auto title = root.find("title");
  experiment.title = title ? title->text() : experiment.name;
  const Drawn drawn = read_samples(root, folder, experiment);
  read_test(root, folder, experiment);
  const bool laws = read_network(root, folder, experiment.problem);
  read_train(root, experiment);
  read_grid(root, folder, kept_times(experiment.problem.training.snapshots), experiment);
  read_lfp(root, laws, experiment);
  read_bounds(root, bounds, drawn, experiment.problem);
  read_figures(root, experiment);
  return experiment;
}

}  // namespace

Experiment read_experiment(const std::filesystem::path& file, bool bounds) {
  return read_experiment(TomlFile(file), bounds);
}

Experiment read_experiment(const TomlFile& toml, bool bounds) {
  Experiment experiment = read_whole(toml, bounds);
  const TomlTable root =
      toml.root({"title", "data", "test", "network", "train", "lfp", "grid", "bounds", "report"});
  if (experiment.y.cols() > 1)
    root.place("data").fail(
        fmt::format("y has {} columns, and a network one output; `fprinciple predict` has the "
                    "theory for all, a run needs one column y",
                    experiment.y.cols()));
  experiment.problem.test = experiment.test;
  const compare::Problem& problem = experiment.problem;
  root.place("data").around([&] {
    base::require_memory(
        compare::memory(problem).peak,
        fmt::format("this run of {} samples, {} grid points and {} neurons", problem.samples.size(),
                    problem.grid.size(), problem.law.width));
  });
  return experiment;
}

Experiment read_theory(const std::filesystem::path& file) {
  return read_whole(TomlFile(file), false);
}

}  // namespace fprinciple::runs
