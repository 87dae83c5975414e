#include "compare/solver_check.hpp"

#include "compare/stopwatch.hpp"
#include "data/error.hpp"
#include "lfp/constrained.hpp"
#include "lfp/dual.hpp"
#include "lfp/ode.hpp"

#include <functional>
#include <limits>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::compare {
namespace {

/// The largest samples × lattice unknowns for the iterative routes: a few seconds.
constexpr double kLargestCheck = 1.2e5;

}  // namespace

SolverCheck check_solvers(const lfp::Problem& problem, const lfp::Propagator& propagator,
                          double propagator_seconds, const lfp::GridEvaluator& on_grid,
                          double scale) {
  SolverCheck check;
  const auto enter = [&](const char* route, const Eigen::VectorXd& f, double seconds) {
    check.summary[route] = {{"seconds", seconds},
                            {"max_difference", (f - check.limit).cwiseAbs().maxCoeff() / scale}};
  };

  const Stopwatch dual_watch;
  const Eigen::MatrixXcd dual = lfp::solve_dual(problem);
  check.limit = on_grid(dual);
  enter("dual", check.limit, dual_watch.seconds());
  if (problem.ridge == 0.0) {  // a ridge is not meant to meet the samples
    const double residual =
        (lfp::values(problem.lattice, dual, problem.samples.x) - problem.samples.y)
            .cwiseAbs()
            .maxCoeff() /
        scale;
    check.summary["constraint_residual"] = residual;
    if (!(residual <= 1e-10))
      check.warnings.push_back(
          fmt::format("the limit misses the samples by {:.1e} of max|y|: the lattice is "
                      "ill-conditioned for them",
                      residual));
  }

  const Stopwatch propagator_watch;
  const Eigen::VectorXd limit =
      on_grid(propagator.coefficients(std::numeric_limits<double>::infinity()));
  enter("propagator", limit, propagator_seconds + propagator_watch.seconds());
  const double spread = check.summary["propagator"]["max_difference"];
  if (!(spread <= 1e-8))
    check.warnings.push_back(fmt::format(
        "dual and propagator differ by {:.1e} of max|y|: the lattice is ill-conditioned for these "
        "samples, and the prediction is no better than that",
        spread));

  const auto iterative = [&](const char* route, const std::function<Eigen::MatrixXcd()>& solve) {
    const double size = 2.0 * static_cast<double>(problem.weight.size()) *
                        static_cast<double>(problem.samples.size());
    if (size > kLargestCheck) {
      check.summary[route]["skipped"] =
          fmt::format("samples × lattice unknowns = {:.3g} is above {:.3g}", size, kLargestCheck);
      return;
    }
    try {
      const Stopwatch watch;
      const Eigen::VectorXd f = on_grid(solve());
      enter(route, f, watch.seconds());
    } catch (const RunError& error) {
      check.summary[route]["failed"] = error.what();
      check.warnings.push_back(
          fmt::format("the cross-check by {} failed: {}", route, error.what()));
    }
  };
  iterative("ode", [&] { return lfp::integrate_ode_to_limit(problem); });
  iterative("ceres", [&] { return lfp::solve_constrained(problem); });
  return check;
}

}  // namespace fprinciple::compare
