#include "data/error.hpp"
#include "lfp/constrained.hpp"
#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/ode.hpp"
#include "lfp/propagator.hpp"

#include <limits>

#include "problems.hpp"
#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::VectorXcd;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double y_scale(const lfp::Problem& problem) { return problem.samples.y.cwiseAbs().maxCoeff(); }

double constraint_residual(const lfp::Problem& problem, const VectorXcd& c) {
  return (lfp::values(problem.lattice, c, problem.samples.x) - problem.samples.y)
             .cwiseAbs()
             .maxCoeff() /
         y_scale(problem);
}

/// The papers' problems from h_ini = 0 and from an h_ini that is not.
std::vector<std::pair<lfp::Problem, data::Grid>> problems() {
  std::vector<std::pair<lfp::Problem, data::Grid>> out;
  for (const tests::Case& c : tests::all_cases()) {
    out.emplace_back(c.problem(), c.grid);
    out.emplace_back(c.problem(), c.grid);
    out.back().first.c_ini = tests::smooth_coefficients(c.lattice, 21);
  }
  return out;
}

}  // namespace

TEST_CASE("the four routes to the limit agree and meet the constraint") {
  for (const auto& [problem, grid] : problems()) {
    const lfp::GridEvaluator on_grid(problem.lattice, grid);
    const VectorXcd dual = lfp::solve_dual(problem);
    const VectorXd f = on_grid(dual);
    const auto difference = [&, &problem = problem](const VectorXcd& c) {
      return (on_grid(c) - f).cwiseAbs().maxCoeff() / y_scale(problem);
    };
    const VectorXcd propagated = lfp::Propagator(problem).coefficients(kInfinity);
    const VectorXcd integrated = lfp::integrate_ode_to_limit(problem);
    const VectorXcd constrained = lfp::solve_constrained(problem);
    CHECK(constraint_residual(problem, dual) < 1e-10);
    CHECK(constraint_residual(problem, propagated) < 1e-10);
    CHECK(constraint_residual(problem, constrained) < 1e-10);
    CHECK(difference(propagated) < 1e-8);
    CHECK(difference(constrained) < 1e-8);
    CHECK(difference(integrated) < 1e-6);
    CHECK((f - on_grid(problem.c_ini)).cwiseAbs().maxCoeff() > 0.1 * y_scale(problem));
  }
}

TEST_CASE("propagator and ODE agree at 20 log-spaced times") {
  for (const auto& [problem, grid] : problems()) {
    const lfp::GridEvaluator on_grid(problem.lattice, grid);
    const lfp::Propagator propagator(problem);
    const double first = 0.1 / propagator.rates()[0];
    const double last = 20.0 / propagator.rates().tail(1)[0];
    std::vector<double> times;
    for (int k = 0; k < 20; ++k) times.push_back(first * std::pow(last / first, k / 19.0));
    const std::vector<VectorXcd> integrated = lfp::integrate_ode(problem, times);
    const VectorXd start = on_grid(problem.c_ini);
    for (std::size_t k = 0; k < times.size(); ++k) {
      const VectorXd f = on_grid(propagator.coefficients(times[k]));
      CHECK((on_grid(integrated[k]) - f).cwiseAbs().maxCoeff() / y_scale(problem) < 1e-7);
    }
    const VectorXd end = on_grid(propagator.coefficients(times.back()));
    CHECK((end - start).cwiseAbs().maxCoeff() > 0.1 * y_scale(problem));  // it does move
  }
}

TEST_CASE("the limit satisfies the optimality conditions of a dense KKT system") {
  // Written from the formula over the whole lattice, in extended precision: minimise Σ |c_k|²/Γ_k
  // subject to h(x_i) = y_i, by [Γ^{-1} E^H; E 0], eliminated to K λ = y, c = Γ E^H λ.
  tests::Case c = tests::fig1b();
  c.lattice.modes = 40;
  const lfp::Problem problem = c.problem();
  using Real = long double;
  const auto gamma = [&](Index k) -> Real {
    const double xi =
        k == 0 ? 0.1 / c.lattice.box : std::abs(static_cast<double>(k)) / c.lattice.box;
    return static_cast<Real>(c.weight().gamma2(xi)) / c.lattice.box;
  };
  const Index n = c.samples.size();
  Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic> kernel(n, n);
  const auto cosine = [&](Index k, Real delta) {
    return std::cos(2 * std::numbers::pi_v<Real> * static_cast<Real>(k) * delta / c.lattice.box);
  };
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      kernel(i, j) = 0;
      for (Index k = -39; k <= 39; ++k)
        kernel(i, j) +=
            gamma(k) * cosine(k, static_cast<Real>(c.samples.x(0, i)) - c.samples.x(0, j));
    }
  const Eigen::Matrix<Real, Eigen::Dynamic, 1> y = c.samples.y.cast<Real>();
  const Eigen::Matrix<Real, Eigen::Dynamic, 1> lambda = kernel.fullPivLu().solve(y);

  const VectorXcd solution = lfp::solve_dual(problem);
  for (Index k = 0; k < 40; ++k) {
    std::complex<Real> sum = 0;
    for (Index i = 0; i < n; ++i)
      sum +=
          lambda[i] * std::polar(Real{1}, -2 * std::numbers::pi_v<Real> * static_cast<Real>(k) *
                                              static_cast<Real>(c.samples.x(0, i)) / c.lattice.box);
    sum *= gamma(k);
    CHECK(std::abs(solution[k] - std::complex<double>(sum)) < 1e-12);
  }
  // The norm itself: ‖h‖²_γ = y^T K^{-1} y.
  CHECK(lfp::fp_norm_squared(problem, solution) ==
        Approx(static_cast<double>(y.dot(lambda))).epsilon(1e-11));
}

TEST_CASE("the limit is the γ-orthogonal projection: Pythagoras for the FP-norm") {
  for (const tests::Case& c : tests::all_cases()) {
    lfp::Problem problem = c.problem();
    const VectorXcd other =
        tests::smooth_coefficients(c.lattice, 33);  // any function through the data
    problem.samples.y = lfp::values(c.lattice, other, c.samples.x);
    problem.c_ini = tests::smooth_coefficients(c.lattice, 34);
    const VectorXcd limit = lfp::solve_dual(problem);
    lfp::Problem from_limit = problem;
    from_limit.c_ini = limit;
    const double whole = lfp::fp_norm_squared(problem, other);
    const double to_limit = lfp::fp_norm_squared(problem, limit);
    const double rest = lfp::fp_norm_squared(from_limit, other);
    CHECK(to_limit < whole);
    CHECK(to_limit + rest == Approx(whole).epsilon(1e-8));
  }
}

TEST_CASE("the propagator starts at h_ini, composes, and follows the ODE's right-hand side") {
  for (const auto& [problem, grid] : problems()) {
    const lfp::Propagator flow(problem);
    CHECK((flow.coefficients(0.0) - problem.c_ini).cwiseAbs().maxCoeff() == 0.0);
    const double t = 1.0 / flow.rates()[problem.samples.size() / 2];
    lfp::Problem rest = problem;
    rest.c_ini = flow.coefficients(t);
    const lfp::GridEvaluator on_grid(problem.lattice, grid);
    const VectorXd restarted = on_grid(lfp::Propagator(rest).coefficients(2.0 * t));
    CHECK((restarted - on_grid(flow.coefficients(3.0 * t))).cwiseAbs().maxCoeff() <
          1e-9 * y_scale(problem));

    // c' = −Γ E^H (E c − y), by a central difference; its O(ε²) error is 4e-8 relative to λ_max.
    const double epsilon = 1e-4 / flow.rates()[0];
    const VectorXcd slope =
        (flow.coefficients(2.0 * epsilon) - flow.coefficients(0.0)) / (2.0 * epsilon);
    const VectorXd u = lfp::values(problem.lattice, flow.coefficients(epsilon), problem.samples.x) -
                       problem.samples.y;
    VectorXcd right = VectorXcd::Zero(slope.size());
    for (Index i = 0; i < u.size(); ++i)
      right -= u[i] * lfp::phases(problem.lattice, problem.samples.x.col(i)).conjugate();
    right = right.cwiseProduct(problem.weight);
    CHECK((slope - right).norm() < 1e-6 * right.norm());
  }
}

TEST_CASE("a ridge adds to K") {
  const tests::Case c = tests::fig1b();
  const double ridge = 3.0;
  const lfp::Problem problem = lfp::make_problem(c.lattice, c.weight(), c.samples, ridge);
  const lfp::Problem plain = c.problem();
  const Eigen::MatrixXd b = lfp::whitened_features(plain);
  Eigen::MatrixXd k = b.transpose() * b;
  k.diagonal().array() += ridge;
  const VectorXd expected = b.transpose() * (b * k.ldlt().solve(c.samples.y));
  const VectorXcd dual = lfp::solve_dual(problem);
  const auto at_samples = [&](const VectorXcd& coefficients) {
    return lfp::values(c.lattice, coefficients, c.samples.x);
  };
  CHECK((expected - c.samples.y).cwiseAbs().maxCoeff() > 1e-2);  // the ridge does something
  CHECK((at_samples(dual) - expected).cwiseAbs().maxCoeff() < 1e-10);
  CHECK((at_samples(lfp::Propagator(problem).coefficients(kInfinity)) - expected)
            .cwiseAbs()
            .maxCoeff() < 1e-10);
  CHECK((at_samples(lfp::integrate_ode_to_limit(problem)) - expected).cwiseAbs().maxCoeff() < 1e-8);
  CHECK((at_samples(lfp::solve_constrained(problem)) - expected).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("samples that the lattice cannot tell apart are refused") {
  tests::Case c = tests::fig1a();
  c.samples.x(0, 1) = c.samples.x(0, 0) + 1e-17;
  CHECK_THROWS_AS(lfp::solve_dual(c.problem()), RunError);
  c = tests::fig1a();
  c.lattice.modes = 2;
  CHECK_THROWS_AS(lfp::solve_dual(c.problem()), RunError);
}

TEST_CASE("limits of the iterative routes are reported, never silent") {
  const lfp::Problem problem = tests::fig1a().problem();
  lfp::OdeOptions ode;
  ode.max_steps = 10;
  CHECK_THROWS_AS(lfp::integrate_ode_to_limit(problem, ode), RunError);
  lfp::ConstrainedOptions constrained;
  constrained.max_outer = 1;
  CHECK_THROWS_AS(lfp::solve_constrained(problem, constrained), RunError);
}
