#include "compare/box_error.hpp"

#include "base/error.hpp"

#include <cmath>
#include <limits>

namespace fprinciple::compare {

std::optional<double> box_error(const Problem& problem, const nn::Network& start,
                                const Comparison& comparison) {
  Theory theory = problem.theory;
  const bool on_lattice = theory.model == Model::lfp2019 || theory.model == Model::lfp2020;
  if (!theory.lattice || !on_lattice || theory.moments != Moments::distribution) return {};
  theory.lattice.reset();
  try {
    const Prediction free = predict(theory, problem.law, problem.samples, problem.grid, &start);
    Eigen::VectorXd times(comparison.t.size() + 1);
    times << comparison.t, std::numeric_limits<double>::infinity();
    Eigen::MatrixXd difference = free.at(problem.grid, times);
    difference.leftCols(comparison.t.size()) -= comparison.lfp().f;
    difference.rightCols(1) -= comparison.lfp().limit;
    return std::sqrt(difference.colwise().squaredNorm().maxCoeff() /
                     static_cast<double>(problem.grid.size()));
  } catch (const Error&) {  // no mesh-free form, or none for these samples
    return {};
  }
}

}  // namespace fprinciple::compare
