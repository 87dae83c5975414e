#pragma once

#include <string>

#include <Eigen/Core>

namespace fprinciple::base {

/// The least integer that is not below `value`, at least 0: the way from a number that a user can
/// drive to how many of something there are. A bare conversion is undefined where the number does
/// not fit. Throws InputError "<what> must be at most <most>, got <value>" above `most`, and for
/// nan.
Eigen::Index count_of(double value, Eigen::Index most, const std::string& what);

/// Throws InputError where something would go on for hours: "<what> would take about <N>
/// evaluations, some <H> hours of one core; at most <M> are done". An evaluation is some 10 ns.
/// Call it before anything whose cost grows with the values of its arguments, not only with how
/// many there are.
void require_effort(double evaluations, const std::string& what);

}  // namespace fprinciple::base
