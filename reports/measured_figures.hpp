#pragma once

#include "measure/measure.hpp"
#include "reports/figure.hpp"

#include <optional>
#include <vector>

namespace fprinciple::reports {

/// What was measured of a recording, as figures; those that do not apply are left out. Times are on
/// a logarithmic axis, so that those not above 0 are not drawn.
std::vector<Figure> measured_figures(const measure::Measured& measured, double threshold);

}  // namespace fprinciple::reports
