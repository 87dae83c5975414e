#include "base/error.hpp"
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
using Eigen::MatrixXcd;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double y_scale(const lfp::Problem& problem) { return problem.samples.y.cwiseAbs().maxCoeff(); }

double constraint_residual(const lfp::Problem& problem, const MatrixXcd& c) {
  return (lfp::values(problem.lattice, c, problem.samples.x) - problem.samples.y)
             .cwiseAbs()
             .maxCoeff() /
         y_scale(problem);
}

/// The papers' problems: LFP-2019 and LFP-2020, from h_ini = 0 and from an h_ini that is not.
std::vector<std::pair<lfp::Problem, data::Grid>> problems() {
  std::vector<std::pair<lfp::Problem, data::Grid>> out;
  for (const tests::Case& c : tests::all_cases()) {
    out.emplace_back(c.problem(), c.grid);
    out.emplace_back(c.problem(), c.grid);
    out.back().first.c_ini = tests::smooth_coefficients(c.lattice, 21);
    out.emplace_back(c.problem_2020(), c.grid);
    out.emplace_back(c.problem_2020(), c.grid);
    for (Index part = 0; part < out.back().first.c_ini.cols(); ++part)
      out.back().first.c_ini.col(part) =
          tests::smooth_coefficients(c.lattice, 21 + static_cast<std::uint64_t>(part));
  }
  return out;
}

}  // namespace

TEST_CASE("the four routes to the limit agree and meet the constraint", "[slow]") {
  for (const auto& [problem, grid] : problems()) {
    const lfp::GridEvaluator on_grid(problem.lattice, grid);
    const MatrixXcd dual = lfp::solve_dual(problem);
    const VectorXd f = on_grid(dual);
    const auto difference = [&, &problem = problem](const MatrixXcd& c) {
      return (on_grid(c) - f).cwiseAbs().maxCoeff() / y_scale(problem);
    };
    const MatrixXcd propagated = lfp::Propagator(problem).coefficients(kInfinity);
    const MatrixXcd integrated = lfp::integrate_ode_to_limit(problem);
    const MatrixXcd constrained = lfp::solve_constrained(problem);
    CHECK(constraint_residual(problem, dual) < 1e-10);
    CHECK(constraint_residual(problem, propagated) < 1e-10);
    CHECK(constraint_residual(problem, constrained) < 1e-10);
    CHECK(constraint_residual(problem, integrated) < 1e-10);
    CHECK(difference(propagated) < 1e-8);
    CHECK(difference(constrained) < 1e-8);
    CHECK(difference(integrated) < 1e-6);
    CHECK((f - on_grid(problem.c_ini)).cwiseAbs().maxCoeff() > 0.1 * y_scale(problem));
  }
}

TEST_CASE("propagator and ODE agree at 20 log-spaced times", "[slow]") {
  for (const auto& [problem, grid] : problems()) {
    const lfp::GridEvaluator on_grid(problem.lattice, grid);
    const lfp::Propagator propagator(problem);
    const double first = 0.1 / propagator.rates()[0];
    const double last = 20.0 / propagator.rates().tail(1)[0];
    std::vector<double> times;
    for (int k = 0; k < 20; ++k) times.push_back(first * std::pow(last / first, k / 19.0));
    const std::vector<MatrixXcd> integrated = lfp::integrate_ode(problem, times);
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

  const MatrixXcd solution = lfp::solve_dual(problem);
  for (Index k = 0; k < 40; ++k) {
    std::complex<Real> sum = 0;
    for (Index i = 0; i < n; ++i)
      sum +=
          lambda[i] * std::polar(Real{1}, -2 * std::numbers::pi_v<Real> * static_cast<Real>(k) *
                                              static_cast<Real>(c.samples.x(0, i)) / c.lattice.box);
    sum *= gamma(k);
    CHECK(std::abs(solution(k, 0) - std::complex<double>(sum)) < 1e-12);
  }
  // The norm itself: ‖h‖²_γ = y^T K^{-1} y.
  CHECK(lfp::fp_norm_squared(problem, solution) ==
        Approx(static_cast<double>(y.dot(lambda))).epsilon(1e-11));
}

TEST_CASE("LFP-2020 is kernel interpolation with K = k + x·x' k_b") {
  // Both kernels summed over the whole lattice in extended precision, from their definition.
  using Real = long double;
  using RealMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  for (tests::Case c : {tests::fig1b(), tests::fig2()}) {
    c.lattice.modes = c.lattice.dim == 1 ? 200 : 12;
    const lfp::Problem problem = c.problem_2020();
    const double p_b0 = data::density_at_zero(c.b);
    const double a2_r = data::second_moment(c.a) * data::norm_moment(c.w, c.lattice.dim, 1.0);
    const double r3 = data::norm_moment(c.w, c.lattice.dim, 3.0);
    const double s2m = static_cast<double>(c.width);
    const double kappa = c.lattice.dim == 1 ? s2m * p_b0 : s2m * p_b0 / M_PI;
    const auto kernel = [&](const VectorXd& x, const VectorXd& y) -> Real {
      Real ab = 0;
      Real b = 0;
      const Index top = c.lattice.modes - 1;
      for (Index k1 = -top; k1 <= top; ++k1)
        for (Index k2 = c.lattice.dim == 1 ? 0 : -top; k2 <= (c.lattice.dim == 1 ? 0 : top); ++k2) {
          const double k = std::hypot(static_cast<double>(k1), static_cast<double>(k2));
          const double xi = (k > 0.0 ? k : 0.1) / c.lattice.box;
          const double d = static_cast<double>(c.lattice.dim);
          const double gamma_b2 = kappa * a2_r / (4.0 * M_PI * M_PI * std::pow(xi, d + 1.0));
          const double gamma_a2 = kappa * r3 / (16.0 * std::pow(M_PI, 4.0) * std::pow(xi, d + 3.0));
          const Real phase = 2 * std::numbers::pi_v<Real> / c.lattice.box *
                             (static_cast<Real>(k1) * (x[0] - y[0]) +
                              (d > 1.0 ? static_cast<Real>(k2) * (x[1] - y[1]) : 0.0L));
          ab += (gamma_a2 + gamma_b2) / std::pow(c.lattice.box, d) * std::cos(phase);
          b += gamma_b2 / std::pow(c.lattice.box, d) * std::cos(phase);
        }
      return ab + static_cast<Real>(x.dot(y)) * b;
    };
    const Index n = c.samples.size();
    RealMatrix k(n, n);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) k(i, j) = kernel(c.samples.x.col(i), c.samples.x.col(j));
    const RealMatrix lambda = k.fullPivLu().solve(RealMatrix(c.samples.y.cast<Real>()));
    const Eigen::MatrixXd points =
        c.grid.points(Eigen::all, Eigen::seqN(0, 20, c.grid.size() / 20));
    const VectorXd f = lfp::values(c.lattice, lfp::solve_dual(problem), points);
    const VectorXd f_2019 = lfp::values(c.lattice, lfp::solve_dual(c.problem()), points);
    for (Index g = 0; g < points.cols(); ++g) {
      Real expected = 0;
      for (Index j = 0; j < n; ++j)
        expected += kernel(points.col(g), c.samples.x.col(j)) * lambda(j, 0);
      CHECK(std::abs(f[g] - static_cast<double>(expected)) < 1e-8);
    }
    CHECK((f - f_2019).cwiseAbs().maxCoeff() > 1e-3);  // the divergence term does something
  }
}

TEST_CASE("the limit is the γ-orthogonal projection: Pythagoras for the FP-norm") {
  for (const tests::Case& c : tests::all_cases()) {
    lfp::Problem problem = c.problem();
    const MatrixXcd other =
        tests::smooth_coefficients(c.lattice, 33);  // any function through the data
    problem.samples.y = lfp::values(c.lattice, other, c.samples.x);
    problem.c_ini = tests::smooth_coefficients(c.lattice, 34);
    const MatrixXcd limit = lfp::solve_dual(problem);
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
    const MatrixXcd slope =
        (flow.coefficients(2.0 * epsilon) - flow.coefficients(0.0)) / (2.0 * epsilon);
    const VectorXd u = lfp::values(problem.lattice, flow.coefficients(epsilon), problem.samples.x) -
                       problem.samples.y;
    MatrixXcd right = MatrixXcd::Zero(slope.rows(), slope.cols());
    for (Index part = 0; part < right.cols(); ++part)
      for (Index i = 0; i < u.size(); ++i)
        right.col(part) -= u[i] * lfp::part_factor(part, problem.samples.x)[i] *
                           lfp::phases(problem.lattice, problem.samples.x.col(i)).conjugate();
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
  const MatrixXcd dual = lfp::solve_dual(problem);
  const auto at_samples = [&](const MatrixXcd& coefficients) {
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

TEST_CASE("samples that the lattice cannot tell apart are refused, unless a ridge decides") {
  tests::Case c = tests::fig1a();
  c.samples.x(0, 1) = c.samples.x(0, 0);  // with y = 0.25 and −0.25
  CHECK_THROWS_AS(lfp::solve_dual(c.problem()), RunError);
  const lfp::Problem ridged = lfp::make_problem(c.lattice, c.weight(), c.samples, 1e-6);
  const VectorXd f = lfp::values(c.lattice, lfp::solve_dual(ridged), c.samples.x);
  CHECK(std::abs(f[0]) < 0.01);
  CHECK(f[0] == f[1]);
  c = tests::fig1a();
  c.samples.x(0, 1) = std::nextafter(c.samples.x(0, 0), 1.0);
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

TEST_CASE("weights that underflow: modes that carry nothing do not move") {
  for (const auto activation : {data::Activation::gaussian, data::Activation::tanh,
                                data::Activation::sigmoid, data::Activation::sine}) {
    INFO(base::name_of(activation));
    tests::Case c = tests::fig1a();
    c.w = tests::uniform(8.0);
    const auto law = c.law(activation);
    for (const lfp::Problem& problem :
         {lfp::make_problem(c.lattice, lfp::lfp2019(law, 1), c.samples),
          lfp::make_problem(c.lattice, lfp::lfp2019(law, 1), lfp::divergence_weight(law, 1),
                            c.samples)}) {
      CHECK((problem.weight.array() == 0.0).any());
      CHECK((problem.weight.array() >= 0.0).all());
      const lfp::Propagator propagator(problem);
      const MatrixXcd limit = propagator.coefficients(kInfinity);
      const MatrixXcd dual = lfp::solve_dual(problem);
      CHECK((problem.weight.array() > 0.0 || dual.array().abs() == 0.0).all());
      const lfp::GridEvaluator on_grid(c.lattice, c.grid);
      const VectorXd f = on_grid(dual);
      CHECK((on_grid(limit) - f).cwiseAbs().maxCoeff() < 1e-7);
      CHECK((on_grid(lfp::solve_constrained(problem)) - f).cwiseAbs().maxCoeff() < 1e-7);
      CHECK((lfp::values(c.lattice, dual, c.samples.x) - c.samples.y).cwiseAbs().maxCoeff() < 1e-9);
      const double norm = lfp::fp_norm_squared(problem, dual);
      CHECK(std::isfinite(norm));
      CHECK(norm > 0.0);
      const double t = 1.0 / propagator.rates()[0];
      CHECK((on_grid(lfp::integrate_ode(problem, {t})[0]) - on_grid(propagator.coefficients(t)))
                .cwiseAbs()
                .maxCoeff() < 1e-7);
      MatrixXcd elsewhere = dual;
      elsewhere(c.lattice.size() - 1, 0) += 1e-3;
      CHECK(lfp::fp_norm_squared(problem, elsewhere) == kInfinity);
    }
  }
}

TEST_CASE("a weight of zero everywhere is refused, not divided by") {
  lfp::Problem problem = tests::fig1a().problem();
  problem.weight.setZero();
  CHECK_THROWS_AS(lfp::solve_dual(problem), RunError);
  CHECK_THROWS_AS(lfp::solve_constrained(problem), RunError);
  CHECK_THROWS_AS(lfp::integrate_ode_to_limit(problem), RunError);
  CHECK(lfp::Propagator(problem).coefficients(kInfinity).cwiseAbs().maxCoeff() == 0.0);
  CHECK(lfp::fp_norm_squared(problem, problem.c_ini) == 0.0);
}
