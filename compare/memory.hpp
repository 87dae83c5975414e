#pragma once

#include "base/memory.hpp"
#include "compare/problem.hpp"

namespace fprinciple::compare {

/// What solve(problem) needs, all that is held at the same time summed: the network and its copies,
/// each model's matrices, the routes of the check, bounds, training, and the arrays of the
/// comparison. Within a factor of 0.8 to 1.5 of what is used wherever that is more than 200 MiB.
/// Nothing of this size is allocated; O((n + G) d).
base::Memory memory(const Problem& problem);

/// Of one model alone, solved for the samples and known at the grid; the problem's own with its
/// check. O(n) where it is solved on the line and its rates are not asked for.
base::Memory model_memory(const Problem& problem, Model model);

}  // namespace fprinciple::compare
