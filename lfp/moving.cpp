#include "lfp/moving.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::lfp {

using Eigen::Index;
using Eigen::VectorXd;

Moving moving(const Lattice& lattice, const Eigen::MatrixXd& weight, Index n) {
  base::require_shape("weight", weight, lattice.size(), base::kAny);
  const VectorXd counted = mode_weights(lattice);
  const VectorXd frequency = mode_norms(lattice) / lattice.box;
  // Features are square roots of weights, and those below n ε of the largest are rounding.
  const double share = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  const double least = share * share * weight.maxCoeff();
  Moving out;
  for (Index part = 0; part < weight.cols(); ++part)
    for (Index k = 0; k < weight.rows(); ++k)
      if (weight(k, part) > least) {
        out.unknowns += counted[k];
        out.highest = std::max(out.highest, frequency[k]);
      }
  out.all = out.highest == frequency.maxCoeff();
  return out;
}

std::string unresolved_words(const Problem& problem) {
  const Index n = problem.samples.size();
  const Moving can = moving(problem.lattice, problem.weight, n);
  const auto samples = static_cast<double>(n);
  if (can.all)
    return can.unknowns < samples
               ? fmt::format(
                     "{} samples need at least as many lattice unknowns, got {}: more modes "
                     "or a ridge",
                     n, can.unknowns)
               : "the lattice cannot tell all samples apart: some are closer than it resolves; use "
                 "more modes, merge samples, or add a ridge";
  return fmt::format(
      "γ² is 0, or lost in rounding, above {:.3g} cycles, whatever the modes: {} lattice unknowns "
      "move{}; add a ridge, or give w a larger scale",
      can.highest, can.unknowns,
      can.unknowns < samples ? fmt::format(", too few for {} samples", n)
                             : ", which cannot tell all samples apart");
}

}  // namespace fprinciple::lfp
