#pragma once

#include "compare/comparison.hpp"
#include "compare/problem.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fprinciple::compare {

/// Network and prediction agree up to this share of how far the prediction moves.
constexpr double kAgreement = 0.1;

/// Whether the theory applied to a network that was trained (docs/experiment.md).
struct Verdict {
  enum class Is { agrees, limits_reached, left_linearisation };
  Is is = Is::agrees;
  double error = 0.0;  ///< the rmse at the last time, as a share of the movement
  /// Where they do not agree: the rung that leaves out most, if the ladder tells, and its share.
  std::string_view rung = {};
  double rung_error = 0.0;
  std::string reason;  ///< in one or two sentences, with the numbers
};

/// From what was measured at the last time: the distance of network and prediction on the grid, the
/// rungs of the ladder between them, and the drift of the tangent kernel. Nothing where no theory
/// of networks was held against one (the power law) or the prediction does not move.
std::optional<Verdict> verdict(const Problem& problem, const Outcome& outcome);

/// "agrees", "theory's limits reached: RUNG" or "network left its linearisation".
std::string in_words(const Verdict& verdict);

}  // namespace fprinciple::compare
