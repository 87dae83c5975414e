#pragma once

#include "base/names.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/line_flow.hpp"
#include "lfp/problem.hpp"
#include "lfp/propagator.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::compare {

/// A way to the limit of a prediction.
enum class Route { dual, propagator, ode, ceres };
constexpr base::Names<Route, 4> names_of(Route) {
  return {{{Route::dual, "dual"},
           {Route::propagator, "propagator"},
           {Route::ode, "ode"},
           {Route::ceres, "ceres"}}};
}

/// What one route has found, or why it has not.
struct RouteNumbers {
  double seconds = 0.0;         ///< the evaluation on the grid counts
  double max_difference = 0.0;  ///< to the dual solution, on the grid, relative to max|y|
  std::string skipped = {};     ///< why it was not tried, if it was not
  std::string failed = {};      ///< why it failed, if it did
};

/// The limit by the four routes, and how far they agree.
struct SolverCheck {
  Eigen::VectorXd limit;  ///< G, the dual solution on the grid; f_ini apart
  std::map<Route, RouteNumbers> routes;
  std::optional<double> constraint_residual;  ///< at the samples; none with a ridge
  std::vector<std::string> warnings;
};

/// Differences are relative to `scale` (max|y|). The ODE and Ceres are left out, and `skipped` says
/// why, where samples × lattice unknowns is so large that they would take longer than the rest of a
/// run; where they fail, `failed` says why, with a warning.
SolverCheck check_solvers(const lfp::Problem& problem, const lfp::Propagator& propagator,
                          double propagator_seconds, const lfp::GridEvaluator& on_grid,
                          double scale);

/// The same for a kernel, which has two routes: the saddle system (dual) and the propagator. The
/// others need a lattice.
SolverCheck check_solvers(const lfp::KernelProblem& problem, const lfp::KernelFlow& flow,
                          double flow_seconds, const Eigen::MatrixXd& k_grid,
                          const Eigen::MatrixXd& p_grid, double scale);

/// The same on the line: the limit (dual), and a time after which nothing changes (propagator).
/// r_0 = y − f_ini(X) of the samples; points, G.
SolverCheck check_solvers(const lfp::LineFlow& flow, const Eigen::VectorXd& r_0, double ridge,
                          double flow_seconds, const Eigen::VectorXd& points, double scale);

}  // namespace fprinciple::compare
