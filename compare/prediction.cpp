#include "compare/prediction.hpp"

#include "base/stopwatch.hpp"
#include "compare/solver_check.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/propagator.hpp"

#include <limits>
#include <memory>
#include <utility>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

const VectorXd kForever = VectorXd::Constant(1, std::numeric_limits<double>::infinity());

struct LatticeSolution {
  lfp::Problem problem;
  lfp::Propagator propagator;
  lfp::GridEvaluator on_grid;
};

struct KernelSolution {
  lfp::KernelProblem problem;
  lfp::KernelFlow flow;
  MatrixXd k_grid, p_grid;
};

/// The limit: that of the check, with what it found, or the propagator's alone.
template <class Check>
void set_limit(Prediction& out, bool check, const Check& checked_by) {
  if (!check) {
    out.limit = out.on_grid(kForever);
    return;
  }
  SolverCheck checked = checked_by();
  out.limit = std::move(checked.limit);
  out.solvers = std::move(checked.summary);
  out.warnings = std::move(checked.warnings);
}

}  // namespace

Prediction lattice_prediction(const lfp::Problem& problem, const data::Grid& grid, bool check,
                              double scale) {
  const base::Stopwatch decomposition;
  const auto solution = std::make_shared<LatticeSolution>(LatticeSolution{
      problem, lfp::Propagator(problem), lfp::GridEvaluator(problem.lattice, grid)});
  const double seconds = decomposition.seconds();
  Prediction out;
  out.on_grid = [solution](const VectorXd& t) {
    MatrixXd f;
    for (Index k = 0; k < t.size(); ++k) {
      const VectorXd now = solution->on_grid(solution->propagator.coefficients(t[k]));
      if (k == 0) f.resize(now.size(), t.size());
      f.col(k) = now;
    }
    return f;
  };
  out.at_samples = [solution](const VectorXd& t) {
    const lfp::Problem& p = solution->problem;
    MatrixXd f(p.samples.size(), t.size());
    for (Index k = 0; k < t.size(); ++k)
      f.col(k) = lfp::values(p.lattice, solution->propagator.coefficients(t[k]), p.samples.x);
    return f;
  };
  set_limit(out, check, [&] {
    return check_solvers(problem, solution->propagator, seconds, solution->on_grid, scale);
  });
  return out;
}

Prediction kernel_prediction(const lfp::KernelProblem& problem, const MatrixXd& k_grid,
                             const MatrixXd& p_grid, bool check, double scale) {
  const base::Stopwatch decomposition;
  const auto solution = std::make_shared<KernelSolution>(
      KernelSolution{problem, lfp::KernelFlow(problem), k_grid, p_grid});
  const double seconds = decomposition.seconds();
  Prediction out;
  out.on_grid = [solution](const VectorXd& t) {
    return lfp::values(solution->flow.weights(t), solution->k_grid, solution->p_grid);
  };
  out.at_samples = [solution](const VectorXd& t) -> MatrixXd {
    return lfp::values(solution->flow.weights(t),
                       MatrixXd(solution->problem.k.selfadjointView<Eigen::Lower>()),
                       solution->problem.polynomials);
  };
  set_limit(out, check,
            [&] { return check_solvers(problem, solution->flow, seconds, k_grid, p_grid, scale); });
  return out;
}

}  // namespace fprinciple::compare
