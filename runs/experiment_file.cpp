#include "runs/experiment_file.hpp"

#include "base/memory.hpp"
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
#include <numbers>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::runs {
namespace {

using compare::extent;
using compare::network_law;
using data::Distribution;
using Eigen::Index;

double power(double base, Index exponent) { return std::pow(base, static_cast<double>(exponent)); }

// [network] -------------------------------------------------------------------------------------

/// `zero_allowed`: output weights may start at 0, input weights and biases may not (the theory
/// needs E|w|³ > 0 and a finite density of b).
Distribution read_distribution(const TomlTable& network, std::string_view key, bool zero_allowed) {
  const TomlTable table =
      network.require(key, "a table { dist = \"uniform\" | \"normal\", scale = … }")
          .table({"dist", "scale"});
  const std::string dist =
      table.require("dist", "\"uniform\" or \"normal\"").choice({"uniform", "normal"});
  const TomlValue scale = table.require("scale", "a finite number > 0");
  return {dist == "uniform" ? Distribution::Kind::uniform : Distribution::Kind::normal,
          zero_allowed ? scale.non_negative() : scale.positive()};
}

void read_trained_groups(const TomlValue& train, Experiment::Network& network) {
  network.train_a = network.train_w = network.train_b = false;
  for (const TomlValue& element : train.elements("a non-empty list of \"a\", \"w\", \"b\"")) {
    const std::string group = element.choice({"a", "w", "b"});
    bool& moves = group == "a" ? network.train_a : group == "w" ? network.train_w : network.train_b;
    if (moves) element.fail(fmt::format("\"{}\" stands here twice", group));
    moves = true;
  }
  if (!network.train_a && !network.train_b)
    train.fail("must contain \"a\" or \"b\": LFP has no weight for \"w\" alone");
}

void read_initial_weights(const TomlTable& table, const std::filesystem::path& folder, Index dim,
                          Experiment::Network& network) {
  const TomlValue initial = *table.find("initial");
  table.refuse({"width", "antisymmetric", "a", "w", "b", "seed"},
               "cannot stand beside network.initial, which gives the weights");
  const std::string name = initial.text();
  initial.place().around([&] { network.initial = io::read_weights(folder / name); });
  if (network.initial->dim() != dim)
    initial.fail(fmt::format("must have as many dimensions as the data, {}, got {}", dim,
                             network.initial->dim()));
  network.width = network.initial->width();
  network.antisymmetric = false;
}

void read_drawn_weights(const TomlTable& table, Experiment::Network& network) {
  const TomlValue width = table.require("width", "an integer of at least 1");
  network.width = width.integer(1);
  if (const auto value = table.find("antisymmetric")) network.antisymmetric = value->boolean();
  if (network.antisymmetric && network.width % 2 != 0)
    width.fail(fmt::format("must be even with antisymmetric = true, got {}", network.width));
  network.a = read_distribution(table, "a", true);
  network.w = read_distribution(table, "w", false);
  network.b = read_distribution(table, "b", false);
  if (const auto value = table.find("seed"))
    network.seed = static_cast<std::uint64_t>(value->integer(0));
}

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const data::Activation activation : data::all_activations())
    names.push_back(data::name(activation));
  return names;
}

void read_network(const TomlTable& root, const std::filesystem::path& folder,
                  Experiment& experiment) {
  const TomlTable table =
      root.table("network", {"width", "activation", "antisymmetric", "output_scale", "a", "w", "b",
                             "train", "seed", "initial"});
  Experiment::Network& network = experiment.network;
  const Index d = experiment.samples.dim();
  if (const auto value = table.find("activation"))
    network.activation = value->choice(activation_names());
  if (const auto value = table.find("output_scale")) network.output_scale = value->positive();
  if (const auto value = table.find("train")) read_trained_groups(*value, network);
  if (table.find("initial"))
    read_initial_weights(table, folder, d, network);
  else
    read_drawn_weights(table, network);
  // Parameters, gradients and the integrator's copies of both.
  table.place(network.initial ? "initial" : "width").around([&] {
    base::require_memory(
        8.0 * 6.0 * static_cast<double>(d + 2) * static_cast<double>(network.width),
        fmt::format("a network of {} neurons", network.width));
  });
}

// [train] ---------------------------------------------------------------------------------------

void read_stop(const TomlTable& table, Experiment::Train& train) {
  const TomlTable stop = table.table("stop", {"loss", "time", "steps", "gradient_norm"});
  if (const auto value = stop.find("loss")) train.stop_loss = value->positive();
  if (const auto value = stop.find("time")) train.stop_time = value->positive();
  if (const auto value = stop.find("steps")) train.stop_steps = value->integer(1);
  if (const auto value = stop.find("gradient_norm")) train.stop_gradient_norm = value->positive();
  if (train.stop_loss || train.stop_time || train.stop_steps || train.stop_gradient_norm) return;
  if (table.find("stop"))
    table.place("stop").fail("must have at least one of loss, time, steps, gradient_norm");
  train.stop_loss = 1e-12;
}

void read_snapshots(const TomlValue& snapshots, Experiment::Train& train) {
  if (!snapshots.is_array()) {
    train.snapshots = snapshots.integer(1);
    snapshots.place().around([&] {  // at least their times and losses; read_grid asks for more
      base::require_memory(8.0 * 4.0 * static_cast<double>(train.snapshots),
                           fmt::format("{} snapshots", train.snapshots));
    });
    return;
  }
  for (const TomlValue& element : snapshots.elements("a number of times, or a list of times")) {
    const double t = element.positive();
    if (!train.snapshot_times.empty() && t <= train.snapshot_times.back())
      element.fail(
          fmt::format("the times must increase, got {} after {}", t, train.snapshot_times.back()));
    if (train.stop_time && t > *train.stop_time)
      element.fail(
          fmt::format("must not be after train.stop.time = {}, got {}", *train.stop_time, t));
    train.snapshot_times.push_back(t);
  }
}

/// Throws InputError at a key of [train] that another method has.
void refuse_other_methods_keys(const TomlTable& table, const std::string& method) {
  const auto belong = [&](std::initializer_list<std::string_view> keys, bool here,
                          std::string_view methods) {
    if (!here)
      table.refuse(keys, fmt::format("belongs to method = {}, not \"{}\"", methods, method));
  };
  belong({"tolerance"}, method == "flow", "\"flow\"");
  belong({"gd", "precision"}, method != "flow", "\"gd\", \"momentum\", \"adam\" or \"sgd\"");
  belong({"momentum"}, method == "momentum", "\"momentum\"");
  belong({"batch", "seed"}, method == "sgd", "\"sgd\"");
}

void read_descent(const TomlTable& table, const std::string& method, Index samples,
                  nn::Descent& descent) {
  using Method = nn::Descent::Method;
  descent.method = method == "gd"         ? Method::gd
                   : method == "momentum" ? Method::momentum
                   : method == "adam"     ? Method::adam
                                          : Method::sgd;
  descent.step = table.table("gd", {"step"}).require("step", "a finite number > 0").positive();
  if (const auto value = table.find("precision"))
    if (value->choice({"double", "single"}) == "single")
      descent.precision = nn::Descent::Precision::single_precision;
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
  Experiment::Train& train = experiment.train;
  train.descent.seed = experiment.network.seed;
  if (const auto value = table.find("method"))
    train.method = value->choice({"flow", "gd", "momentum", "adam", "sgd"});
  read_stop(table, train);
  refuse_other_methods_keys(table, train.method);
  if (const auto value = table.find("tolerance")) train.tolerance = value->positive();
  if (train.method != "flow")
    read_descent(table, train.method, experiment.samples.size(), train.descent);
  if (const auto value = table.find("snapshots")) read_snapshots(*value, train);
  if (const auto value = table.find("save_weights")) train.save_weights = value->boolean();
  if (const auto value = table.find("checkpoint")) train.checkpoint = value->positive();
}

/// How many times are kept: the snapshots, the start and the end.
Index kept_times(const Experiment::Train& train) {
  constexpr Index kStartAndEnd = 2;
  const Index times = train.snapshot_times.empty()
                          ? train.snapshots
                          : static_cast<Index>(train.snapshot_times.size());
  return std::min(times, std::numeric_limits<Index>::max() - kStartAndEnd) + kStartAndEnd;
}

// [lfp] -----------------------------------------------------------------------------------------

Index default_modes(Index dim) { return dim == 1 ? 2000 : dim == 2 ? 64 : 16; }

double read_box(const TomlTable& table, double extent) {
  constexpr double kPapersBox = 20.0 / (2.0 * std::numbers::pi);
  const auto value = table.find("box");
  const double box = value ? value->positive() : std::max(kPapersBox, 4.0 * extent);
  if (!(box > extent) || !std::isfinite(box))
    table.place("box").fail(fmt::format(
        "must be larger than the extent of data and grid, {}, as functions are periodic in the "
        "box; got {}",
        extent, box));
  return box;
}

void read_lattice(const TomlTable& lfp_table, Experiment& experiment) {
  const TomlTable table = lfp_table.table("lattice", {"box", "modes", "zero_frequency"});
  lfp::Lattice& lattice = experiment.lfp.lattice;
  lattice.dim = experiment.samples.dim();
  lattice.box = read_box(table, extent(experiment));
  const auto modes = table.find("modes");
  lattice.modes = modes ? modes->integer(1) : default_modes(lattice.dim);
  if (const auto value = table.find("zero_frequency")) lattice.zero_frequency = value->positive();

  const auto n = static_cast<double>(experiment.samples.size());
  const double per_axis = 2.0 * static_cast<double>(lattice.modes) - 1.0;
  const double unknowns = power(per_axis, lattice.dim);
  const double coefficients = static_cast<double>(lattice.modes) * power(per_axis, lattice.dim - 1);
  const TomlPlace place = table.place("modes");
  if (unknowns < n && experiment.lfp.ridge == 0.0)
    place.fail(
        fmt::format("must be larger, or lfp.ridge > 0: the lattice has {} unknowns for {} samples",
                    unknowns, n));
  const double parts =
      experiment.lfp.model == "lfp2020" ? 1.0 + static_cast<double>(lattice.dim) : 1.0;
  place.around([&] {  // three real matrices of (2 · coefficients) × n
    base::require_memory(8.0 * 6.0 * coefficients * parts * n,
                         fmt::format("a lattice of {} modes for {} samples", lattice.modes, n));
  });
}

double read_bias_density(const TomlTable& table, Experiment& experiment) {
  if (const auto value = table.find("bias_density")) return value->positive();
  const double estimate = data::estimate_density_at_zero(experiment.network.initial->b);
  const TomlPlace place = table.place("bias_density");
  if (!std::isfinite(estimate) || estimate <= 0.0)
    place.fail(
        "is missing, and the biases of network.initial give no estimate of their density "
        "at 0; must be a finite number > 0");
  experiment.warnings.push_back(
      fmt::format("{}:{}: lfp.bias_density: left out; p_b(0) = {:.3g} is estimated from the biases",
                  place.file, place.line, estimate));
  return estimate;
}

/// Where the theory's moments come from.
void read_moments(const TomlTable& table, Experiment& experiment) {
  Experiment::Lfp& lfp = experiment.lfp;
  const auto moments = table.find("moments");
  if (moments) lfp.moments = moments->choice({"distribution", "weights"});
  const bool from_weights = lfp.moments == "weights" || experiment.network.initial;
  if (from_weights && !lfp.kernel && experiment.network.activation == "sine")
    table.place("moments").fail(
        "must be \"distribution\" for the sine, and network.initial cannot stand: "
        "drawn weights give a spectrum of point masses");
  if (experiment.network.initial) {
    if (moments && lfp.moments == "distribution")
      moments->fail("must be \"weights\" with network.initial, which has no distribution");
    lfp.moments = "weights";
    lfp.bias_density = read_bias_density(table, experiment);
  } else {
    table.refuse({"bias_density"}, "is allowed only with network.initial");
  }
}

lfp::SpectralWeight weight_of(const Experiment& experiment) {
  if (experiment.lfp.model == "power")
    return lfp::power_weight(experiment.samples.dim(), experiment.lfp.exponent);
  const auto& initial = experiment.network.initial;
  const data::NetworkLaw law = network_law(experiment);
  return initial ? lfp::lfp2019(law, *initial, *experiment.lfp.bias_density)
                 : lfp::lfp2019(law, experiment.samples.dim());
}

/// Values that are valid one by one may yet give no weight together, or one that overflows.
void require_spectral_weight(const TomlTable& root, const Experiment& experiment) {
  const lfp::Lattice& lattice = experiment.lfp.lattice;
  const lfp::SpectralWeight weight = weight_of(experiment);
  if (experiment.lfp.model != "power" && experiment.network.activation == "relu" &&
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
      !(least > 0.0 ||
        data::relu_power(data::activation_named(experiment.network.activation)) == 0))
    root.place("lfp").fail(
        fmt::format("box, modes and zero_frequency must leave the spectral weight finite and > 0, "
                    "got {:.3g} at the zero and {:.3g} at the highest frequency",
                    largest, least));
}

/// The mesh-free kernels' scales, like the spectral weight's, may overflow.
void require_kernel(const TomlTable& root, const Experiment& experiment) {
  const Index d = experiment.samples.dim();
  root.place("network").around([&] {
    const lfp::MeshFree model = lfp::mesh_free_2020(network_law(experiment), d);
    const double size = model.kernels.a(1.0) + model.kernels.b(1.0);
    if (!std::isfinite(size))
      root.place("network").fail("the scales and the groups in train give no finite kernel");
  });
}

void read_lfp(const TomlTable& root, Experiment& experiment) {
  const TomlTable table = root.table("lfp", {"model", "exponent", "lattice", "kernel", "check",
                                             "ladder", "moments", "ridge", "bias_density"});
  Experiment::Lfp& lfp = experiment.lfp;
  const Index d = experiment.samples.dim();
  if (const auto value = table.find("model")) {
    lfp.model = value->choice({"lfp2019", "lfp2020", "complete", "power"});
    if (lfp.model == "complete" && experiment.network.initial)
      value->fail(
          "\"complete\" is a mean over the laws of a, w and b, which network.initial does not "
          "give; must be \"lfp2019\" or \"lfp2020\" (the ladder has the linearised network)");
  }
  if (lfp.model == "power") {
    lfp.exponent = table.require("exponent", "the α ≥ 0 of γ² = |ξ|^−α").non_negative();
    table.refuse({"ladder"}, "cannot stand beside model = \"power\", which is of no network");
    lfp.ladder = false;
  } else {
    table.refuse({"exponent"}, "is allowed only with model = \"power\"");
    if (const auto value = table.find("ladder")) lfp.ladder = value->boolean();
  }
  if (const auto value = table.find("kernel")) lfp.kernel = value->boolean();
  if (const auto value = table.find("check")) lfp.check = value->boolean();
  if (const auto value = table.find("ridge")) lfp.ridge = value->non_negative();
  read_moments(table, experiment);
  if (lfp.kernel) {
    table.refuse({"lattice"}, "cannot stand beside lfp.kernel = true");
    if (lfp.model == "power")
      table.place("kernel").fail("must be false with model = \"power\", which is on the lattice");
    if (lfp.moments == "weights")
      table.place("kernel").fail(
          "must be false with moments = \"weights\": the mesh-free kernels are means over laws");
    require_kernel(root, experiment);
  } else {
    if (d > 3)
      root.place("data").fail(
          fmt::format("must have 1, 2 or 3 dimensions for the lattice, got {}; any number with "
                      "lfp.kernel = true",
                      d));
    read_lattice(table, experiment);
    require_spectral_weight(root, experiment);
  }
}

// [bounds] --------------------------------------------------------------------------------------

/// Bounds are for functions on the lattice whose exact values the samples are, from h_ini = 0.
void require_what_bounds_need(const TomlTable& root, const Experiment& experiment) {
  const Experiment::Network& network = experiment.network;
  const auto fail = [&](std::string_view table, const std::string& what) {
    root.place(table).fail(fmt::format("{}, as bounds are computed", what));
  };
  if (!experiment.target) fail("data", "must have a target");
  if (experiment.drawn.noise > 0.0) fail("data", "noise must be 0");
  if (experiment.lfp.model != "lfp2019" || experiment.lfp.kernel)
    fail("lfp", "must have model = \"lfp2019\" and kernel = false");
  if (network.initial) fail("network", "initial cannot stand: the network must start at 0");
  if (!network.antisymmetric && network.a.scale > 0.0)
    fail("network", "antisymmetric must be true");
  root.place("data").around(
      [&] { lfp::wave_coefficients(experiment.lfp.lattice, experiment.target->waves); });
}

void read_bounds(const TomlTable& root, bool wanted, Experiment& experiment) {
  const TomlTable table = root.table("bounds", {"delta"});
  if (!wanted && !root.find("bounds")) return;
  experiment.delta = 0.05;
  if (const auto value = table.find("delta")) {
    experiment.delta = value->positive();
    if (!(*experiment.delta < 1.0))
      value->fail(fmt::format("must be > 0 and < 1, got {}", *experiment.delta));
  }
  require_what_bounds_need(root, experiment);
}

// [report] --------------------------------------------------------------------------------------

/// Why a figure cannot be drawn from these data; empty when it can.
std::string hindrance(const std::string& figure, const Experiment& experiment) {
  const Index d = experiment.samples.dim();
  if (figure == "curves" && d != 1) return fmt::format("needs data in 1 dimension, got {}", d);
  if (figure == "bounds" && !experiment.delta) return "needs the table [bounds]";
  if (figure == "bounds" && d != 1) return fmt::format("needs data in 1 dimension, got {}", d);
  if (figure == "maps" && d != 2) return fmt::format("needs data in 2 dimensions, got {}", d);
  if (figure == "maps" && !experiment.grid.regular()) return "needs a regular grid, got grid.file";
  if (figure == "spectrum" && !lfp::has_spectrum(experiment.grid))
    return "needs a regular grid of at least 4 points an axis";
  return {};
}

void read_figures(const TomlTable& root, Experiment& experiment) {
  const auto figures = root.table("report", {"figures"}).find("figures");
  if (!figures) return;
  for (const TomlValue& element :
       figures->elements("a non-empty list of names; leave it out for all figures")) {
    const std::string figure = element.choice(figure_names());
    if (const std::string why = hindrance(figure, experiment); !why.empty())
      element.fail(fmt::format("\"{}\" {}", figure, why));
    auto& list = experiment.figures;
    if (std::find(list.begin(), list.end(), figure) == list.end()) list.push_back(figure);
  }
}

}  // namespace

std::vector<std::string> figure_names() {
  return {"maps", "curves", "loss", "error", "ladder", "scatter", "spectrum", "bounds"};
}

Experiment read_experiment(const std::filesystem::path& file, bool bounds) {
  return read_experiment(TomlFile(file), bounds);
}

Experiment read_experiment(const TomlFile& toml, bool bounds) {
  const std::filesystem::path file = toml.name();
  const TomlTable root =
      toml.root({"title", "data", "network", "train", "lfp", "grid", "bounds", "report"});
  const std::filesystem::path folder = file.parent_path();
  Experiment experiment;
  experiment.name = file.stem().string();
  experiment.text = toml.text();
  const auto title = root.find("title");
  experiment.title = title ? title->text() : experiment.name;
  read_samples(root, folder, experiment);
  read_network(root, folder, experiment);
  read_train(root, experiment);
  read_grid(root, folder, kept_times(experiment.train), experiment);
  read_lfp(root, experiment);
  read_bounds(root, bounds, experiment);
  read_figures(root, experiment);
  return experiment;
}

}  // namespace fprinciple::runs
