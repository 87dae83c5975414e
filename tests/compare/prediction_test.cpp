#include "compare/prediction.hpp"

#include "compare/compare.hpp"
#include "compare/theory.hpp"
#include "lfp/complete_kernel.hpp"
#include "lfp/kernel_flow.hpp"
#include "lfp/mesh_free.hpp"
#include "lfp/propagator.hpp"
#include "nn/kernels.hpp"
#include "nn/tangent_kernel.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using compare::Model;
using compare::Prediction;
using compare::Problem;
using compare::Theory;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const VectorXd& some_times() {
  static const VectorXd t = (VectorXd(4) << 0.0, 1e-3, 0.1, kInfinity).finished();
  return t;
}

tests::Case narrow(tests::Case c) {
  c.width = 400;
  c.lattice.modes = c.samples.dim() == 1 ? 200 : 12;
  return c;
}

/// Every model that a case has, on the lattice and mesh-free.
std::vector<Theory> theories(const tests::Case& c) {
  return {{.model = Model::linearised},
          {.model = Model::complete, .lattice = c.lattice},
          {.model = Model::lfp2020, .lattice = c.lattice},
          {.model = Model::lfp2020},
          {.model = Model::lfp2019, .lattice = c.lattice},
          {.model = Model::lfp2019},
          {.model = Model::power, .exponent = 4.0, .lattice = c.lattice}};
}

/// A start that is not 0.
nn::Network start_of(const tests::Case& c) {
  data::NetworkLaw law = c.law();
  law.a = tests::uniform(0.02);
  return nn::make_network(law, c.samples.dim(), nn::Draw{.antisymmetric = false});
}

/// Calls check(case, theory, start) for figures 1 and 2, and every model that they have.
template <class Check>
void each_theory(const Check& check) {
  for (const tests::Case& c : {narrow(tests::fig1a()), narrow(tests::fig2())}) {
    const nn::Network start = start_of(c);
    for (const Theory& theory : theories(c)) {
      INFO(c.name << ", " << base::name_of(theory.model) << ", lattice "
                  << theory.lattice.has_value());
      check(c, theory, start);
    }
  }
}

}  // namespace

TEST_CASE("a prediction answers at any points and times, at its grid as elsewhere") {
  each_theory([](const tests::Case& c, const Theory& theory, const nn::Network& start) {
    const Prediction f = compare::predict(theory, c.law(), c.samples, c.grid, &start);
    const VectorXd& t = some_times();
    const MatrixXd on_grid = f.at(c.grid, t);
    REQUIRE(on_grid.rows() == c.grid.size());
    REQUIRE(on_grid.cols() == t.size());
    const double size = on_grid.cwiseAbs().maxCoeff();
    // The same points one by one, and in a list: other sums, the same function.
    const MatrixXd some = c.grid.points(Eigen::all, Eigen::seqN(0, 5, c.grid.size() / 5));
    const MatrixXd expected = on_grid(Eigen::seqN(0, 5, c.grid.size() / 5), Eigen::all);
    CHECK((f.at(some, t) - expected).cwiseAbs().maxCoeff() < 1e-7 * size);
    // At the samples: the residual, of which the loss is half the square.
    const MatrixXd residual = f.at(c.samples.x, t).colwise() - c.samples.y;
    CHECK((residual - f.residuals(t)).cwiseAbs().maxCoeff() < 1e-7 * size);
    for (Index k = 0; k < t.size(); ++k)
      CHECK(f.loss(t)[k] == Approx(0.5 * residual.col(k).squaredNorm()).margin(1e-12));
    // It starts where the network does and ends at the samples, far from there.
    CHECK((on_grid.col(0) - nn::outputs(start, c.grid.points)).cwiseAbs().maxCoeff() <
          1e-10 * size);
    CHECK(f.loss(t)[3] < 1e-10);
    CHECK(f.loss(t)[0] > 1e-3);
  });
}

namespace {

/// Figure 1 or 2 with three samples at one x, of different y, and two that are the same.
data::Samples repeated(const data::Samples& samples) {
  const Index n = samples.size();
  data::Samples out{MatrixXd(samples.dim(), n + 3), VectorXd(n + 3)};
  out.x << samples.x, samples.x.col(0), samples.x.col(2), samples.x.col(0);
  out.y << samples.y, samples.y[0] + 0.3, samples.y[2], samples.y[0] - 0.1;
  return out;
}

/// f − f_ini by the equations of all samples as they are, repeated rows and all: N × T, t finite.
MatrixXd change_of_all(const Theory& theory, const data::NetworkLaw& law,
                       const data::Samples& residual, const MatrixXd& points, const VectorXd& t,
                       const nn::Network& start) {
  const auto& [x, y] = residual;
  if (theory.lattice && theory.model != Model::complete) {
    const lfp::SpectralWeight weight = theory.model == Model::power
                                           ? lfp::power_weight(x.rows(), theory.exponent)
                                           : lfp::lfp2019(law, x.rows());
    const lfp::Problem problem =
        theory.model == Model::lfp2020
            ? lfp::make_problem(*theory.lattice, weight, lfp::divergence_weight(law, x.rows()),
                                residual)
            : lfp::make_problem(*theory.lattice, weight, residual);
    const lfp::Propagator propagator(problem);
    MatrixXd f(points.cols(), t.size());
    for (Index k = 0; k < t.size(); ++k)
      f.col(k) = lfp::values(problem.lattice, propagator.coefficients(t[k]), points);
    return f;
  }
  const lfp::MeshFree model = theory.model == Model::lfp2020 ? lfp::mesh_free_2020(law, x.rows())
                                                             : lfp::mesh_free_2019(law, x.rows());
  const auto kernel = [&](const MatrixXd& rows) -> MatrixXd {
    if (theory.model == Model::linearised) return nn::tangent_kernel(start, rows, x);
    if (theory.model == Model::complete) return lfp::complete_kernel(law, rows, x).k;
    return lfp::kernel_matrix(model, rows, x);
  };
  const bool free = theory.model == Model::lfp2019 || theory.model == Model::lfp2020;
  const auto polynomials = [&](const MatrixXd& at) {
    return lfp::polynomials(free ? model.order : 0, at);
  };
  const lfp::KernelFlow flow({.k = kernel(x), .polynomials = polynomials(x), .residual = y});
  return lfp::values(flow.weights(t), kernel(points), polynomials(points));
}

}  // namespace

TEST_CASE("samples at one x count as often as they stand, and f tends to their mean") {
  each_theory([](const tests::Case& c, const Theory& theory, const nn::Network& start) {
    const data::Samples samples = repeated(c.samples);
    const Prediction f = compare::predict(theory, c.law(), samples, c.grid, &start);
    const MatrixXd on_grid = f.at(c.grid, some_times());
    const double size = on_grid.cwiseAbs().maxCoeff();
    // Over time: as the equations of all of them say.
    data::Samples residual = samples;
    residual.y -= nn::outputs(start, samples.x);
    const VectorXd finite = some_times().head(3);
    const MatrixXd expected =
        change_of_all(theory, c.law(), residual, c.grid.points, finite, start).colwise() +
        nn::outputs(start, c.grid.points);
    CHECK((on_grid.leftCols(3) - expected).cwiseAbs().maxCoeff() < 1e-7 * size);
    // In the limit: the means, however many there are of each.
    const data::DistinctSamples once = data::distinct(samples);
    const Prediction of_means = compare::predict(theory, c.law(), once.samples, c.grid, &start);
    CHECK((on_grid.col(3) - of_means.at(c.grid, some_times()).col(3)).cwiseAbs().maxCoeff() <
          1e-7 * size);
    CHECK((f.limit(f.check(1.0)) - on_grid.col(3)).cwiseAbs().maxCoeff() < 1e-7 * size);
    CHECK(f.norm() == Approx(of_means.norm()).epsilon(1e-6));
    CHECK(f.rates().size() <= once.samples.size());
    // What is left is that of every sample, and of a second output likewise.
    const MatrixXd left = f.at(samples.x, some_times()).colwise() - samples.y;
    CHECK((f.residuals(some_times()) - left).cwiseAbs().maxCoeff() < 1e-7 * size);
    CHECK(f.loss(some_times())[3] == Approx(data::contradiction(samples)->loss).epsilon(1e-6));
    const MatrixXd twice = f.of(2.0 * residual.y).at(c.grid, some_times()).colwise() -
                           nn::outputs(start, c.grid.points);
    const MatrixXd once_more = on_grid.colwise() - nn::outputs(start, c.grid.points);
    CHECK((twice - 2.0 * once_more).cwiseAbs().maxCoeff() < 1e-7 * size);
  });
}

TEST_CASE("theory alone starts at 0 and trains no network") {
  const tests::Case c = narrow(tests::fig1a());
  for (const Theory& theory : theories(c)) {
    if (theory.model == Model::linearised) {
      CHECK_THROWS_AS(compare::predict(theory, c.law(), c.samples, c.grid), InputError);
      continue;
    }
    const Prediction f = compare::predict(theory, c.law(), c.samples, c.grid);
    CHECK(f.at(c.grid, VectorXd::Zero(1)).isZero(0.0));
    CHECK(f.loss(some_times())[0] == Approx(0.5 * c.samples.y.squaredNorm()));
    CHECK(f.loss(some_times())[3] < 1e-10);
  }
}

TEST_CASE("rates and norm say how fast and how far a prediction goes") {
  each_theory([](const tests::Case& c, const Theory& theory, const nn::Network& start) {
    const Prediction f = compare::predict(theory, c.law(), c.samples, c.grid, &start);
    const VectorXd rates = f.rates();
    REQUIRE(rates.size() >= 1);
    CHECK(rates[0] > 0.0);
    for (Index k = 1; k < rates.size(); ++k) CHECK(rates[k] >= rates[k - 1]);
    // d/dt (f(X, t) − y) = −K (f(X, t) − y): no part of the residual falls slower than the lowest
    // rate nor, once the polynomials have moved, faster than the highest.
    const double late = 0.1 / rates[rates.size() - 1];
    const VectorXd t = (VectorXd(2) << late, 2.0 * late).finished();
    const MatrixXd r = f.residuals(t);
    const double fallen = std::log(r.col(0).norm() / r.col(1).norm()) / late;
    CHECK(fallen >= rates[0] * (1.0 - 1e-6));
    CHECK(fallen <= rates[rates.size() - 1] * (1.0 + 1e-6));
    // The norm is that of a linear map of the residual, without y's unit.
    data::Samples doubled = c.samples;
    doubled.y = 2.0 * doubled.y - nn::outputs(start, c.samples.x);
    const Prediction twice = compare::predict(theory, c.law(), doubled, c.grid, &start);
    CHECK(f.norm() > 0.0);
    CHECK(twice.norm() == Approx(2.0 * f.norm()));
    // What is learnt costs the energy that the residual's flow loses: |h|² = r^T K^{-1} r at most
    // |r|²/λ_min, at least |r|²/λ_max where nothing is free.
    const double r0 = f.residuals(VectorXd::Zero(1)).norm();
    CHECK(f.norm() <= r0 / std::sqrt(rates[0]) * (1.0 + 1e-6));
    if (rates.size() == c.samples.size())
      CHECK(f.norm() >= r0 / std::sqrt(rates[rates.size() - 1]) * (1.0 - 1e-6));
  });
}

TEST_CASE("a prediction needs no grid to be asked at points") {
  each_theory([](const tests::Case& c, const Theory& theory, const nn::Network& start) {
    const data::Grid none{.points = MatrixXd(c.samples.dim(), 0), .axes = {}};
    const data::Grid list{.points = c.grid.points, .axes = {}};
    const Prediction without = compare::predict(theory, c.law(), c.samples, none, &start);
    const Prediction with = compare::predict(theory, c.law(), c.samples, list, &start);
    const MatrixXd f = with.at(list, some_times());
    CHECK((without.at(list.points, some_times()) - f).cwiseAbs().maxCoeff() <
          1e-9 * f.cwiseAbs().maxCoeff());
    CHECK(without.at(none, some_times()).rows() == 0);
    CHECK_THROWS_AS(without.check(1.0), InputError);
  });
}

TEST_CASE("a ridge decides between two values at one point") {
  const tests::Case c = narrow(tests::fig1a());
  data::Samples twice = c.samples;
  twice.x.conservativeResize(Eigen::NoChange, 6);
  twice.y.conservativeResize(6);
  twice.x.col(5) = twice.x.col(0);
  twice.y[5] = twice.y[0] + 1.0;
  const Prediction f =
      compare::predict({.model = Model::complete, .ridge = 1e-6}, c.law(), twice, c.grid);
  const VectorXd forever = VectorXd::Constant(1, kInfinity);
  CHECK(f.at(c.samples.x, forever)(0, 0) == Approx(twice.y[0] + 0.5).margin(1e-3));
}

TEST_CASE("a comparison is of what was predicted and of what was trained") {
  const tests::Case c = narrow(tests::fig1a());
  const Problem problem{.samples = c.samples,
                        .law = c.law(),
                        .training = {.stop = {.loss = 1e-3}, .snapshots = {.count = 6}},
                        .theory = {.model = Model::lfp2020, .lattice = c.lattice},
                        .grid = c.grid};
  const compare::Comparison whole = compare::solve(problem).comparison;
  const nn::Network start = nn::make_network(problem.law, 1, problem.start);
  const nn::Trajectory trained =
      compare::train(problem.training, start, problem.samples, problem.grid);
  const compare::Predictions predictions = compare::predict(problem, start);
  const compare::Comparison parts =
      compare::compare(predictions, trained, problem.samples, problem.grid);
  CHECK(whole.f_nn == parts.f_nn);
  REQUIRE(whole.models.size() == 4);
  CHECK(whole.prediction == 2);
  CHECK(whole.lfp().model == Model::lfp2020);
  for (std::size_t k = 0; k < whole.models.size(); ++k) {
    CHECK(whole.models[k].model == compare::rungs.at(k).lower);
    CHECK(whole.models[k].f == parts.models[k].f);
    CHECK(whole.models[k].f.col(0) == predictions.models[k].prediction.at(c.grid, whole.t).col(0));
  }
  CHECK(whole.loss_lfp == parts.loss_lfp);
}

TEST_CASE("what is asked of theory is refused by name where it cannot be") {
  const tests::Case c = narrow(tests::fig1a());
  const auto with = [&](auto change) {
    Theory theory{.lattice = c.lattice};
    data::NetworkLaw law = c.law();
    data::Samples samples = c.samples;
    data::Grid grid = c.grid;
    change(theory, law, samples, grid);
    (void)compare::predict(theory, law, samples, grid);
  };
  using Law = data::NetworkLaw;
  using Samples = data::Samples;
  using Grid = data::Grid;
  CHECK_NOTHROW(with([](Theory&, Law&, Samples&, Grid&) {}));
  CHECK_THROWS_WITH(with([](Theory& t, Law&, Samples&, Grid&) { t.ridge = -1.0; }),
                    "theory.ridge is -1, but must be a finite number >= 0");
  CHECK_THROWS_WITH(with([](Theory& t, Law&, Samples&, Grid&) { t.lattice->box = NAN; }),
                    "theory.lattice.box is nan, but must be a finite number above 0");
  CHECK_THROWS_WITH(with([](Theory& t, Law&, Samples&, Grid&) { t.lattice->dim = 2; }),
                    Catch::StartsWith("theory.lattice.dim is 2, but must be"));
  CHECK_THROWS_WITH(with([](Theory& t, Law&, Samples&, Grid&) {
                      t.model = Model::power;
                      t.lattice.reset();
                    }),
                    "theory.lattice is none, but must be given for a power law");
  CHECK_THROWS_WITH(
      with([](Theory& t, Law&, Samples&, Grid&) { t.moments = compare::Moments::weights; }),
      Catch::StartsWith("start is none, but must be a network"));
  CHECK_THROWS_WITH(with([](Theory&, Law& law, Samples&, Grid&) { law.width = 0; }),
                    "law.width is 0, but must be at least 1");
  CHECK_THROWS_WITH(with([](Theory&, Law& law, Samples&, Grid&) { law.b.scale = 0.0; }),
                    "law.b.scale is 0, but must be a finite number above 0");
  CHECK_THROWS_AS(with([](Theory&, Law&, Samples& samples, Grid&) { samples.y[2] = NAN; }),
                  InputError);
  CHECK_THROWS_WITH(with([](Theory&, Law&, Samples&, Grid& grid) {
                      grid.points.resize(3, 4);
                      grid.axes.clear();
                    }),
                    "grid.points is 3 × 4, but must be 1 × any number");
  const Prediction f = compare::predict({.lattice = c.lattice}, c.law(), c.samples, c.grid);
  CHECK_THROWS_WITH(f.at(MatrixXd(MatrixXd::Zero(2, 3)), some_times()),
                    "points is 2 × 3, but must be 1 × any number");
  CHECK_THROWS_WITH(f.at(c.grid, VectorXd::Constant(1, -1.0)),
                    "t is -1, but must be 0, above it, or infinite");
  CHECK_THROWS_AS(f.at(c.grid, VectorXd::Constant(1, NAN)), InputError);
}

TEST_CASE("prediction: on the line it is the kernel's, from a start that is not 0") {
  // 67 samples at each of 30 x are, in the mean, one that learns 67 times as fast, and a ridge.
  const Index n = 30, copies = 67;
  data::NetworkLaw law;
  law.width = 300;
  law.a = tests::uniform(0.5);
  law.w = tests::uniform(3.0);
  law.b = tests::uniform(4.0);
  const data::Samples few{tests::random_vector(n, 81).transpose(), tests::random_vector(n, 82)};
  const data::Samples many{few.x.replicate(1, copies), few.y.replicate(copies, 1)};
  const nn::Network start = nn::make_network(law, 1, nn::Draw{.seed = 5, .antisymmetric = false});
  const data::Grid grid = data::make_grid({{-1.2, 1.2, 41}});
  const VectorXd t{{0.0, 1e-4, 1e-2, 1.0, 100.0, kInfinity}};
  for (const double ridge : {0.0, 0.3}) {
    const Theory one{.model = Model::lfp2019, .ridge = ridge / copies};
    const Theory all{.model = Model::lfp2019, .ridge = ridge};
    REQUIRE(compare::solved_on_line(all, law, 1, many.size()));
    const Prediction dense = compare::predict(one, law, few, grid, &start);
    const Prediction line = compare::predict(all, law, many, grid, &start);
    CHECK(line.on_line());
    CHECK_FALSE(dense.on_line());
    CAPTURE(ridge);
    const MatrixXd expected = dense.at(grid, copies * t);
    CHECK((line.at(grid, t) - expected).cwiseAbs().maxCoeff() < 1e-8);
    CHECK((expected.col(3) - expected.col(0)).cwiseAbs().maxCoeff() > 0.1);
    const VectorXd loss = copies * dense.loss(copies * t);
    CHECK((line.loss(t) - loss).cwiseAbs().maxCoeff() < 1e-8 * loss[0]);
    CHECK(line.norm() == Approx(dense.norm()).epsilon(1e-7));

    const VectorXd other = tests::random_vector(n, 83);
    CHECK((line.of(other.replicate(copies, 1)).at(grid, t) - dense.of(other).at(grid, copies * t))
              .cwiseAbs()
              .maxCoeff() < 1e-8);
    const compare::SolverCheck check = line.check(1.0);
    CHECK(check.warnings.empty());
    CHECK((line.limit(check) - expected.col(t.size() - 1)).cwiseAbs().maxCoeff() < 1e-8);
    const VectorXd moved = line.sensitivity(grid, t, 2);
    CHECK(moved.maxCoeff() > 0.0);
    CHECK(moved.maxCoeff() < 1e-8);
  }
}
