#include "lfp/kernel_flow.hpp"

#include "lfp/complete_kernel.hpp"
#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/lanczos.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/operators.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "problems.hpp"
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <boost/numeric/odeint.hpp>
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The dumb oracle: r' = −K r by Odeint's adaptive Runge–Kutta.
VectorXd integrate(const MatrixXd& k, const VectorXd& r_0, double t) {
  using State = std::vector<double>;
  State r(r_0.data(), r_0.data() + r_0.size());
  const auto rhs = [&](const State& now, State& slope, double) {
    VectorXd::Map(slope.data(), r_0.size()) = -k * VectorXd::Map(now.data(), r_0.size());
  };
  namespace odeint = boost::numeric::odeint;
  odeint::integrate_adaptive(
      odeint::make_controlled<odeint::runge_kutta_dopri5<State>>(1e-12, 1e-12), rhs, r, 0.0, t,
      1e-3 * t);
  return VectorXd::Map(r.data(), r_0.size());
}

}  // namespace

TEST_CASE("kernel flow: the residual is that of the integrated ODE at any time") {
  const MatrixXd x = tests::random_matrix(3, 9, 41);
  data::NetworkLaw law;
  law.width = 1;
  law.w = tests::normal(1.0);
  law.b = tests::normal(0.5);
  law.a = tests::normal(0.8);
  const MatrixXd k = lfp::complete_kernel(law, x, x).k;
  const VectorXd r_0 = tests::random_vector(9, 42);
  const lfp::KernelFlow flow({k, MatrixXd(9, 0), r_0, 0.0});
  for (const double t : {0.3, 3.0, 30.0}) {
    const VectorXd at = VectorXd::Constant(1, t);
    const VectorXd r = flow.residuals(at);
    CHECK((r - integrate(k, r_0, t)).cwiseAbs().maxCoeff() < 1e-9);
    // The weights say the same: f(X, t) = r_0 − r(t).
    const VectorXd f = lfp::values(flow.weights(at), k, MatrixXd(9, 0));
    CHECK((f + r - r_0).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((r - r_0).cwiseAbs().maxCoeff() > 0.1);  // it has moved
  }
}

TEST_CASE("kernel flow: what Lanczos leaves out is below rounding, at any time") {
  // The dumb oracle: all eigenvectors. The kernel's condition number is some 1e3, so both routes
  // are good to 1e-12; with `ridge` and two polynomials as well.
  const Index n = 420;
  const MatrixXd x = tests::random_matrix(12, n, 51);
  data::NetworkLaw law;
  law.width = 1;
  law.w = law.b = law.a = tests::normal(1.0);
  const MatrixXd k = lfp::complete_kernel(law, x, x).k;
  const VectorXd r_0 = tests::random_vector(n, 52);
  const double ridge = 0.3;
  const auto krylov = lfp::lanczos(lfp::dense_symmetric(k), r_0, n / 3);
  REQUIRE(krylov.has_value());
  CHECK(krylov->values.size() < n / 3);
  CHECK((krylov->vectors.transpose() * krylov->vectors).isIdentity(1e-13));
  VectorXd t(4);
  t << 1e-3, 0.1, 10.0, kInfinity;
  for (const Index q : {Index{0}, Index{2}}) {
    const MatrixXd p = tests::random_matrix(n, q, 53);
    const lfp::KernelFlow flow({k, p, r_0, ridge});
    const MatrixXd outside = MatrixXd::Identity(n, n) -
                             p * (p.transpose() * p).inverse() * p.transpose();  // for q = 0 also
    const MatrixXd shifted = k + ridge * MatrixXd::Identity(n, n);
    const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(outside * shifted * outside);
    const MatrixXd v = eigen.eigenvectors().rightCols(n - q);
    const Eigen::ArrayXd rates = eigen.eigenvalues().tail(n - q);
    CHECK((flow.rates().array() - rates).abs().maxCoeff() < 1e-12 * rates.maxCoeff());
    const lfp::KernelWeights weights = flow.weights(t);
    for (Index at = 0; at < t.size(); ++at) {
      const Eigen::ArrayXd moved = (1.0 - (-rates * t[at]).exp()) / rates;
      const VectorXd expected = v * moved.matrix().asDiagonal() * (v.transpose() * r_0);
      INFO("q = " << q << ", t = " << t[at]);
      CHECK((weights.kernel.col(at) - expected).norm() < 1e-12 * expected.norm());
      const VectorXd f = shifted * weights.kernel.col(at) + p * weights.polynomials.col(at);
      CHECK((f + flow.residuals(t).col(at) - r_0).norm() < 1e-12 * r_0.norm());
    }
  }
}

TEST_CASE("kernel flow: Lanczos gives up where it would not pay, and the flow is whole") {
  // 1-D points: rates over ten decades, of which every one moves.
  const Index n = 60;
  const MatrixXd x = VectorXd::LinSpaced(n, -1.0, 1.0).transpose();
  data::NetworkLaw law;
  law.width = 1;
  law.w = law.b = law.a = tests::normal(1.0);
  const MatrixXd k = lfp::complete_kernel(law, x, x).k;
  const VectorXd r_0 = tests::random_vector(n, 54);
  CHECK_FALSE(lfp::lanczos(lfp::dense_symmetric(k), r_0, n / 3));
  CHECK_FALSE(lfp::lanczos(lfp::dense_symmetric(k), VectorXd::Zero(n), n / 3));
  const VectorXd forever = VectorXd::Constant(1, kInfinity);
  CHECK(lfp::KernelFlow({k, MatrixXd(n, 0), r_0, 0.0}).residuals(forever).norm() == 0.0);
  // An indefinite matrix does not decay along all directions: no bound, so no shortcut.
  CHECK_FALSE(lfp::lanczos(lfp::dense_symmetric(k - MatrixXd::Identity(n, n)), r_0, n / 3));
  CHECK(lfp::KernelFlow({k, MatrixXd(n, 0), VectorXd::Zero(n), 0.0}).weights(forever).kernel ==
        MatrixXd::Zero(n, 1));
}

TEST_CASE("kernel flow: unpenalised polynomials are the limit of a growing weight") {
  const tests::Case c = tests::fig1a();
  const lfp::MeshFree model = lfp::mesh_free_2019(c.law(), 1);
  REQUIRE(model.order == 2);
  const MatrixXd k = lfp::kernel_matrix(model, c.samples.x, c.samples.x);
  const MatrixXd p = lfp::polynomials(2, c.samples.x);
  const MatrixXd k_grid = lfp::kernel_matrix(model, c.grid.points, c.samples.x);
  const MatrixXd p_grid = lfp::polynomials(2, c.grid.points);
  const VectorXd t = VectorXd::LinSpaced(4, 1e-3, 0.1);
  const MatrixXd f =
      lfp::values(lfp::KernelFlow({k, p, c.samples.y, 0.0}).weights(t), k_grid, p_grid);
  double before = kInfinity;
  for (const double mu : {1e5, 1e6, 1e7}) {  // the difference falls as 1/μ
    const MatrixXd penalised = k + mu * p * p.transpose();
    const MatrixXd g =
        lfp::values(lfp::KernelFlow({penalised, MatrixXd(5, 0), c.samples.y, 0.0}).weights(t),
                    k_grid + mu * p_grid * p.transpose(), MatrixXd(p_grid.rows(), 0));
    const double difference = (f - g).cwiseAbs().maxCoeff();
    CHECK(difference < 0.15 * before);
    before = difference;
  }
  CHECK(before < 1e-3);
}

TEST_CASE("kernel flow: the saddle system is the flow's limit") {
  for (const tests::Case& c : {tests::fig1a(), tests::fig1b(), tests::fig2(), tests::cube()})
    for (const bool divergence : {false, true}) {
      const Index d = c.samples.dim();
      const lfp::MeshFree model =
          divergence ? lfp::mesh_free_2020(c.law(), d) : lfp::mesh_free_2019(c.law(), d);
      const lfp::KernelProblem problem{lfp::kernel_matrix(model, c.samples.x, c.samples.x),
                                       lfp::polynomials(model.order, c.samples.x), c.samples.y,
                                       0.0};
      const MatrixXd k_grid = lfp::kernel_matrix(model, c.grid.points, c.samples.x);
      const MatrixXd p_grid = lfp::polynomials(model.order, c.grid.points);
      const VectorXd limit = lfp::values(
          lfp::KernelFlow(problem).weights(VectorXd::Constant(1, kInfinity)), k_grid, p_grid);
      const VectorXd saddle = lfp::values(lfp::solve_saddle(problem), k_grid, p_grid);
      INFO(c.name << (divergence ? " LFP-2020" : " LFP-2019"));
      CHECK((limit - saddle).cwiseAbs().maxCoeff() < 1e-9 * c.samples.y.cwiseAbs().maxCoeff());
    }
}

TEST_CASE("kernel flow: two samples leave nothing to the kernel, the line through them all") {
  const MatrixXd x{{0.0, 2.0}}, points{{-1.0, 1.0, 5.0}};
  const lfp::MeshFree model = lfp::mesh_free_2019(tests::fig1a().law(), 1);
  const lfp::KernelFlow flow(
      {lfp::kernel_matrix(model, x, x), lfp::polynomials(2, x), VectorXd{{1.0, 4.0}}, 0.0});
  const MatrixXd f = lfp::values(flow.weights(VectorXd{{0.0, 1e-3, kInfinity}}),
                                 lfp::kernel_matrix(model, points, x), lfp::polynomials(2, points));
  CHECK(f.col(0).isZero(0.0));
  for (const Index k : {1, 2})  // at any time but the first
    CHECK((f.col(k) - VectorXd{{-0.5, 2.5, 8.5}}).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("mesh-free: the lattice tends to it as 1/box and box/modes, to 1e-5 on figure 1a") {
  tests::Case c = tests::fig1a();
  const auto law = c.law();
  const MatrixXd p = lfp::polynomials(2, c.samples.x);
  const MatrixXd p_grid = lfp::polynomials(2, c.grid.points);
  for (const bool divergence : {false, true}) {
    const lfp::MeshFree model =
        divergence ? lfp::mesh_free_2020(law, 1) : lfp::mesh_free_2019(law, 1);
    const VectorXd limit =
        lfp::values(lfp::solve_saddle(
                        {lfp::kernel_matrix(model, c.samples.x, c.samples.x), p, c.samples.y, 0.0}),
                    lfp::kernel_matrix(model, c.grid.points, c.samples.x), p_grid);
    const auto on_lattice = [&](double box, double wavelength) -> VectorXd {
      c.lattice.box = box;
      c.lattice.modes = static_cast<Index>(std::round(box / wavelength));
      const lfp::Problem problem = divergence ? c.problem_2020() : c.problem();
      return lfp::GridEvaluator(c.lattice, c.grid)(lfp::solve_dual(problem));
    };
    const auto error = [&](const VectorXd& f) { return (f - limit).cwiseAbs().maxCoeff(); };
    // The error is A/box + B box/modes + higher orders; A is extrapolated away to see B.
    const double coarse = 0.005, fine = 0.0025, finest = 0.001;
    const auto wide = [&](double wavelength) {
      return error(2.0 * on_lattice(400.0, wavelength) - on_lattice(200.0, wavelength));
    };
    const double by_box = error(on_lattice(10.0, fine)) / error(on_lattice(20.0, fine));
    const double by_wavelength = wide(coarse) / wide(fine);
    const double least = wide(finest);
    INFO((divergence ? "LFP-2020: " : "LFP-2019: ")
         << by_box << ' ' << by_wavelength << ' ' << least);
    CHECK(by_box == Approx(2.0).epsilon(0.2));
    CHECK(by_wavelength == Approx(2.0).epsilon(0.2));
    CHECK(least < 1e-5);
  }
}

TEST_CASE("divergence term: the lattice's features are x·x' times the kernel of γ_b²") {
  // The published transcription without 1/4π² fails here: 4π² times the wanted value.
  const tests::Case c = tests::fig1a();
  const lfp::Problem with = c.problem_2020();
  const lfp::Problem without = c.problem();
  const MatrixXd b = lfp::whitened_features(with);
  const MatrixXd b_0 = lfp::whitened_features(without);
  const MatrixXd added = b.transpose() * b - b_0.transpose() * b_0;
  data::NetworkLaw only_b = c.law();
  only_b.train.a = false;
  const auto gamma_b = lfp::make_problem(c.lattice, lfp::lfp2019(only_b, 1), c.samples);
  const MatrixXd b_1 = lfp::whitened_features(gamma_b);
  const MatrixXd expected =
      (c.samples.x.transpose() * c.samples.x).cwiseProduct(b_1.transpose() * b_1);
  const double scale = expected.cwiseAbs().maxCoeff();
  CHECK((added - expected).cwiseAbs().maxCoeff() < 1e-8 * scale);
  CHECK((4.0 * std::pow(std::acos(-1.0), 2) * added - expected).cwiseAbs().maxCoeff() > scale);
}
