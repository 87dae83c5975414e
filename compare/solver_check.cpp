#include "compare/solver_check.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "lfp/constrained.hpp"
#include "lfp/dual.hpp"
#include "lfp/ode.hpp"

#include <functional>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

/// Enters a route's result and its difference to the limit.
void enter(SolverCheck& check, Route route, const Eigen::VectorXd& f, double seconds,
           double scale) {
  check.routes[route] = {.seconds = seconds,
                         .max_difference = (f - check.limit).cwiseAbs().maxCoeff() / scale};
}

/// How far the limit is from the samples, which it must meet.
void enter_residual(SolverCheck& check, const Eigen::VectorXd& residual, double scale,
                    const char* what) {
  const double worst = residual.cwiseAbs().maxCoeff() / scale;
  check.constraint_residual = worst;
  if (!(worst <= 1e-10))
    check.warnings.push_back(fmt::format(
        "the limit misses the samples by {:.1e} of max|y|: the {} is ill-conditioned for them",
        worst, what));
}

void compare_routes(SolverCheck& check, const char* what) {
  const double spread = check.routes[Route::propagator].max_difference;
  if (!(spread <= 1e-8))
    check.warnings.push_back(fmt::format(
        "dual and propagator differ by {:.1e} of max|y|: the {} is ill-conditioned for these "
        "samples, and the prediction is no better than that",
        spread, what));
}

void skip_iterative(SolverCheck& check) {
  for (const Route route : {Route::ode, Route::ceres})
    check.routes[route].skipped = "needs a lattice; this prediction is mesh-free";
}

/// The largest samples × lattice unknowns for the iterative routes: a few seconds.
constexpr double kLargestCheck = 1.2e5;

}  // namespace

SolverCheck check_solvers(const lfp::Problem& problem, const lfp::Propagator& propagator,
                          double propagator_seconds, const lfp::GridEvaluator& on_grid,
                          double scale) {
  SolverCheck check;
  const base::Stopwatch dual_watch;
  const Eigen::MatrixXcd dual = lfp::solve_dual(problem);
  check.limit = on_grid(dual);
  enter(check, Route::dual, check.limit, dual_watch.seconds(), scale);
  if (problem.ridge == 0.0)  // a ridge is not meant to meet the samples
    enter_residual(check, lfp::values(problem.lattice, dual, problem.samples.x) - problem.samples.y,
                   scale, "lattice");

  const base::Stopwatch propagator_watch;
  const Eigen::VectorXd limit =
      on_grid(propagator.coefficients(std::numeric_limits<double>::infinity()));
  enter(check, Route::propagator, limit, propagator_seconds + propagator_watch.seconds(), scale);
  compare_routes(check, "lattice");

  const auto iterative = [&](Route route, const std::function<Eigen::MatrixXcd()>& solve) {
    const double size = 2.0 * static_cast<double>(problem.weight.size()) *
                        static_cast<double>(problem.samples.size());
    if (size > kLargestCheck) {
      check.routes[route].skipped =
          fmt::format("samples × lattice unknowns = {:.3g} is above {:.3g}", size, kLargestCheck);
      return;
    }
    try {
      const base::Stopwatch watch;
      const Eigen::VectorXd f = on_grid(solve());
      enter(check, route, f, watch.seconds(), scale);
    } catch (const RunError& error) {
      check.routes[route].failed = error.what();
      check.warnings.push_back(
          fmt::format("the cross-check by {} failed: {}", base::name_of(route), error.what()));
    }
  };
  iterative(Route::ode, [&] { return lfp::integrate_ode_to_limit(problem); });
  iterative(Route::ceres, [&] { return lfp::solve_constrained(problem); });
  return check;
}

SolverCheck check_solvers(const lfp::KernelProblem& problem, const lfp::KernelFlow& flow,
                          double flow_seconds, const Eigen::MatrixXd& k_grid,
                          const Eigen::MatrixXd& p_grid, double scale) {
  SolverCheck check;
  const base::Stopwatch dual_watch;
  const lfp::KernelWeights dual = lfp::solve_saddle(problem);
  check.limit = lfp::values(dual, k_grid, p_grid);
  enter(check, Route::dual, check.limit, dual_watch.seconds(), scale);
  if (problem.ridge == 0.0)
    enter_residual(check,
                   lfp::values(dual, Eigen::MatrixXd(problem.k.selfadjointView<Eigen::Lower>()),
                               problem.polynomials) -
                       problem.residual,
                   scale, "kernel");
  const base::Stopwatch propagator_watch;
  const Eigen::VectorXd limit = lfp::values(
      flow.weights(Eigen::VectorXd::Constant(1, std::numeric_limits<double>::infinity())), k_grid,
      p_grid);
  enter(check, Route::propagator, limit, flow_seconds + propagator_watch.seconds(), scale);
  compare_routes(check, "kernel");
  skip_iterative(check);
  return check;
}

SolverCheck check_solvers(const lfp::LineFlow& flow, const Eigen::VectorXd& r_0, double ridge,
                          double flow_seconds, const Eigen::VectorXd& points, double scale) {
  SolverCheck check;
  const base::Stopwatch dual_watch;
  check.limit =
      flow.values(points, Eigen::VectorXd::Constant(1, std::numeric_limits<double>::infinity()));
  enter(check, Route::dual, check.limit, flow_seconds + dual_watch.seconds(), scale);
  const base::Stopwatch propagator_watch;
  const Eigen::VectorXd settled = Eigen::VectorXd::Constant(1, flow.settled());
  const Eigen::VectorXd limit = flow.values(points, settled);
  enter(check, Route::propagator, limit, flow_seconds + propagator_watch.seconds(), scale);
  if (ridge == 0.0) enter_residual(check, flow.at_samples(settled) - r_0, scale, "kernel");
  compare_routes(check, "kernel");
  skip_iterative(check);
  return check;
}

}  // namespace fprinciple::compare
