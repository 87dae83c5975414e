#include "compare/uncertainty.hpp"

#include "compare/box_error.hpp"
#include "compare/compare.hpp"
#include "lfp/mesh_free.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "problems.hpp"
#include <Eigen/LU>
#include <catch2/catch.hpp>

using namespace fprinciple;
using compare::Model;
using compare::Prediction;
using compare::Theory;
using compare::Uncertainty;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const VectorXd kNoTimes;

using Long = long double;
using LongMatrix = Eigen::Matrix<Long, Eigen::Dynamic, Eigen::Dynamic>;
using LongVector = Eigen::Matrix<Long, Eigen::Dynamic, 1>;

/// The limit of mesh-free LFP-2019 in d = 1, whose kernels are |Δ|³ and −|Δ| with any weights, by
/// the saddle system in long double.
LongVector limit_in_long_double(const lfp::MeshFree& model, const data::Samples& samples,
                                const MatrixXd& points) {
  const double cubic = model.kernels.a(1.0);
  const double linear = model.kernels.b(1.0);
  const auto kernel = [&](double x, double z) -> Long {
    const Long distance = std::abs(static_cast<Long>(x) - static_cast<Long>(z));
    return cubic * distance * distance * distance + linear * distance;
  };
  const Index n = samples.size();
  const Index q = model.order;
  LongMatrix saddle = LongMatrix::Zero(n + q, n + q);
  LongVector right = LongVector::Zero(n + q);
  right.head(n) = samples.y.cast<Long>();
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) saddle(i, j) = kernel(samples.x(0, i), samples.x(0, j));
    for (Index p = 0; p < q; ++p)
      saddle(i, n + p) = saddle(n + p, i) = p == 0 ? Long{1} : static_cast<Long>(samples.x(0, i));
  }
  const LongVector solution = saddle.fullPivLu().solve(right);
  LongVector f(points.cols());
  for (Index g = 0; g < points.cols(); ++g) {
    f[g] = q > 0 ? solution[n] : Long{0};
    if (q > 1) f[g] += solution[n + 1] * static_cast<Long>(points(0, g));
    for (Index j = 0; j < n; ++j) f[g] += kernel(points(0, g), samples.x(0, j)) * solution[j];
  }
  return f;
}

Prediction mesh_free(const data::Samples& samples, const data::Grid& grid) {
  return compare::predict({.model = Model::lfp2019}, tests::fig1a().law(), samples, grid);
}

}  // namespace

TEST_CASE("the uncertainty of a limit covers its error", "[uncertainty]") {
  const data::Grid grid = data::make_grid({{-1.0, 1.0, 64}});
  const lfp::MeshFree model = lfp::mesh_free_2019(tests::fig1a().law(), 1);
  int covered = 0;
  int cases = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    data::Samples samples{tests::random_matrix(1, 12, seed), tests::random_vector(12, 1000 + seed)};
    // Two samples that are hard to tell apart, in every other case.
    if (seed % 2 == 0)
      samples.x(0, 1) = samples.x(0, 0) + std::pow(10.0, -static_cast<double>(seed % 10) - 1.0);
    const Prediction prediction = mesh_free(samples, grid);
    const Uncertainty known = compare::uncertainty(prediction, grid, kNoTimes, 1.0);
    const VectorXd f = prediction.at(grid, VectorXd::Constant(1, kInfinity));
    const LongVector exact = limit_in_long_double(model, samples, grid.points);
    const auto error = static_cast<double>((f.cast<Long>() - exact).cwiseAbs().maxCoeff());
    INFO("seed " << seed << ": error " << error << ", said to be " << known.limit);
    ++cases;
    covered += error <= known.limit ? 1 : 0;
    CHECK(error <= 10.0 * known.limit);         // never far out
    CHECK(known.limit <= 1e4 * error + 1e-11);  // and no empty warning
  }
  CHECK(covered >= cases - 1);
}

TEST_CASE("a limit that is lost in rounding is told, and one of fewer directions stands beside it",
          "[uncertainty]") {
  const data::Grid grid = data::make_grid({{-1.0, 1.0, 64}});
  data::Samples samples = tests::figure_1_samples();
  const Uncertainty fine = compare::uncertainty(mesh_free(samples, grid), grid, kNoTimes, 0.25);
  CHECK(fine.limit < 1e-11);
  CHECK_FALSE(fine.truncated);
  CHECK(fine.warning.empty());

  samples.x(0, 1) = samples.x(0, 0) + 1e-12;  // y differs by 0.5
  const Uncertainty lost = compare::uncertainty(mesh_free(samples, grid), grid, kNoTimes, 0.25);
  CHECK(lost.limit > 1e-5);
  CHECK(lost.warning.find("known to") != std::string::npos);
  REQUIRE(lost.truncated);
  // What is left is the answer to both samples at their mean, which each misses by half of 0.5.
  CHECK(lost.truncated->misses == Approx(0.25).epsilon(1e-3));
  CHECK(lost.truncated->threshold == Approx(1.5e-8));
  CHECK(lost.truncated->rank == 2);  // beside the two polynomials
}

TEST_CASE("the uncertainty at a time is that of the time", "[uncertainty]") {
  const data::Grid grid = data::make_grid({{-1.0, 1.0, 64}});
  data::Samples samples = tests::figure_1_samples();
  samples.x(0, 1) = samples.x(0, 0) + 1e-12;
  const Prediction prediction = mesh_free(samples, grid);
  const VectorXd t = (VectorXd(3) << 0.0, 1e-6, 1e-3).finished();
  const Uncertainty known = compare::uncertainty(prediction, grid, t, 0.25);
  REQUIRE(known.at_times.size() == 3);
  CHECK(known.at_times[0] == 0.0);
  CHECK(known.at_times[2] < 1e-9);  // the two samples still move together
  CHECK(known.limit > 1e3 * known.at_times[2]);
}

TEST_CASE("a kernel's own error is carried through", "[uncertainty]") {
  const data::Grid grid = data::make_grid({{-1.0, 1.0, 64}});
  Prediction prediction = compare::predict({.model = Model::complete}, tests::fig1a().law(),
                                           tests::figure_1_samples(), grid);
  prediction.details.kernel_error = 1e-9;
  const double first = compare::uncertainty(prediction, grid, kNoTimes, 1.0).limit;
  prediction.details.kernel_error = 1e-8;
  const double second = compare::uncertainty(prediction, grid, kNoTimes, 1.0).limit;
  CHECK(first > 1e-9);
  CHECK(second == Approx(10.0 * first).epsilon(0.01));
}

TEST_CASE("on a lattice, what the box alone makes of a prediction", "[uncertainty]") {
  const tests::Case c = tests::fig1a();
  compare::Problem problem{.samples = c.samples,
                           .law = c.law(),
                           .theory = {.model = Model::lfp2019, .lattice = c.lattice},
                           .grid = data::make_grid({{-0.8, 0.1, 100}})};
  problem.law.width = 100;
  const nn::Network start = nn::make_network(problem.law, 1, nn::Draw{});
  compare::Comparison comparison{.samples = problem.samples, .grid = problem.grid};
  comparison.t = (VectorXd(2) << 0.0, 1e-2).finished();
  const auto difference_to_free = [&] {
    const Prediction lattice =
        compare::predict(problem.theory, problem.law, problem.samples, problem.grid, &start);
    const VectorXd limit = VectorXd::Constant(1, kInfinity);
    comparison.models = {{.model = Model::lfp2019,
                          .f = lattice.at(problem.grid, comparison.t),
                          .limit = lattice.at(problem.grid, limit)}};
    return compare::box_error(problem, start, comparison).value();
  };
  const double small = difference_to_free();
  problem.theory.lattice->box *= 4.0;
  problem.theory.lattice->modes *= 4;
  const double large = difference_to_free();
  CHECK(small > 1e-3);
  CHECK(large < 0.8 * small);
  // By hand, in the limit alone, of which the largest over the times cannot be less.
  const Theory free{.model = Model::lfp2019};
  const VectorXd limit = compare::predict(free, problem.law, problem.samples, problem.grid, &start)
                             .at(problem.grid, VectorXd::Constant(1, kInfinity));
  const double in_limit = (limit - comparison.models[0].limit).norm() / 10.0;
  CHECK(large >= in_limit * (1.0 - 1e-9));
  CHECK(large <= 10.0 * in_limit);

  problem.theory.moments = compare::Moments::weights;
  CHECK_FALSE(compare::box_error(problem, start, comparison));
}
