#include "compare/compare.hpp"
#include "lfp/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "problems.hpp"
#include "recorded.hpp"
#include <catch2/catch.hpp>
#include <fmt/format.h>

// Small experiments whose numbers are recorded with their spread over seeds (docs/regression.md). A
// change in any solver, constant or convention moves some of them by more than chance does.

using namespace fprinciple;
using compare::Comparison;
using compare::Model;
using compare::Problem;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using std::numbers::pi;

namespace {

using Numbers = std::vector<std::pair<std::string, double>>;

/// Both sides of a case at a few times, by gradient flow to the last of them.
Problem experiment_of(const tests::Case& c, Index width, std::uint64_t seed,
                      std::vector<double> times) {
  Problem e;
  e.samples = c.samples;
  e.law.width = width;
  e.law.a = c.a;
  e.law.w = c.w;
  e.law.b = c.b;
  std::get<nn::Draw>(e.start).seed = seed;
  e.training.stop.time = times.back();
  e.training.snapshots.times = std::move(times);
  e.training.tolerance = 1e-6;
  e.theory.lattice = c.lattice;
  e.theory.lattice->modes = c.samples.dim() == 1 ? 300 : 20;
  e.grid = c.samples.dim() == 1 ? data::make_grid({{-0.8, 0.1, 60}})
                                : data::make_grid({{-1.0, 1.0, 9}, {-1.0, 1.0, 9}});
  return e;
}

double rms(const VectorXd& f) { return f.norm() / std::sqrt(static_cast<double>(f.size())); }

/// Of a model; empty where it is not there.
MatrixXd f_of(const Comparison& out, Model model) {
  const auto* values = out.find(model);
  return values ? values->f : MatrixXd();
}

/// The network against each model of the ladder, two pairs of models, and the losses, which a slow
/// clock lifts, at every time but t = 0.
Numbers distances(const Comparison& out) {
  Numbers numbers;
  for (Index k = 1; k < out.t.size(); ++k) {
    const auto add = [&](const char* name, double value) {
      numbers.emplace_back(fmt::format("{} at time {}", name, k), value);
    };
    const auto apart = [&](const char* name, const MatrixXd& f, const MatrixXd& g) {
      if (f.size() > 0 && g.size() > 0) add(name, rms(f.col(k) - g.col(k)));
    };
    add("learnt", rms(out.f_nn.col(k) - out.f_nn.col(0)));
    add("log loss, network/prediction", std::log(out.loss_nn[k] / out.loss_lfp[k]));
    apart("network - linearised", out.f_nn, f_of(out, Model::linearised));
    apart("network - complete", out.f_nn, f_of(out, Model::complete));
    apart("network - LFP-2020", out.f_nn, f_of(out, Model::lfp2020));
    apart("network - LFP-2019", out.f_nn, f_of(out, Model::lfp2019));
    apart("complete - LFP-2020", f_of(out, Model::complete), f_of(out, Model::lfp2020));
    apart("LFP-2020 - LFP-2019", f_of(out, Model::lfp2020), f_of(out, Model::lfp2019));
  }
  return numbers;
}

Numbers figure_1a(std::uint64_t seed) {
  return distances(
      compare::solve(experiment_of(tests::fig1a(), 2000, seed, {0.01, 0.3})).comparison);
}
Numbers figure_1b(std::uint64_t seed) {
  return distances(
      compare::solve(experiment_of(tests::fig1b(), 8000, seed, {0.003, 0.1})).comparison);
}
Numbers figure_2(std::uint64_t seed) {
  return distances(
      compare::solve(experiment_of(tests::fig2(), 2000, seed, {0.0005, 0.02})).comparison);
}

/// Figure 1 by tanh.
Numbers figure_tanh(std::uint64_t seed) {
  tests::Case c = tests::fig1a();
  c.w = tests::uniform(1.5);
  c.a = tests::uniform(4.0);
  Problem e = experiment_of(c, 1000, seed, {0.01, 0.3});
  e.law.activation = data::Activation::tanh;
  return distances(compare::solve(e).comparison);
}

/// Ten points in the plane with wide output weights, mesh-free: the divergence term is large.
tests::Case plane() {
  tests::Case c = tests::fig2();
  c.name = "plane";
  c.samples = {tests::random_matrix(2, 10, 71), tests::random_vector(10, 72)};
  c.a = tests::normal(0.5);
  c.w = tests::normal(0.5);
  c.b = tests::uniform(3.0);
  return c;
}
Numbers divergence(std::uint64_t seed) {
  Problem e = experiment_of(plane(), 2000, seed, {0.003, 0.1});
  e.theory.model = Model::lfp2020;
  e.theory.lattice.reset();
  return distances(compare::solve(e).comparison);
}

/// One group of parameters alone, against complete LFP.
Numbers groups(std::uint64_t seed) {
  Numbers numbers;
  for (const tests::Case& c : {tests::fig1a(), plane()})
    for (const std::string group : {"a", "w", "b"}) {
      Problem e = experiment_of(c, 2000, seed, {group == "a" ? 0.03 : 3.0});
      e.law.train.a = group == "a";
      e.law.train.w = group == "w";
      e.law.train.b = group == "b";
      e.theory.model = Model::complete;
      if (c.samples.dim() == 2) e.theory.lattice.reset();
      for (const auto& [name, value] : distances(compare::solve(e).comparison))
        numbers.emplace_back(fmt::format("{}, {} alone: {}", c.name, group, name), value);
    }
  return numbers;
}

/// The trained network tends to complete LFP as m^(−1/2).
Numbers width(std::uint64_t seed) {
  constexpr std::uint64_t kEach = 4;
  const auto error = [&](Index m) {
    double square = 0.0;
    for (std::uint64_t k = 0; k < kEach; ++k) {
      const Comparison out =
          compare::solve(experiment_of(tests::fig1a(), m, kEach * seed + k, {0.3})).comparison;
      square += (out.f_nn - f_of(out, Model::complete)).rightCols(1).squaredNorm();
    }
    return std::sqrt(square);
  };
  const double narrow = error(500);
  const double wide = error(8000);
  return {{"exponent", std::log(wide / narrow) / std::log(16.0)}};
}

/// A law under which b is flat over w·x for |x| ≤ 1, and samples of a function there.
template <class F>
Problem on_interval(Index n, Index m, std::uint64_t seed, std::vector<double> times,
                    const F& function) {
  tests::Case c = tests::fig1a();
  c.name = "interval";
  c.samples.x = Eigen::RowVectorXd::LinSpaced(n, -1.0, 1.0);
  c.samples.y = c.samples.x.row(0).transpose().unaryExpr(function);
  Problem e = experiment_of(c, m, seed, std::move(times));
  e.theory.lattice->box = 8.0;
  e.grid = data::make_grid({{-1.0, 1.0 - 2.0 / 80.0, 80}});  // whole periods
  return e;
}

/// Low frequencies first, on both sides.
Numbers spectra(std::uint64_t seed) {
  const Comparison out =
      compare::solve(on_interval(40, 4000, seed, {0.001, 0.01, 0.1}, [](double x) {
        return std::sin(2.0 * pi * x) + 0.5 * std::sin(2.0 * pi * 3.0 * x);
      })).comparison;
  Numbers numbers;
  for (Index j = 0; j < out.frequency.size(); ++j)
    if (const double xi = out.frequency[j]; xi == 1.0 || xi == 3.0)
      for (Index k = 1; k < out.t.size(); ++k) {
        const auto add = [&](const char* name, const MatrixXd& of) {
          numbers.emplace_back(fmt::format("{} at {} cycles, time {}", name, xi, k), of(j, k));
        };
        add("network", out.spectrum_nn);
        add("LFP-2019", out.spectrum_lfp);
        add("network, share left", out.spectrum_error_nn);
        add("LFP-2019, share left", out.spectrum_error_lfp);
      }
  return numbers;
}

/// Noisy samples of a sine, descended to a loss.
Numbers early_stopping(std::uint64_t seed) {
  Problem e =
      on_interval(20, 1000, seed, {0.001}, [](double x) { return std::sin(2.0 * pi * 0.75 * x); });
  e.target = data::sine(VectorXd::Constant(1, 0.75));
  e.samples.y += 0.2 * tests::random_vector(20, 73);
  e.training.method = nn::Method::gd;
  e.training.descent.step = 2e-5;
  e.training.stop.time.reset();
  e.training.snapshots.times.clear();
  e.training.stop.loss = 0.3;
  const Comparison out = compare::solve(e).comparison;
  const Index last = out.t.size() - 1;
  return {{"log time", std::log(out.t[last])},
          {"loss, network", out.loss_nn[last]},
          {"loss, LFP-2019", out.loss_lfp[last]},
          {"test loss, network", (*out.test_loss_nn)[last]},
          {"test loss, LFP-2019", (*out.test_loss_lfp)[last]}};
}

/// Without antisymmetry: f − f_ini is what theory predicts.
Numbers initial_output(std::uint64_t seed) {
  Problem e = experiment_of(tests::fig1a(), 2000, seed, {0.01, 0.3});
  std::get<nn::Draw>(e.start).antisymmetric = false;
  e.law.a = tests::uniform(0.005);  // f_ini of the order of y
  return distances(compare::solve(e).comparison);
}

/// Other ways down against the flow, at the same t. Adam has no such t.
Numbers methods(std::uint64_t seed) {
  using nn::Method;
  Numbers numbers;
  const auto by = [&](Method method, bool single) {
    Problem e = on_interval(20, 400, seed, {0.02}, [](double x) { return std::sin(3.0 * x); });
    e.ladder = false;
    e.training.method = method;
    e.training.descent.step = 2e-5;
    e.training.descent.batch = 7;
    if (single) e.training.descent.precision = nn::Descent::Precision::single_precision;
    if (method == Method::adam) e.training.descent.step = 1e-4;
    return compare::solve(e).comparison;
  };
  const Comparison flow = by(Method::flow, false);
  const auto add = [&](const std::string& name, const Comparison& out) {
    numbers.emplace_back(name + " - flow", rms((out.f_nn - flow.f_nn).col(1)));
    numbers.emplace_back(name + ", log loss", std::log(out.loss_nn[1] / flow.loss_nn[1]));
  };
  add("gd", by(Method::gd, false));
  add("gd in single precision", by(Method::gd, true));
  add("momentum", by(Method::momentum, false));
  add("sgd", by(Method::sgd, false));
  add("adam", by(Method::adam, false));
  return numbers;
}

/// The bounds of LFP-2019 on the unit torus, and what they are bounds of; the network, whose world
/// is no torus, relative to the sharpest one.
Numbers bounds(std::uint64_t seed) {
  Problem e = experiment_of(tests::fig1a(), 2000, seed, {1.0});
  constexpr Index n = 16;
  e.samples.x = (0.5 * (tests::random_matrix(1, n, 74).array() + 1.0)).matrix();
  e.samples.y = (2.0 * pi * e.samples.x.row(0).transpose().array()).sin();
  e.theory.lattice = lfp::Lattice{1, 1.0, 200, 0.1};
  e.grid = data::make_grid({{0.0, 1.0 - 1.0 / 100.0, 100}});
  const Comparison out = compare::solve(e).comparison;
  const VectorXd target = (2.0 * pi * e.grid.points.row(0).transpose().array()).sin();
  const lfp::Problem problem =
      lfp::make_problem(*e.theory.lattice, lfp::lfp2019(e.law, 1), e.samples);
  const lfp::Bounds b =
      lfp::bounds(problem, lfp::wave_coefficients(*e.theory.lattice, {{VectorXd::Ones(1)}}),
                  e.grid.points, 0.05);
  const double of_lfp = rms(out.lfp().limit - target);
  CHECK(of_lfp <= b.radius);
  CHECK(b.radius <= b.sharper);
  CHECK(b.sharper <= b.published);
  return {{"FP-norm", b.fp_norm},
          {"gamma norm", b.gamma_norm},
          {"rho", b.rho},
          {"published", b.published},
          {"sharper", b.sharper},
          {"power function", b.rho * b.power_function.mean()},
          {"radius", b.radius},
          {"LFP-2019/radius", of_lfp / b.radius},
          {"network/radius", rms(out.f_nn.col(1) - target) / b.radius}};
}

struct Measurement {
  const char* name;
  Numbers (*numbers)(std::uint64_t seed);
};
constexpr Measurement kMeasurements[] = {
    {"figure 1a", figure_1a},
    {"figure 1b", figure_1b},
    {"figure 1, tanh", figure_tanh},
    {"figure 2", figure_2},
    {"divergence term", divergence},
    {"parameter groups", groups},
    {"width", width},
    {"spectra", spectra},
    {"early stopping", early_stopping},
    {"initial output", initial_output},
    {"methods", methods},
    {"bounds", bounds},
};

/// Every number of the experiment for seeds that were not recorded, against what was.
void check(const std::string& experiment) {
  std::vector<tests::Recorded> rows = tests::recorded();
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const auto& row) { return row.experiment != experiment; }),
             rows.end());
  for (const Measurement& measurement : kMeasurements) {
    if (measurement.name != experiment) continue;
    for (std::uint64_t seed = tests::kSeeds + 1; seed <= tests::kSeeds + 3; ++seed) {
      const Numbers numbers = measurement.numbers(seed);
      REQUIRE(numbers.size() == rows.size());
      double learnt = 0.0;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const auto& [name, value] = numbers[k];
        REQUIRE(name == rows[k].number);
        const double tolerance = rows[k].tolerance();
        INFO(fmt::format("{}, seed {}: {:.6g}, recorded {:.6g} +- {:.3g}", name, seed, value,
                         rows[k].mean, tolerance));
        CHECK(std::abs(value - rows[k].mean) <= tolerance);
        // A network at rest is outside: it would be as far from the prediction as this one went.
        if (name.find("learnt") != std::string::npos) learnt = value;
        if (name.find("network - complete") != std::string::npos)
          CHECK(learnt > rows[k].mean + tolerance);
      }
    }
    return;
  }
  FAIL("no such experiment");
}

}  // namespace

TEST_CASE("regression: figure 1a", "[theory_vs_practice]") { check("figure 1a"); }
TEST_CASE("regression: figure 1b", "[theory_vs_practice]") { check("figure 1b"); }
TEST_CASE("regression: figure 1, tanh", "[theory_vs_practice]") { check("figure 1, tanh"); }
TEST_CASE("regression: figure 2", "[theory_vs_practice]") { check("figure 2"); }
TEST_CASE("regression: divergence term", "[theory_vs_practice]") { check("divergence term"); }
TEST_CASE("regression: parameter groups", "[theory_vs_practice]") { check("parameter groups"); }
TEST_CASE("regression: width", "[theory_vs_practice]") { check("width"); }
TEST_CASE("regression: spectra", "[theory_vs_practice]") { check("spectra"); }
TEST_CASE("regression: early stopping", "[theory_vs_practice]") { check("early stopping"); }
TEST_CASE("regression: initial output", "[theory_vs_practice]") { check("initial output"); }
TEST_CASE("regression: methods", "[theory_vs_practice]") { check("methods"); }
TEST_CASE("regression: bounds", "[theory_vs_practice]") { check("bounds"); }

// Not a test: prints recorded.inc anew.
TEST_CASE("measure recorded.inc", "[.measure]") {
  for (const Measurement& measurement : kMeasurements) {
    std::vector<Numbers> all;
    for (std::uint64_t seed = 1; seed <= tests::kSeeds; ++seed)
      all.push_back(measurement.numbers(seed));
    for (std::size_t k = 0; k < all[0].size(); ++k) {
      VectorXd values(static_cast<Index>(tests::kSeeds));
      for (Index seed = 0; seed < values.size(); ++seed)
        values[seed] = all[static_cast<std::size_t>(seed)][k].second;
      const double deviation = (values.array() - values.mean()).matrix().norm() /
                               std::sqrt(static_cast<double>(values.size() - 1));
      fmt::print("{{\"{}\", \"{}\", {:.9g}, {:.3g}}},\n", measurement.name, all[0][k].first,
                 values.mean(), deviation);
    }
  }
}
