#pragma once

#include "data/distribution.hpp"
#include "data/grid.hpp"
#include "data/network_law.hpp"
#include "data/samples.hpp"
#include "data/target.hpp"
#include "data/weights.hpp"
#include "lfp/lattice.hpp"
#include "nn/gradient_descent.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// One experiment: everything that an experiment file (TOML) says, validated, with the defaults
/// filled in. docs/experiment.md gives each key's meaning.
struct Experiment {
  std::string name;   ///< the file's stem
  std::string title;  ///< `title`; the stem when left out
  std::string text;   ///< the file, as read
  std::vector<std::string> warnings;

  data::Samples samples;
  std::optional<data::Target> target;          ///< known only for analytic targets
  struct Drawn {                               ///< how samples were drawn from the target
    std::vector<std::array<double, 2>> range;  ///< d
    bool at_random = true;                     ///< uniform in the range; else a grid
    double noise = 0.0;
  } drawn;

  struct Network {
    Eigen::Index width = 0;  ///< all neurons, antisymmetric copies included
    std::string activation = "relu";
    bool antisymmetric = true;  ///< false with given weights
    double output_scale = 1.0;
    data::Distribution a, w, b;
    bool train_a = true, train_w = true, train_b = true;
    std::uint64_t seed = 1;
    std::optional<data::Weights> initial;  ///< given weights: a, w, b and seed are then unused
  } network;

  struct Train {
    std::string method = "flow";      ///< | "gd" | "momentum" | "adam" | "sgd"
    std::optional<double> stop_loss;  ///< ½Σ(f−y)²
    std::optional<double> stop_time;  ///< t
    std::optional<std::int64_t> stop_steps;
    std::optional<double> stop_gradient_norm;  ///< ‖∇½Σ(f−y)²‖
    double tolerance = 1e-5;                   ///< flow: local error of the outputs
    nn::Descent descent;                       ///< the other methods
    Eigen::Index snapshots = 60;               ///< log-spaced, when `snapshot_times` is empty
    std::vector<double> snapshot_times;  ///< increasing, > 0; t = 0 and the last time are added
    bool save_weights = false;
    double checkpoint = 60.0;  ///< seconds between two checkpoints
  } train;

  struct Lfp {
    std::string model = "lfp2019";  ///< | "lfp2020" | "complete" | "power"
    double exponent = 0.0;          ///< α of model = "power", γ² = |ξ|^{−α}
    lfp::Lattice lattice;           ///< unused with kernel = true
    bool kernel = false;            ///< LFP-2019 and LFP-2020 mesh-free; complete LFP always is
    bool check = true;              ///< solve by all routes, and hold them against each other
    bool ladder = true;             ///< also compute the other models
    std::string moments = "distribution";  ///< | "weights", always with given weights
    double ridge = 0.0;
    std::optional<double> bias_density;  ///< p_b(0), set whenever weights are given
  } lfp;

  std::optional<double> delta;  ///< [bounds]: δ; without it no bounds are computed

  data::Grid grid;
  std::vector<std::string> figures;  ///< empty: all that apply
};

/// The network's law, for the theory; with given weights a, w and b have none (see data::Weights).
data::NetworkLaw network_law(const Experiment& experiment);

/// The largest side of the bounding box of samples and grid.
double extent(const Experiment& experiment);

}  // namespace fprinciple::compare
