#include "base/count.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fprinciple::base {

Eigen::Index count_of(double value, Eigen::Index most, const std::string& what) {
  if (!(value <= static_cast<double>(most)))  // nan fails, too
    throw InputError(fmt::format("{} must be at most {}, got {:.6g}", what, most, value));
  return static_cast<Eigen::Index>(std::ceil(std::max(value, 0.0)));
}

void require_effort(double evaluations, const std::string& what) {
  constexpr double kMost = 1e12;
  constexpr double kPerHour = 3600.0 / 1e-8;
  if (!(evaluations <= kMost))
    throw InputError(
        fmt::format("{} would take about {:.2g} evaluations, some {:.2g} hours of one core; at "
                    "most {:.0e} are done",
                    what, evaluations, evaluations / kPerHour, kMost));
}

}  // namespace fprinciple::base
