#include "base/error.hpp"
#include "lfp/activation_spectrum.hpp"
#include "lfp/bounds.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/complete_lattice.hpp"
#include "lfp/constrained.hpp"
#include "lfp/dual.hpp"
#include "lfp/evaluate.hpp"
#include "lfp/hermite_averages.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/neuron_rule.hpp"
#include "lfp/ode.hpp"
#include "lfp/propagator.hpp"
#include "lfp/relu_averages.hpp"
#include "lfp/spectrum.hpp"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Catch::Contains;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One good value, spoilt; and the words that the refusal must contain.
struct Wrong {
  std::string says;
  std::function<void()> call;
};

void all_are_refused(const std::vector<Wrong>& wrong) {
  for (const Wrong& w : wrong) {
    INFO(w.says);
    CHECK_THROWS_AS(w.call(), InputError);
    CHECK_THROWS_WITH(w.call(), Contains(w.says));
  }
}

}  // namespace

TEST_CASE("laws: every public function of the theory says what it needs of a network") {
  const MatrixXd x = tests::random_matrix(1, 4, 1);
  std::vector<Wrong> wrong;
  const auto spoilt = [&](const char* says, const std::function<void(data::NetworkLaw&)>& spoil) {
    data::NetworkLaw law = tests::fig1a().law();
    spoil(law);
    const std::vector<std::function<void()>> users = {
        [=] { lfp::complete_kernel(law, x, x); },
        [=] { lfp::activation_averages(law, x, x); },
        [=] { lfp::lfp2019(law, 1); },
        [=] { lfp::divergence_weight(law, 1); },
        [=] { lfp::real_space_kernels(law, 1); },
        [=] { lfp::mesh_free_2019(law, 1); },
        [=] { lfp::mesh_free_2020(law, 1); },
        [=] {
          lfp::complete_on_lattice(law, {1, 8.0, 10}, x, x);
        }};
    for (const auto& user : users) wrong.push_back({says, user});
  };
  spoilt("law.width", [](auto& law) { law.width = 0; });
  spoilt("law.output_scale", [](auto& law) { law.output_scale = kNan; });
  spoilt("law.w.scale", [](auto& law) { law.w.scale = 0.0; });
  spoilt("law.b.scale", [](auto& law) { law.b.scale = -1.0; });
  spoilt("law.a.scale", [](auto& law) { law.a.scale = kInfinity; });
  all_are_refused(wrong);
}

TEST_CASE("points: shapes that do not belong together, none at all, and nan") {
  const data::NetworkLaw law = tests::fig1a().law();
  const MatrixXd x = tests::random_matrix(1, 4, 1);
  const MatrixXd plane = tests::random_matrix(2, 4, 1);
  MatrixXd hole = x;
  hole(0, 2) = kNan;
  const lfp::MeshFree mesh_free = lfp::mesh_free_2019(law, 1);
  data::NetworkLaw smooth = law;
  smooth.activation = data::Activation::tanh;
  std::vector<Wrong> wrong;
  for (const auto& [says, rows, columns] :
       std::vector<std::tuple<std::string, MatrixXd, MatrixXd>>{{"columns", x, plane},
                                                                {"rows", MatrixXd(1, 0), x},
                                                                {"columns", x, MatrixXd(1, 0)},
                                                                {"rows[0, 2]", hole, x},
                                                                {"columns[0, 2]", x, hole}}) {
    const MatrixXd r = rows;
    const MatrixXd c = columns;
    wrong.push_back({says, [=] { lfp::complete_kernel(law, r, c); }});
    wrong.push_back({says, [=] { lfp::kernel_matrix(mesh_free, r, c); }});
    wrong.push_back({says, [=] { lfp::neuron_averages(smooth, r, c); }});
    wrong.push_back({says, [=] { lfp::complete_on_lattice(law, {1, 8.0, 10}, r, c); }});
  }
  wrong.push_back({"order", [=] { lfp::polynomials(4, x); }});
  wrong.push_back({"points", [=] { lfp::polynomials(1, MatrixXd(0, 0)); }});
  wrong.push_back({"Hermite", [=] { lfp::hermite_averages(smooth, x, x); }});
  wrong.push_back({"p is 3", [=] { lfp::arc_cosine(3, x, x, 1.0); }});
  wrong.push_back({"v is 2", [=] { lfp::arc_cosine(1, x, plane, 1.0); }});
  all_are_refused(wrong);
}

TEST_CASE("lattices and problems: what does not fit is named") {
  const tests::Case fig = tests::fig1a();
  const lfp::Problem good = [&] {
    lfp::Problem p = fig.problem();
    p.lattice.modes = 20;
    return lfp::make_problem(p.lattice, fig.weight(), fig.samples);
  }();
  std::vector<Wrong> wrong;
  const auto lattice = [&](const char* says, const lfp::Lattice& bad) {
    wrong.push_back({says, [=] { lfp::mode_norms(bad); }});
    wrong.push_back({says, [=] { lfp::mode_weights(bad); }});
    wrong.push_back({says, [=] { lfp::sampled_weight(bad, fig.weight()); }});
    wrong.push_back({says, [=] { lfp::make_problem(bad, fig.weight(), fig.samples); }});
    wrong.push_back({says, [=] { lfp::sampled_coefficients(bad, 4, VectorXd::Ones(4)); }});
    wrong.push_back({says, [=] { lfp::wave_coefficients(bad, {}); }});
    wrong.push_back({says, [=] { lfp::GridEvaluator(bad, fig.grid); }});
  };
  lattice("lattice.dim is 4", {4, 1.0, 4});
  lattice("lattice.box is 0", {1, 0.0, 4});
  lattice("lattice.box is nan", {1, kNan, 4});
  lattice("lattice.modes is 0", {1, 1.0, 0});
  lattice("lattice.modes", {3, 1.0, Index{1} << 28});
  lattice("lattice.zero_frequency is -1", {1, 1.0, 4, -1.0});
  const auto problem = [&](const char* says, const std::function<void(lfp::Problem&)>& spoil) {
    lfp::Problem bad = good;
    spoil(bad);
    wrong.push_back({says, [=] { lfp::whitened_features(bad); }});
    wrong.push_back({says, [=] { lfp::lattice_operator(bad); }});
    wrong.push_back({says, [=] { lfp::solve_dual(bad); }});
    wrong.push_back({says, [=] { lfp::solve_constrained(bad); }});
    wrong.push_back({says, [=] { lfp::integrate_ode_to_limit(bad); }});
    wrong.push_back({says, [=] { const lfp::Propagator solved(bad); }});
  };
  problem("samples", [](auto& p) { p.samples = {MatrixXd(1, 0), VectorXd(0)}; });
  problem("samples", [](auto& p) { p.samples.y.conservativeResize(3); });
  problem("samples", [](auto& p) { p.samples.y[1] = kNan; });
  problem("samples.x", [](auto& p) { p.samples.x = tests::random_matrix(2, 5, 1); });
  problem("ridge is -1", [](auto& p) { p.ridge = -1.0; });
  problem("problem.weight", [](auto& p) { p.weight.conservativeResize(3, 1); });
  problem("problem.weight", [](auto& p) { p.weight(2, 0) = -1.0; });
  problem("problem.weight[2", [](auto& p) { p.weight(2, 0) = kNan; });
  problem("problem.c_ini", [](auto& p) { p.c_ini.conservativeResize(3, 1); });
  const lfp::Propagator flow(good);
  wrong.push_back({"t is -1", [=] { flow.coefficients(-1.0); }});
  wrong.push_back({"t is nan", [=] { flow.coefficients(kNan); }});
  wrong.push_back({"times", [=] { lfp::integrate_ode(good, {1.0, 0.5}); }});
  wrong.push_back({"times", [=] { lfp::integrate_ode(good, {-1.0}); }});
  wrong.push_back({"options.tolerance", [=] { lfp::integrate_ode(good, {1.0}, {0.0}); }});
  wrong.push_back({"options.max_outer", [=] { lfp::solve_constrained(good, {1e-9, 0}); }});
  wrong.push_back({"z.size()", [=] { lfp::coefficients(good, VectorXd(3)); }});
  wrong.push_back(
      {"c", [=] { lfp::values(good.lattice, Eigen::MatrixXcd(3, 1), MatrixXd(1, 2)); }});
  wrong.push_back({"points", [=] { lfp::values(good.lattice, good.c_ini, MatrixXd(2, 2)); }});
  wrong.push_back({"n_axis", [=] { lfp::sampled_coefficients(good.lattice, 0, VectorXd(0)); }});
  wrong.push_back({"delta", [=] { lfp::bounds(good, good.c_ini.col(0), MatrixXd(1, 1), kNan); }});
  all_are_refused(wrong);
}

TEST_CASE("kernel problems, weights and spectra: what does not fit is named") {
  const MatrixXd k = MatrixXd::Identity(3, 3);
  const VectorXd r = VectorXd::Ones(3);
  const MatrixXd none(3, 0);
  std::vector<Wrong> wrong;
  const auto both = [&](const char* says, const lfp::KernelProblem& bad) {
    wrong.push_back({says, [=] { const lfp::KernelFlow flow(bad); }});
    wrong.push_back({says, [=] { lfp::solve_saddle(bad); }});
  };
  both("problem.k", {MatrixXd::Identity(3, 4), none, r, 0.0});
  both("problem.polynomials", {k, MatrixXd::Ones(2, 1), r, 0.0});
  both("problem.residual.size()", {MatrixXd(0, 0), MatrixXd(0, 0), VectorXd(0), 0.0});
  both("problem.residual", {k, none, VectorXd::Constant(3, kNan), 0.0});
  both("ridge is nan", {k, none, r, kNan});
  const lfp::KernelFlow flow({k, none, r, 0.0});
  wrong.push_back({"t is -1", [=] { flow.weights(VectorXd::Constant(1, -1.0)); }});
  wrong.push_back({"t is nan", [=] { flow.residuals(VectorXd::Constant(1, kNan)); }});
  const lfp::KernelWeights weights = flow.weights(VectorXd::Ones(2));
  wrong.push_back({"k_points", [=] { lfp::values(weights, MatrixXd(5, 2), MatrixXd(5, 0)); }});
  wrong.push_back({"p_points", [=] { lfp::values(weights, MatrixXd(5, 3), MatrixXd(5, 1)); }});

  const data::NetworkLaw law = tests::fig1a().law();
  data::Weights drawn{VectorXd::Ones(4), MatrixXd::Ones(4, 1), VectorXd::Ones(4)};
  wrong.push_back({"d is 0", [=] { lfp::lfp2019(law, 0); }});
  wrong.push_back({"p_b0", [=] { lfp::lfp2019(law, drawn, 0.0); }});
  drawn.w.conservativeResize(3, 1);
  wrong.push_back({"weights.w", [=] { lfp::lfp2019(law, drawn, 0.5); }});
  wrong.push_back({"alpha", [] { lfp::power_weight(1, kNan); }});
  wrong.push_back({"eta", [] { lfp::power_spectrum(data::Activation::tanh, 0.0); }});

  const data::Grid grid = data::make_grid({{0.0, 1.0, 8}});
  wrong.push_back({"f is 7", [=] { lfp::SpectrumAnalyser{grid}(MatrixXd::Ones(7, 1)); }});
  wrong.push_back({"regular grid", [] {
                     const lfp::SpectrumAnalyser a(data::Grid{MatrixXd::Ones(1, 8), {}});
                   }});
  wrong.push_back({"grid's spacing", [] {
                     const lfp::SpectrumAnalyser a(data::make_grid({{1.0, 1.0, 8}}));
                   }});
  all_are_refused(wrong);
  CHECK_THROWS_AS(lfp::KernelFlow({MatrixXd::Constant(3, 3, kNan), none, r, 0.0}), RunError);
}

TEST_CASE("y of any size: solved as y of size 1 is, or told") {
  const tests::Case fig = tests::fig1a();
  const lfp::Lattice small{1, fig.lattice.box, 200};
  const MatrixXd x = fig.samples.x;
  const VectorXd forever = VectorXd::Constant(1, kInfinity);
  const MatrixXd none(x.cols(), 0);
  const MatrixXd k = lfp::complete_kernel(fig.law(), x, x).k;
  const auto problem = [&](double scale) {
    data::Samples samples = fig.samples;
    samples.y *= scale;
    return lfp::make_problem(small, fig.weight(), samples);
  };
  for (const double scale : {0x1p531, 0x1p-531}) {  // 7e159 and 1e-160
    const auto same = [&](const auto& solve, double tolerance = 1e-12) {
      const auto one = solve(1.0);
      CHECK(((solve(scale) / scale - one).norm() <= tolerance * one.norm()));
      CHECK(one.norm() > 0.0);
    };
    same([&](double s) -> Eigen::MatrixXcd { return lfp::solve_dual(problem(s)); });
    same([&](double s) -> Eigen::MatrixXcd { return lfp::solve_constrained(problem(s)); }, 1e-8);
    same([&](double s) -> Eigen::MatrixXcd { return lfp::integrate_ode_to_limit(problem(s)); },
         1e-8);
    same([&](double s) -> Eigen::MatrixXcd {
      return lfp::Propagator(problem(s)).coefficients(0.1);
    });
    same([&](double s) -> MatrixXd {
      return lfp::KernelFlow({k, none, s * fig.samples.y, 0.0}).weights(forever).kernel;
    });
    same([&](double s) -> MatrixXd {
      return lfp::solve_saddle({k, none, s * fig.samples.y, 0.0}).kernel;
    });
  }
  const lfp::Problem huge = problem(1e160);
  CHECK_THROWS_AS(lfp::fp_norm_squared(huge, lfp::solve_dual(huge)), RunError);
  CHECK_THROWS_AS(lfp::KernelFlow({1e-300 * k, none, 1e300 * fig.samples.y, 0.0}).weights(forever),
                  RunError);
}

TEST_CASE("a sampled function's Nyquist mode is the cosine, shared by ±N/2") {
  // In one dimension cos(2π·2x) at x = 0, ¼, ½, ¾: 1, −1, 1, −1.
  VectorXd alternating(4);
  alternating << 1.0, -1.0, 1.0, -1.0;
  const lfp::Lattice line{1, 1.0, 4};
  const lfp::SampledFunction found = lfp::sampled_coefficients(line, 4, alternating);
  Eigen::VectorXcd expected = Eigen::VectorXcd::Zero(4);
  expected[2] = 0.5;
  CHECK((found.c - expected).norm() < 1e-15);
  const MatrixXd x = tests::random_matrix(1, 20, 1);
  CHECK((lfp::values(line, found.c, x).transpose() -
         (4.0 * std::numbers::pi * x.row(0).array()).cos().matrix())
            .cwiseAbs()
            .maxCoeff() < 1e-14);
  CHECK(found.aliasing ==
        Approx(2.0));  // sin(2π·2x), of which the points see nothing, may be in it
  CHECK_THROWS_WITH(lfp::sampled_coefficients({1, 1.0, 2}, 4, alternating),
                    Contains("not on the lattice"));

  // In any dimension the function is real, and is what was sampled, at the points.
  for (const Index d : {1, 2, 3})
    for (const Index n : {2, 4, 6}) {
      const lfp::Lattice lattice{d, 2.5, n};
      const double last = 2.5 * (1.0 - 1.0 / static_cast<double>(n));
      const data::Grid grid =
          data::make_grid(std::vector<data::Axis>(static_cast<std::size_t>(d), {0.0, last, n}));
      const VectorXd values = tests::random_vector(grid.size(), 7);
      const lfp::SampledFunction f = lfp::sampled_coefficients(lattice, n, values);
      INFO("d = " << d << ", N = " << n);
      CHECK((lfp::values(lattice, f.c, grid.points) - values).cwiseAbs().maxCoeff() < 1e-13);
      // Symmetric under x → −x where the values are: no sign of N/2 is preferred.
      VectorXd mirrored(values.size());
      for (Index j = 0; j < values.size(); ++j) {
        Index at = 0;
        for (Index axis = 0, rest = j, unit = 1; axis < d; ++axis, rest /= n, unit *= n)
          at += (n - rest % n) % n * unit;
        mirrored[j] = values[at];
      }
      const MatrixXd points = tests::random_matrix(d, 15, 3);
      CHECK((lfp::values(lattice, f.c, points) -
             lfp::values(lattice, lfp::sampled_coefficients(lattice, n, mirrored).c, -points))
                .cwiseAbs()
                .maxCoeff() < 1e-13);
    }
}

TEST_CASE("what a grid does not see of a function is no more than told") {
  // Coefficients that fall as 1/k⁴: the interpolant's error between the points is below the
  // estimate.
  const auto f = [](double x) {
    double sum = 0.0;
    for (int k = 1; k < 2000; ++k) sum += std::cos(2.0 * std::numbers::pi * k * x) / std::pow(k, 4);
    return sum;
  };
  for (const Index n : {16, 17, 32}) {
    const lfp::Lattice lattice{1, 1.0, 20};
    VectorXd values(n);
    for (Index j = 0; j < n; ++j) values[j] = f(static_cast<double>(j) / static_cast<double>(n));
    const lfp::SampledFunction found = lfp::sampled_coefficients(lattice, n, values);
    double worst = 0.0;
    for (int j = 0; j < 97; ++j) {
      const MatrixXd x = MatrixXd::Constant(1, 1, j / 97.0);
      worst = std::max(worst, std::abs(lfp::values(lattice, found.c, x)[0] - f(j / 97.0)));
    }
    CHECK(worst > 0.0);
    CHECK(worst < found.aliasing);
    CHECK(found.aliasing < 50.0 * worst);
  }
}
