#pragma once

#include "lfp/evaluate.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/problem.hpp"
#include "lfp/propagator.hpp"

#include <string>
#include <vector>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace fprinciple::compare {

/// The limit solution by the four routes, and how far they agree.
struct SolverCheck {
  Eigen::VectorXd limit;  ///< G, the dual solution on the evaluator's grid
  /// {ode,propagator,dual,ceres}.{seconds,max_difference}; without a ridge constraint_residual.
  nlohmann::json summary;
  std::vector<std::string> warnings;
};

/// max_difference is to the dual solution, on the grid, relative to `scale` (max|y|); seconds count
/// the evaluation on the grid too. The ODE and Ceres are left out, and `skipped` says why, where
/// samples × lattice unknowns is so large that they would take longer than the rest of a run; where
/// they fail, `failed` says why, with a warning.
SolverCheck check_solvers(const lfp::Problem& problem, const lfp::Propagator& propagator,
                          double propagator_seconds, const lfp::GridEvaluator& on_grid,
                          double scale);

/// The same for a kernel, which has two routes: the saddle system ("dual") and the propagator. The
/// others need a lattice.
SolverCheck check_solvers(const lfp::KernelProblem& problem, const lfp::KernelFlow& flow,
                          double flow_seconds, const Eigen::MatrixXd& k_grid,
                          const Eigen::MatrixXd& p_grid, double scale);

}  // namespace fprinciple::compare
