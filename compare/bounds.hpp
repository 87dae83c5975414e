#pragma once

#include "compare/experiment.hpp"
#include "lfp/problem.hpp"
#include "nn/network.hpp"

#include <array>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace fprinciple::compare {

/// A bound as it is told: its key in `bounds` and `bounds.tightness`, the key of the error that it
/// bounds, its name, and what it knows.
struct BoundWords {
  const char* key;
  const char* measured;
  const char* name;
  const char* knows;
};

/// From what knows least to what knows most.
inline constexpr std::array<BoundWords, 4> bound_words = {{
    {"published", "measured_lfp", "published",
     "knows Q, n and δ: holds with probability 1 − δ, before the samples are drawn"},
    {"sharper", "measured_lfp", "sharper",
     "knows Q, n and δ too: the same proof with a one-sided inequality"},
    {"power_function", "measured_lfp", "power function",
     "knows Q and the samples: holds at every x, here its mean over the box"},
    {"radius", "measured_lfp_l2", "radius",
     "knows Q and the samples: no method can promise a lower root mean square"},
}};

/// How far the limit h_n of LFP-2019, and the network, are from the target that the samples are of:
/// lfp/bounds.hpp for an experiment. Means are over the whole box, which lies about the centre of
/// data.range. The target's part beyond the lattice (the triangle's) is no part of lfp::bounds: as
/// h_n is linear in the samples, what it adds to f − h_n is a known function, and is added.
class GeneralisationBounds {
 public:
  /// What needs no training. Cost as lfp::bounds with the grid and some 700 points. Throws
  /// InputError when the network does not start at 0, and what lfp::bounds throws.
  GeneralisationBounds(const Experiment& experiment, const nn::Network& initial);

  /// ρ P_S on the grid, G: |f − f_lfp_limit| is nowhere above. Empty where Q is infinite.
  const Eigen::VectorXd& power_function() const { return power_function_; }

  /// `bounds` of the summary (docs/bounds.md). Means by the midpoint rule with N^d points, N = 3^j
  /// up to an error of 1e-4 by that of N/3, or N^d = 2e5.
  nlohmann::json summary(const nn::Network& trained) const;

 private:
  /// Fills numbers_ from the target's coefficients; the root mean square that is beyond the
  /// lattice.
  double bound(const Eigen::VectorXcd& c);

  data::Target target_;
  data::Target series_;  // the target's part on the lattice
  lfp::Problem problem_;
  data::Grid grid_;
  Eigen::VectorXd corner_;  // the box's lowest
  Eigen::VectorXcd limit_;  // h_n
  Eigen::VectorXd power_function_;
  nlohmann::json numbers_;
};

}  // namespace fprinciple::compare
