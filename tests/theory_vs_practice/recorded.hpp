#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace fprinciple::tests {

/// A number of an experiment as it was measured over kSeeds seeds (docs/regression.md): it may lie
/// four standard deviations from its mean.
struct Recorded {
  std::string experiment, number;
  double mean, deviation;

  /// What does not depend on the seed, or hardly, may move by what another compiler's rounding
  /// makes of it: the theory's routes agree to 1e-8, the flow keeps to its tolerance of 1e-6.
  double tolerance() const { return std::max(4.0 * deviation, 1e-5 * std::abs(mean) + 1e-6); }
};

/// Seeds 1 … kSeeds were measured; the next ones are tested.
constexpr std::uint64_t kSeeds = 20;

inline const std::vector<Recorded>& recorded() {
  static const std::vector<Recorded> table = {
#include "recorded.inc"
  };
  return table;
}

}  // namespace fprinciple::tests
