#pragma once

#include "compare/model.hpp"
#include "compare/test_set.hpp"
#include "data/grid.hpp"
#include "data/network_law.hpp"
#include "data/samples.hpp"
#include "data/target.hpp"
#include "lfp/lattice.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/initialise.hpp"
#include "nn/method.hpp"
#include "nn/training.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// What predicts, and how it is solved.
struct Theory {
  Model model = Model::lfp2019;
  double exponent = 0.0;                ///< α of Model::power
  std::optional<lfp::Lattice> lattice;  ///< none: mesh-free, as complete LFP always is
  bool check = true;                    ///< solve by all routes, and hold them against each other
  Moments moments = Moments::distribution;
  double ridge = 0.0;
  /// p_b(0), for given weights that no law is known of: moments are then theirs, and complete LFP,
  /// a mean over laws, does not apply.
  std::optional<double> bias_density;
};

/// How the network is trained.
struct Training {
  nn::Method method = nn::Method::flow;
  nn::Stop stop;
  nn::Snapshots snapshots;
  /// Flow: local error of the outputs, in the unit of y; none: default_tolerance.
  std::optional<double> tolerance = {};
  nn::Descent descent;  ///< the other methods, but for which of them
};

/// What bounds on the distance to the target need to know.
struct BoundsTask {
  double delta = 0.05;                       ///< δ, in (0, 1)
  std::vector<std::array<double, 2>> range;  ///< d, of the samples; the box is about its centre
  bool at_random = true;                     ///< uniform in the range; else a grid
};

/// One problem for theory and practice: all that the outcome depends on.
struct Problem {
  data::Samples samples;               ///< d × n
  std::optional<data::Target> target;  ///< of which the samples are, where it is known
  std::optional<TestSet> test;         ///< of one output; its errors go before the target's
  data::NetworkLaw law;  ///< with given weights its a, w and b may be unknown: see bias_density
  nn::Start start;
  Training training;
  Theory theory;
  bool ladder = true;                ///< also compute the models of the ladder
  data::Grid grid;                   ///< d × G, where theory and practice are compared
  std::optional<BoundsTask> bounds;  ///< none: no bounds are computed
};

/// Throws InputError, which names the member, where a value alone or two together make no problem:
/// shapes that do not match, what is not finite or out of its range, a model that cannot be.
void require_valid(const Problem& problem);
void require_valid(const Theory& theory, Eigen::Index dim);
void require_valid(const data::NetworkLaw& law);
void require_valid(const data::Samples& samples);

/// What stands where a problem says nothing, in the samples' own units, so that y → λy with
/// f → λf changes no step: 1e-5 max|y| for the flow's tolerance, 1e-12 max|y|² for the stop by the
/// loss, above what samples with one x and several y leave in any case. Both finite and > 0; y = 0
/// counts as of size 1. O(n log n).
double default_tolerance(const data::Samples& samples);
double default_stop_loss(const data::Samples& samples);

/// Which samples no function fits, having one x and two y, and what that means; empty: none.
std::string contradiction_words(const data::Samples& samples);

/// The largest side of the bounding box of samples and grid.
double extent(const data::Samples& samples, const data::Grid& grid);

}  // namespace fprinciple::compare
