#include "compare/generalisation.hpp"

#include "base/error.hpp"
#include "compare/comparison.hpp"
#include "lfp/bounds.hpp"
#include "lfp/dual.hpp"
#include "nn/kernels.hpp"
#include "runs/experiment_file.hpp"
#include "runs/run.hpp"
#include "runs/summary.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

using namespace fprinciple;
using compare::Comparison;
using compare::Problem;
using Eigen::Index;
using Eigen::VectorXcd;
using Eigen::VectorXd;
using nlohmann::json;
using runs::Experiment;
using runs::Run;

namespace {

constexpr auto kSine = R"({ kind = "sine", frequency = [3] })";
constexpr auto kTriangle = R"({ kind = "triangle", frequency = [2] })";

struct Text {
  std::string target = kSine;
  std::string data = "n = 30\nrange = [0, 1]";
  std::string network = "";
  std::string lfp = "lattice = { box = 1, modes = 100 }";
  std::string bounds = "[bounds]";
};

Experiment read(const Text& t, bool bounds = false) {
  const auto file =
      std::filesystem::temp_directory_path() / fmt::format("fprinciple_bounds_{}.toml", getpid());
  std::ofstream(file) << fmt::format(R"(
[data]
target = {}
{}
[network]
width = 200
a = {{ dist = "uniform", scale = 0.3 }}
w = {{ dist = "uniform", scale = 3 }}
b = {{ dist = "uniform", scale = 3 }}
{}
[train]
stop = {{ steps = 20 }}
save_weights = true
[lfp]
ladder = false
{}
{}
)",
                                     t.target, t.data, t.network, t.lfp, t.bounds);
  const Experiment out = runs::read_experiment(file, bounds);
  std::filesystem::remove(file);
  return out;
}

lfp::Problem problem_of(const Problem& e) {
  return lfp::make_problem(*e.theory.lattice, lfp::lfp2019(e.law, e.samples.dim()), e.samples,
                           e.theory.ridge);
}

/// Nowhere above the bound, but for the solvers' rounding; and not far above the error everywhere.
void check_pointwise(const Comparison& c) {
  REQUIRE(c.power_function.size() == c.grid.size());
  const VectorXd error = (*c.target - c.lfp().limit).cwiseAbs();
  CHECK((error - c.power_function).maxCoeff() < 1e-8 * c.target->cwiseAbs().maxCoeff());
  CHECK(error.maxCoeff() > 0.01 * c.power_function.maxCoeff());
}

void check_ordered(const json& b) {
  CHECK(b["measured_lfp"] <= b["measured_lfp_l2"]);
  CHECK(b["measured_lfp_l2"] <= b["radius"]);
  CHECK(b["measured_lfp"] <= b["power_function"]);
  CHECK(b["power_function_max_ratio"] <= 1.0);
  CHECK(b["radius"] < b["sharper"]);
  CHECK(b["sharper"] < b["published"]);
}

}  // namespace

TEST_CASE("bounds in the summary: each number by another way") {
  struct Setting {
    Text text;
    Index dim;
  };
  const std::string waves =
      R"({ kind = "waves", waves = [{ frequency = [1, -2], amplitude = 0.5, phase = 0.4 }, )"
      R"({ frequency = [0, 3] }] })";
  for (const Setting& s : {Setting{{}, 1},
                           Setting{{kSine, "n = 30\nrange = [0, 1]", "",
                                    "ridge = 1e-3\nlattice = { box = 1, modes = 100 }"},
                                   1},
                           Setting{{waves, "n = 60\nrange = [[0, 1], [0, 1]]", "",
                                    "lattice = { box = 1, modes = 16 }"},
                                   2}}) {
    const Experiment experiment = read(s.text);
    const Problem& e = experiment.problem;
    REQUIRE(e.bounds->delta == 0.05);
    const Run c = runs::run(experiment);
    const json b = c.summary["bounds"];
    const lfp::Problem p = problem_of(e);
    check_pointwise(c.comparison);
    check_ordered(b);
    CHECK(b["note"] == "");

    // Q of sines from h_ini = 0: the squares' mean A²/2, each over Γ.
    const lfp::SpectralWeight weight = lfp::lfp2019(e.law, s.dim);
    double q2 = 0.0;
    for (const data::Wave& w : e.target->waves)
      q2 += w.amplitude * w.amplitude / (2.0 * weight.gamma2(w.frequency.norm()));
    const double q = std::sqrt(q2);
    CHECK(b["fp_norm"].get<double>() == Approx(q).epsilon(1e-12));
    const auto n = static_cast<double>(e.samples.size());
    const double g = b["gamma_norm"];
    CHECK(g == Approx(std::sqrt(lfp::mode_weights(p.lattice).dot(p.weight.col(0)))));
    CHECK(b["published"].get<double>() ==
          Approx(q * g * (2.0 / std::sqrt(n) + 4.0 * std::sqrt(2.0 * std::log(80.0) / n))));
    CHECK(b["sharper"].get<double>() ==
          Approx(q * g * (2.0 / std::sqrt(n) + std::sqrt(std::log(20.0) / (2.0 * n)))));
    const double data_norm = b["data_norm"], rho = b["rho"];
    CHECK(rho == Approx(std::sqrt(q2 - data_norm * data_norm)).epsilon(1e-6));

    // The errors over the box: Parseval, and another grid than the library's.
    const VectorXcd off =
        lfp::wave_coefficients(p.lattice, e.target->waves) - lfp::solve_dual(p).col(0);
    CHECK(b["measured_lfp_l2"].get<double>() ==
          Approx(std::sqrt(lfp::mode_weights(p.lattice).dot(off.cwiseAbs2()))).epsilon(1e-3));
    const Index count = s.dim == 1 ? 5000 : 150;
    const double half = 0.5 / static_cast<double>(count);
    const data::Grid grid = data::make_grid(
        std::vector<data::Axis>(static_cast<std::size_t>(s.dim), {half, 1.0 - half, count}));
    const double error = b["measured_error"];
    CHECK(error < 1e-2);
    CHECK(b["measured_lfp"].get<double>() ==
          Approx(lfp::values(p.lattice, off, grid.points).cwiseAbs().mean()).epsilon(2.0 * error));
    const VectorXd nn =
        data::values(*e.target, grid.points) - nn::outputs({*c.weights_final}, grid.points);
    CHECK(b["measured_nn"].get<double>() == Approx(nn.cwiseAbs().mean()).epsilon(2.0 * error));
    CHECK(b["measured_nn_l2"].get<double>() ==
          Approx(std::sqrt(nn.cwiseAbs2().mean())).epsilon(2.0 * error));
    CHECK(b["measured_nn"] != b["measured_lfp"]);
    for (const runs::BoundWords& bound : runs::bound_words)
      CHECK(b["tightness"][bound.key].get<double>() ==
            Approx(b[bound.key].get<double>() / b[bound.measured].get<double>()));
  }
}

TEST_CASE("the triangle wave: finite on the line where biases move, its cut-off added") {
  const Run c = runs::run(read({kTriangle}));
  const json b = c.summary["bounds"];
  check_pointwise(c.comparison);
  check_ordered(b);
  CHECK(b["note"].get<std::string>().find("the lattice ends before") == 0);
  for (const auto& text :
       {Text{kTriangle, "n = 30\nrange = [0, 1]", "train = [\"a\"]"},
        Text{R"({ kind = "square", frequency = [2] })"},
        Text{R"({ kind = "triangle", frequency = [1, 1] })", "n = 30\nrange = [[0, 1], [0, 1]]", "",
             "lattice = { box = 1, modes = 10 }"}}) {
    const Run infinite = runs::run(read(text));
    const json i = infinite.summary["bounds"];
    CHECK(infinite.comparison.power_function.size() == 0);
    for (const char* key : {"fp_norm", "published", "sharper", "power_function", "radius"}) {
      CHECK(i[key].is_null());
      if (i["tightness"].contains(key)) CHECK(i["tightness"][key].is_null());
    }
    CHECK(i["note"].get<std::string>().find("is infinite, so that no bound holds") !=
          std::string::npos);
    CHECK(i["measured_lfp"] > 0.0);
    CHECK(i["data_norm"] > 0.0);
  }
}

TEST_CASE("what is beyond the lattice is all of the bound when the samples determine the rest") {
  // As many samples as real unknowns: ρ = 0, and f − h_n is what the triangle's harmonics above 10
  // leave, in themselves and by being taken for lower ones.
  const Run c =
      runs::run(read({kTriangle, "n = 21\nsampling = \"grid\"\nrange = [0, 0.9523809523809523]", "",
                      "lattice = { box = 1, modes = 11 }"}));
  const json b = c.summary["bounds"];
  CHECK(b["rho"] < 1e-10);
  const VectorXd error = (*c.comparison.target - c.comparison.lfp().limit).cwiseAbs();
  CHECK(error.maxCoeff() > 0.03);
  CHECK((c.comparison.power_function - error).cwiseAbs().maxCoeff() < 1e-9);
  CHECK(b["radius"].get<double>() == Approx(b["measured_lfp_l2"].get<double>()).epsilon(1e-3));
  CHECK(b["power_function"].get<double>() == Approx(b["measured_lfp"].get<double>()).epsilon(0.05));
}

TEST_CASE("bounds say which samples they are for, and where the box lies") {
  const json b =
      runs::run(read({kSine, "n = 30\nrange = [0, 0.5]", "", "lattice = { box = 1, modes = 99 }"}))
          .summary["bounds"];
  CHECK(b["note"].get<std::string>().find("drawn uniformly from the whole box") !=
        std::string::npos);
  CHECK(b["measured_lfp_l2"] <= b["radius"]);
  const json grid = runs::run(read({kSine, "n = 30\nsampling = \"grid\"\nrange = [0.0, 0.96]"}))
                        .summary["bounds"];
  CHECK(grid["note"] == b["note"]);
}

TEST_CASE("the command computes bounds of files that do not ask for them") {
  Text text;
  text.bounds = "";
  CHECK_FALSE(read(text).problem.bounds);
  CHECK(read(text, true).problem.bounds->delta == 0.05);
  text.bounds = "[bounds]\ndelta = 0.2";
  CHECK(read(text).problem.bounds->delta == 0.2);
  CHECK(read(text, true).problem.bounds->delta == 0.2);
  text.data += "\nnoise = 0.1";
  text.bounds = "";
  CHECK_NOTHROW(read(text));
  CHECK_THROWS_AS(read(text, true), InputError);
}
