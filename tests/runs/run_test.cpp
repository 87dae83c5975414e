#include "runs/run.hpp"

#include "runs/result_file.hpp"

#include <cmath>
#include <string>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <omp.h>
#include <unistd.h>

using namespace fprinciple;
using compare::Comparison;
using Eigen::VectorXd;
using runs::Run;

namespace {

runs::Experiment experiment_of(const tests::Case& c, Eigen::Index width) {
  runs::Experiment e;
  e.name = c.name;
  e.title = c.name;
  e.text = "title = \"" + c.name + "\"\n";
  e.problem.samples = c.samples;
  e.problem.law.width = width;
  e.problem.law.a = c.a;
  e.problem.law.w = c.w;
  e.problem.law.b = c.b;
  e.problem.training.stop.loss = 1e-8;
  e.problem.training.snapshots.count = 12;
  e.problem.theory.lattice = c.lattice;
  e.problem.grid = c.grid;
  return e;
}

void check_same_arrays(const Comparison& p, const Comparison& q) {
  CHECK(p.samples.x == q.samples.x);
  CHECK(p.samples.y == q.samples.y);
  CHECK(p.grid.points == q.grid.points);
  CHECK(p.t == q.t);
  CHECK(p.f_nn == q.f_nn);
  CHECK(p.loss_nn == q.loss_nn);
  CHECK(p.loss_lfp == q.loss_lfp);
  CHECK(p.rmse == q.rmse);
  CHECK(p.kernel_drift == q.kernel_drift);
  CHECK(p.parameter_distance == q.parameter_distance);
  CHECK(p.switched == q.switched);
  CHECK(p.prediction == q.prediction);
  REQUIRE(p.models.size() == q.models.size());
  for (std::size_t k = 0; k < p.models.size(); ++k) {
    CHECK(p.models[k].model == q.models[k].model);
    CHECK(p.models[k].f == q.models[k].f);
    CHECK(p.models[k].limit == q.models[k].limit);
  }
  CHECK(p.target == q.target);
  CHECK(p.test_loss_nn == q.test_loss_nn);
  CHECK(p.test_loss_lfp == q.test_loss_lfp);
  CHECK(p.cubic_spline == q.cubic_spline);
  CHECK(p.piecewise_linear == q.piecewise_linear);
  CHECK(p.frequency == q.frequency);
  CHECK(p.spectrum_nn == q.spectrum_nn);
  CHECK(p.spectrum_lfp == q.spectrum_lfp);
  CHECK(p.spectrum_error_nn == q.spectrum_error_nn);
  CHECK(p.spectrum_error_lfp == q.spectrum_error_lfp);
}

}  // namespace

TEST_CASE("results read back as they were written") {
  for (const tests::Case& c : {tests::fig1a(), tests::fig2()}) {
    runs::Experiment e = experiment_of(c, 400);
    if (c.samples.dim() == 1) e.problem.target = data::sine(VectorXd::Constant(1, 2.0));
    Run written = runs::run(e);
    written.comparison.kernel_drift = VectorXd::LinSpaced(written.comparison.t.size(), 0.0, 0.3);
    written.comparison.parameter_distance = 2.0 * written.comparison.kernel_drift;
    written.comparison.switched.resize(0);  // what was not measured is not there
    const auto folder =
        std::filesystem::temp_directory_path() / ("fprinciple_result_" + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    runs::write_run(written, folder);
    const Run read = runs::read_run(folder);
    std::filesystem::remove_all(folder);
    check_same_arrays(written.comparison, read.comparison);
    CHECK(read.name == written.name);
    CHECK(read.experiment_text == written.experiment_text);
    CHECK(read.summary == written.summary);
    REQUIRE(read.comparison.grid.axes.size() == written.comparison.grid.axes.size());
    CHECK(read.comparison.grid.axes[0].count == written.comparison.grid.axes[0].count);
    CHECK(read.comparison.grid.axes[0].hi == written.comparison.grid.axes[0].hi);
  }
}

TEST_CASE("one thread or two: the same bits") {
  const int before = omp_get_max_threads();
  for (const tests::Case& c : {tests::fig1a(), tests::fig2()}) {
    omp_set_num_threads(1);
    const Run one = runs::run(experiment_of(c, 2000));
    omp_set_num_threads(2);
    check_same_arrays(one.comparison, runs::run(experiment_of(c, 2000)).comparison);
  }
  omp_set_num_threads(before);
}

TEST_CASE("the summary says what the arrays say") {
  const Run out = runs::run(experiment_of(tests::fig1a(), 1000));
  const auto& s = out.summary;
  const Eigen::Index last = out.comparison.t.size() - 1;
  const VectorXd difference = out.comparison.f_nn.col(last) - out.comparison.lfp().f.col(last);
  CHECK(s["error"]["rmse"].get<double>() == Approx(std::sqrt(difference.array().square().mean())));
  CHECK(s["error"]["max"].get<double>() == difference.cwiseAbs().maxCoeff());
  CHECK(s["error"]["relative_l2"].get<double>() ==
        Approx(difference.norm() / out.comparison.lfp().f.col(last).norm()));
  CHECK(s["train"]["loss"].get<double>() <= 1e-8);
  CHECK(s["train"]["time"].get<double>() == out.comparison.t[last]);
  CHECK(s["solvers"]["ode"]["max_difference"].get<double>() < 1e-6);
  CHECK(s["solvers"]["ceres"]["max_difference"].get<double>() < 1e-8);
  CHECK(s["solvers"]["propagator"]["max_difference"].get<double>() < 1e-8);
  CHECK(s["solvers"]["dual"]["max_difference"].get<double>() == 0.0);
  CHECK(s["solvers"]["constraint_residual"].get<double>() < 1e-10);
  CHECK(s["lfp"]["c1"].get<double>() > 0.0);
}

TEST_CASE("the summary says how the network was trained, and Adam that it has no time") {
  runs::Experiment e = experiment_of(tests::fig1a(), 400);
  e.problem.training.stop.loss.reset();
  e.problem.training.stop.steps = 5;
  e.problem.training.descent.step = 1e-6;
  e.problem.training.descent.batch = 2;
  e.problem.ladder = false;
  using Descent = nn::Descent;
  const auto run = [&](nn::Method method, Descent::Precision precision) {
    e.problem.training.method = method;
    e.problem.training.descent.precision = precision;
    return runs::run(e).summary;
  };
  const auto says_adam = [](const nlohmann::json& summary) {
    return summary["warnings"].dump().find("with Adam t is the step times") != std::string::npos;
  };
  const auto momentum = run(nn::Method::momentum, Descent::Precision::single_precision);
  CHECK(momentum["train"]["method"] == "momentum");
  CHECK(momentum["train"]["momentum"] == 0.9);
  CHECK(momentum["train"]["precision"] == "single");
  CHECK_FALSE(momentum["train"].contains("batch"));
  CHECK_FALSE(says_adam(momentum));
  const auto sgd = run(nn::Method::sgd, Descent::Precision::double_precision);
  CHECK(sgd["train"]["batch"] == 2);
  CHECK(sgd["train"]["precision"] == "double");
  CHECK_FALSE(sgd["train"].contains("momentum"));
  CHECK(says_adam(run(nn::Method::adam, Descent::Precision::double_precision)));
}

TEST_CASE("the summary has the measures along the way where the training has them") {
  const Run out = runs::run(experiment_of(tests::fig1a(), 400));
  const auto agrees = [&](const char* name, const VectorXd& values) {
    const auto& train = out.summary["train"];
    if (values.size() == 0) return !train.contains(name);
    return values.size() == out.comparison.t.size() && train[name] == values.tail(1)[0];
  };
  CHECK(agrees("kernel_drift", out.comparison.kernel_drift));
  CHECK(agrees("parameter_distance", out.comparison.parameter_distance));
  CHECK(agrees("switched", out.comparison.switched));
}

TEST_CASE("without antisymmetry LFP predicts from the network's own start") {
  runs::Experiment e = experiment_of(tests::fig1a(), 4000);
  std::get<nn::Draw>(e.problem.start).antisymmetric = false;
  e.problem.law.a = tests::uniform(0.02);  // f_ini of the order of y, not far above it
  const Run out = runs::run(e);
  const Eigen::Index last = out.comparison.t.size() - 1;
  CHECK(out.comparison.f_nn.col(0).cwiseAbs().maxCoeff() > 0.3);
  CHECK((out.comparison.lfp().f.col(0) - out.comparison.f_nn.col(0)).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(out.comparison.loss_lfp[0] == Approx(out.comparison.loss_nn[0]));
  CHECK(out.comparison.loss_lfp[last] < 1e-6);
  const double moved = (out.comparison.f_nn.col(last) - out.comparison.f_nn.col(0)).norm();
  CHECK((out.comparison.f_nn.col(last) - out.comparison.lfp().f.col(last)).norm() < 0.1 * moved);
}

TEST_CASE("large sample sets skip the iterative cross-checks and say so") {
  runs::Experiment e = experiment_of(tests::fig1b(), 500);
  e.problem.samples.x = Eigen::RowVectorXd::LinSpaced(90, -0.8, 0.1);
  e.problem.samples.y = (3.0 * e.problem.samples.x.row(0).array()).sin();
  e.problem.training.method = nn::Method::gd;
  e.problem.training.descent.step = 1e-6;
  e.problem.training.stop.steps = 5;
  const Run out = runs::run(e);
  CHECK(out.summary["solvers"]["ode"].contains("skipped"));
  CHECK(out.summary["solvers"]["ceres"].contains("skipped"));
  CHECK(out.summary["solvers"]["propagator"]["max_difference"].get<double>() < 1e-8);
}

TEST_CASE("a grid given as a list of points has no spectrum but all the rest") {
  runs::Experiment e = experiment_of(tests::fig2(), 500);
  e.problem.grid = {0.9 * tests::random_matrix(2, 25, 2), {}};
  const Run out = runs::run(e);
  CHECK(out.comparison.frequency.size() == 0);
  CHECK(out.comparison.lfp().f.rows() == 25);
}

TEST_CASE("ladder: every rung is the difference of two curves of the result") {
  runs::Experiment e = experiment_of(tests::fig1a(), 400);
  for (const compare::Model model : {compare::Model::lfp2019, compare::Model::complete}) {
    e.problem.theory.model = model;
    const Run c = runs::run(e);
    const Eigen::Index last = c.comparison.t.size() - 1;
    const auto rmse = [&](const Eigen::MatrixXd& f, const Eigen::MatrixXd& g) {
      return ((f - g).col(last)).norm() / std::sqrt(static_cast<double>(c.comparison.grid.size()));
    };
    const auto& ladder = c.summary["ladder"];
    CHECK(ladder["nonlinearity"]["rmse"] ==
          Approx(rmse(c.comparison.f_nn, c.comparison.find(compare::Model::linearised)->f)));
    CHECK(ladder["finite_width"]["rmse"] ==
          Approx(rmse(c.comparison.find(compare::Model::linearised)->f,
                      c.comparison.find(compare::Model::complete)->f)));
    CHECK(ladder["zero_frequency"]["rmse"] ==
          Approx(rmse(c.comparison.find(compare::Model::complete)->f,
                      c.comparison.find(compare::Model::lfp2020)->f)));
    CHECK(ladder["divergence"]["rmse"] ==
          Approx(rmse(c.comparison.find(compare::Model::lfp2020)->f,
                      c.comparison.find(compare::Model::lfp2019)->f)));
    CHECK(c.comparison.lfp().f == (model == compare::Model::complete
                                       ? c.comparison.find(compare::Model::complete)->f
                                       : c.comparison.find(compare::Model::lfp2019)->f));
    // B ≥ |w x| here, so complete LFP has Fourier sums too: apart by extent/box.
    if (model == compare::Model::complete) CHECK(c.summary["lfp"]["lattice_difference"] < 0.02);
    // Far less than what is learnt: a network that had not moved would fail.
    CHECK(rmse(c.comparison.f_nn, c.comparison.find(compare::Model::linearised)->f) <
          0.1 * c.comparison.f_nn.col(last).cwiseAbs().maxCoeff());
    CHECK(c.comparison.find(compare::Model::linearised)->f.col(0).isZero(1e-12));
  }
}

TEST_CASE("any dimension: complete and mesh-free LFP in d = 5 are near a wide network") {
  runs::Experiment e;
  e.name = e.title = "five";
  e.problem.samples = {tests::random_matrix(5, 12, 61), tests::random_vector(12, 62)};
  e.problem.law.width = 20000;
  e.problem.law.a = tests::normal(0.3);
  e.problem.law.w = tests::normal(0.5);
  e.problem.law.b = tests::normal(2.0);
  e.problem.training.stop.loss = 1e-10;
  e.problem.training.snapshots.count = 5;
  e.problem.theory.lattice.reset();
  e.problem.grid.points = 0.8 * tests::random_matrix(5, 60, 63);
  e.problem.theory.model = compare::Model::complete;
  const Run c = runs::run(e);
  // Twenty thousand neurons, half of them copies: of the order of 1 %.
  CHECK(c.summary["error"]["relative_l2"] < 0.05);
  CHECK(c.comparison.find(compare::Model::lfp2019)->f.size() == c.comparison.lfp().f.size());
  CHECK(c.summary["warnings"].empty());
}

TEST_CASE("the power law of a network whose a moves alone has that network's limit") {
  // γ_a² of ReLU is c1/|ξ|^{d+3}, and the limit does not depend on c1.
  for (const tests::Case& c : {tests::fig1a(), tests::fig2()}) {
    runs::Experiment e = experiment_of(c, 2);
    e.problem.training.stop.loss = {};
    e.problem.training.stop.steps = 1;
    e.problem.ladder = false;
    e.problem.law.train.w = e.problem.law.train.b = false;
    const Run network = runs::run(e);
    e.problem.theory.model = compare::Model::power;
    e.problem.theory.exponent = static_cast<double>(c.samples.dim()) + 3.0;
    const Run power = runs::run(e);
    CHECK((power.comparison.lfp().limit - network.comparison.lfp().limit).cwiseAbs().maxCoeff() <
          1e-9 * network.comparison.lfp().limit.cwiseAbs().maxCoeff());
    CHECK(power.summary.at("lfp").at("exponent") == e.problem.theory.exponent);
  }
}

TEST_CASE("without the check of the solvers the prediction is the same") {
  runs::Experiment e = experiment_of(tests::fig1a(), 100);
  const Run checked = runs::run(e);
  e.problem.theory.check = false;
  const Run unchecked = runs::run(e);
  CHECK(unchecked.comparison.lfp().f == checked.comparison.lfp().f);
  CHECK((unchecked.comparison.lfp().limit - checked.comparison.lfp().limit).cwiseAbs().maxCoeff() <
        1e-9);  // two routes
  CHECK(checked.summary.contains("solvers"));
  CHECK_FALSE(unchecked.summary.contains("solvers"));
}
