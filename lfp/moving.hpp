#pragma once

#include "lfp/lattice.hpp"
#include "lfp/problem.hpp"

#include <string>

#include <Eigen/Core>

namespace fprinciple::lfp {

/// Which coefficients of a lattice can move: those whose weight is not lost in rounding beside the
/// largest.
struct Moving {
  double unknowns = 0.0;  ///< how many real numbers they are
  double highest = 0.0;   ///< the largest |ξ| among them, in cycles
  bool all = false;       ///< whether that is the lattice's own: then more modes add some
};

/// Of weights Γ_k (lattice.size() × parts) and n samples. O(size · parts).
Moving moving(const Lattice& lattice, const Eigen::MatrixXd& weight, Eigen::Index n);

/// Why no function of the lattice meets all samples of a problem without a ridge, and what would
/// help.
std::string unresolved_words(const Problem& problem);

}  // namespace fprinciple::lfp
