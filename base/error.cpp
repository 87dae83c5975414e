#include "base/error.hpp"

#include <fmt/format.h>

namespace fprinciple {

Interrupted::Interrupted(double t, std::int64_t steps)
    : Error(fmt::format("interrupted after {} steps, at t = {:.6g}", steps, t)) {}

}  // namespace fprinciple
