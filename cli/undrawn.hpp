#pragma once

#include "reports/figure.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::cli {

/// The figures of a command that gnuplot could not draw. Results are worth more than pictures: what
/// was computed is kept, and the command tells of the figures and ends with status 1.
class Undrawn {
 public:
  /// Adds those of a run or sweep, with a warning for each on stderr.
  void add(const std::string& name, const std::vector<reports::NotDrawn>& figures);

  bool any() const { return count_ > 0; }

  /// Throws RunError, with the command that draws them again, unless every figure was drawn.
  void require_none(const std::filesystem::path& results) const;

 private:
  std::size_t count_ = 0;
};

}  // namespace fprinciple::cli
