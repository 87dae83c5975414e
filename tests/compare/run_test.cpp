#include "compare/run.hpp"

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

namespace {

compare::Experiment experiment_of(const tests::Case& c, Eigen::Index width) {
  compare::Experiment e;
  e.name = c.name;
  e.title = c.name;
  e.text = "title = \"" + c.name + "\"\n";
  e.samples = c.samples;
  e.network.width = width;
  e.network.a = c.a;
  e.network.w = c.w;
  e.network.b = c.b;
  e.train.stop_loss = 1e-8;
  e.train.snapshots = 12;
  e.lfp.lattice = c.lattice;
  e.grid = c.grid;
  return e;
}

void check_same_arrays(const Comparison& p, const Comparison& q) {
  CHECK(p.samples.x == q.samples.x);
  CHECK(p.samples.y == q.samples.y);
  CHECK(p.grid.points == q.grid.points);
  CHECK(p.t == q.t);
  CHECK(p.f_nn == q.f_nn);
  CHECK(p.f_lfp == q.f_lfp);
  CHECK(p.loss_nn == q.loss_nn);
  CHECK(p.loss_lfp == q.loss_lfp);
  CHECK(p.rmse == q.rmse);
  CHECK(p.kernel_drift == q.kernel_drift);
  CHECK(p.parameter_distance == q.parameter_distance);
  CHECK(p.switched == q.switched);
  CHECK(p.f_lfp_limit == q.f_lfp_limit);
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
    compare::Experiment e = experiment_of(c, 400);
    if (c.samples.dim() == 1) e.target = data::sine(VectorXd::Constant(1, 2.0));
    Comparison written = compare::run(e);
    written.kernel_drift = VectorXd::LinSpaced(written.t.size(), 0.0, 0.3);
    written.parameter_distance = 2.0 * written.kernel_drift;
    written.switched.resize(0);  // what was not measured is not there
    const auto folder =
        std::filesystem::temp_directory_path() / ("fprinciple_result_" + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    runs::write_comparison(written, folder);
    const Comparison read = runs::read_comparison(folder);
    std::filesystem::remove_all(folder);
    check_same_arrays(written, read);
    CHECK(read.name == written.name);
    CHECK(read.experiment_text == written.experiment_text);
    CHECK(read.summary == written.summary);
    REQUIRE(read.grid.axes.size() == written.grid.axes.size());
    CHECK(read.grid.axes[0].count == written.grid.axes[0].count);
    CHECK(read.grid.axes[0].hi == written.grid.axes[0].hi);
  }
}

TEST_CASE("one thread or two: the same bits") {
  const int before = omp_get_max_threads();
  for (const tests::Case& c : {tests::fig1a(), tests::fig2()}) {
    omp_set_num_threads(1);
    const Comparison one = compare::run(experiment_of(c, 2000));
    omp_set_num_threads(2);
    check_same_arrays(one, compare::run(experiment_of(c, 2000)));
  }
  omp_set_num_threads(before);
}

TEST_CASE("the summary says what the arrays say") {
  const Comparison out = compare::run(experiment_of(tests::fig1a(), 1000));
  const auto& s = out.summary;
  const Eigen::Index last = out.t.size() - 1;
  const VectorXd difference = out.f_nn.col(last) - out.f_lfp.col(last);
  CHECK(s["error"]["rmse"].get<double>() == Approx(std::sqrt(difference.array().square().mean())));
  CHECK(s["error"]["max"].get<double>() == difference.cwiseAbs().maxCoeff());
  CHECK(s["error"]["relative_l2"].get<double>() ==
        Approx(difference.norm() / out.f_lfp.col(last).norm()));
  CHECK(s["train"]["loss"].get<double>() <= 1e-8);
  CHECK(s["train"]["time"].get<double>() == out.t[last]);
  CHECK(s["solvers"]["ode"]["max_difference"].get<double>() < 1e-6);
  CHECK(s["solvers"]["ceres"]["max_difference"].get<double>() < 1e-8);
  CHECK(s["solvers"]["propagator"]["max_difference"].get<double>() < 1e-8);
  CHECK(s["solvers"]["dual"]["max_difference"].get<double>() == 0.0);
  CHECK(s["solvers"]["constraint_residual"].get<double>() < 1e-10);
  CHECK(s["lfp"]["c1"].get<double>() > 0.0);
}

TEST_CASE("the summary says how the network was trained, and Adam that it has no time") {
  compare::Experiment e = experiment_of(tests::fig1a(), 400);
  e.train.stop_loss.reset();
  e.train.stop_steps = 5;
  e.train.descent.step = 1e-6;
  e.train.descent.batch = 2;
  e.lfp.ladder = false;
  using Descent = nn::Descent;
  const auto run = [&](const std::string& name, Descent::Method method,
                       Descent::Precision precision) {
    e.train.method = name;
    e.train.descent.method = method;
    e.train.descent.precision = precision;
    return compare::run(e).summary;
  };
  const auto says_adam = [](const nlohmann::json& summary) {
    return summary["warnings"].dump().find("with Adam t is the step times") != std::string::npos;
  };
  const auto momentum =
      run("momentum", Descent::Method::momentum, Descent::Precision::single_precision);
  CHECK(momentum["train"]["method"] == "momentum");
  CHECK(momentum["train"]["momentum"] == 0.9);
  CHECK(momentum["train"]["precision"] == "single");
  CHECK_FALSE(momentum["train"].contains("batch"));
  CHECK_FALSE(says_adam(momentum));
  const auto sgd = run("sgd", Descent::Method::sgd, Descent::Precision::double_precision);
  CHECK(sgd["train"]["batch"] == 2);
  CHECK(sgd["train"]["precision"] == "double");
  CHECK_FALSE(sgd["train"].contains("momentum"));
  CHECK(says_adam(run("adam", Descent::Method::adam, Descent::Precision::double_precision)));
}

TEST_CASE("the summary has the measures along the way where the training has them") {
  const Comparison out = compare::run(experiment_of(tests::fig1a(), 400));
  const auto agrees = [&](const char* name, const VectorXd& values) {
    const auto& train = out.summary["train"];
    if (values.size() == 0) return !train.contains(name);
    return values.size() == out.t.size() && train[name] == values.tail(1)[0];
  };
  CHECK(agrees("kernel_drift", out.kernel_drift));
  CHECK(agrees("parameter_distance", out.parameter_distance));
  CHECK(agrees("switched", out.switched));
}

TEST_CASE("without antisymmetry LFP predicts from the network's own start") {
  compare::Experiment e = experiment_of(tests::fig1a(), 4000);
  e.network.antisymmetric = false;
  e.network.a = tests::uniform(0.02);  // f_ini of the order of y, not far above it
  const Comparison out = compare::run(e);
  const Eigen::Index last = out.t.size() - 1;
  CHECK(out.f_nn.col(0).cwiseAbs().maxCoeff() > 0.3);
  CHECK((out.f_lfp.col(0) - out.f_nn.col(0)).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(out.loss_lfp[0] == Approx(out.loss_nn[0]));
  CHECK(out.loss_lfp[last] < 1e-6);
  const double moved = (out.f_nn.col(last) - out.f_nn.col(0)).norm();
  CHECK((out.f_nn.col(last) - out.f_lfp.col(last)).norm() < 0.1 * moved);
}

TEST_CASE("large sample sets skip the iterative cross-checks and say so") {
  compare::Experiment e = experiment_of(tests::fig1b(), 500);
  e.samples.x = Eigen::RowVectorXd::LinSpaced(90, -0.8, 0.1);
  e.samples.y = (3.0 * e.samples.x.row(0).array()).sin();
  e.train.method = "gd";
  e.train.descent.step = 1e-6;
  e.train.stop_steps = 5;
  const Comparison out = compare::run(e);
  CHECK(out.summary["solvers"]["ode"].contains("skipped"));
  CHECK(out.summary["solvers"]["ceres"].contains("skipped"));
  CHECK(out.summary["solvers"]["propagator"]["max_difference"].get<double>() < 1e-8);
}

TEST_CASE("a grid given as a list of points has no spectrum but all the rest") {
  compare::Experiment e = experiment_of(tests::fig2(), 500);
  e.grid = {0.9 * tests::random_matrix(2, 25, 2), {}};
  const Comparison out = compare::run(e);
  CHECK(out.frequency.size() == 0);
  CHECK(out.f_lfp.rows() == 25);
}

TEST_CASE("ladder: every rung is the difference of two curves of the result") {
  compare::Experiment e = experiment_of(tests::fig1a(), 400);
  for (const std::string model : {"lfp2019", "complete"}) {
    e.lfp.model = model;
    const Comparison c = compare::run(e);
    const Eigen::Index last = c.t.size() - 1;
    const auto rmse = [&](const Eigen::MatrixXd& f, const Eigen::MatrixXd& g) {
      return ((f - g).col(last)).norm() / std::sqrt(static_cast<double>(c.grid.size()));
    };
    const auto& ladder = c.summary["ladder"];
    CHECK(ladder["nonlinearity"]["rmse"] == Approx(rmse(c.f_nn, c.f_linearised)));
    CHECK(ladder["finite_width"]["rmse"] == Approx(rmse(c.f_linearised, c.f_complete)));
    CHECK(ladder["zero_frequency"]["rmse"] == Approx(rmse(c.f_complete, c.f_lfp2020)));
    CHECK(ladder["divergence"]["rmse"] == Approx(rmse(c.f_lfp2020, c.f_lfp2019)));
    CHECK(c.f_lfp == (model == "complete" ? c.f_complete : c.f_lfp2019));
    // B ≥ |w x| here, so complete LFP has Fourier sums too: apart by extent/box.
    if (model == "complete") CHECK(c.summary["lfp"]["lattice_difference"] < 0.02);
    // Far less than what is learnt: a network that had not moved would fail.
    CHECK(rmse(c.f_nn, c.f_linearised) < 0.1 * c.f_nn.col(last).cwiseAbs().maxCoeff());
    CHECK(c.f_linearised.col(0).isZero(1e-12));
  }
}

TEST_CASE("any dimension: complete and mesh-free LFP in d = 5 are near a wide network") {
  compare::Experiment e;
  e.name = e.title = "five";
  e.samples = {tests::random_matrix(5, 12, 61), tests::random_vector(12, 62)};
  e.network.width = 20000;
  e.network.a = tests::normal(0.3);
  e.network.w = tests::normal(0.5);
  e.network.b = tests::normal(2.0);
  e.train.stop_loss = 1e-10;
  e.train.snapshots = 5;
  e.lfp.kernel = true;
  e.grid.points = 0.8 * tests::random_matrix(5, 60, 63);
  e.lfp.model = "complete";
  const Comparison c = compare::run(e);
  // Twenty thousand neurons, half of them copies: of the order of 1 %.
  CHECK(c.summary["error"]["relative_l2"] < 0.05);
  CHECK(c.f_lfp2019.size() == c.f_lfp.size());
  CHECK(c.summary["warnings"].empty());
}

TEST_CASE("the power law of a network whose a moves alone has that network's limit") {
  // γ_a² of ReLU is c1/|ξ|^{d+3}, and the limit does not depend on c1.
  for (const tests::Case& c : {tests::fig1a(), tests::fig2()}) {
    compare::Experiment e = experiment_of(c, 2);
    e.train.stop_loss = {};
    e.train.stop_steps = 1;
    e.lfp.ladder = false;
    e.network.train_w = e.network.train_b = false;
    const Comparison network = compare::run(e);
    e.lfp.model = "power";
    e.lfp.exponent = static_cast<double>(c.samples.dim()) + 3.0;
    const Comparison power = compare::run(e);
    CHECK((power.f_lfp_limit - network.f_lfp_limit).cwiseAbs().maxCoeff() <
          1e-9 * network.f_lfp_limit.cwiseAbs().maxCoeff());
    CHECK(power.summary.at("lfp").at("exponent") == e.lfp.exponent);
  }
}

TEST_CASE("without the check of the solvers the prediction is the same") {
  compare::Experiment e = experiment_of(tests::fig1a(), 100);
  const Comparison checked = compare::run(e);
  e.lfp.check = false;
  const Comparison unchecked = compare::run(e);
  CHECK(unchecked.f_lfp == checked.f_lfp);
  CHECK((unchecked.f_lfp_limit - checked.f_lfp_limit).cwiseAbs().maxCoeff() < 1e-9);  // two routes
  CHECK(checked.summary.contains("solvers"));
  CHECK_FALSE(unchecked.summary.contains("solvers"));
}
