#include "runs/experiment_file.hpp"

#include "base/error.hpp"
#include "data/distribution.hpp"
#include "io/weights_file.hpp"
#include "runs/experiment.hpp"

#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

using namespace fprinciple;
using data::Distribution;
using Eigen::Index;
using runs::Experiment;

namespace {

/// A folder that goes away with its object.
struct TemporaryFolder {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("fprinciple_experiment_" + std::to_string(getpid()));
  TemporaryFolder() { std::filesystem::create_directory(path); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
  }
};

const std::string kData = "[data]\nx = [-0.8, -0.2, 0.1]\ny = [0.25, -0.25, 0.15]\n";
const std::string kNetwork =
    "[network]\nwidth = 100\n"
    "a = { dist = \"uniform\", scale = 0.1 }\n"
    "w = { dist = \"normal\", scale = 2 }\n"
    "b = { dist = \"uniform\", scale = 3.5 }\n";

Experiment read(const std::string& text) {
  const TemporaryFolder folder;
  folder.write("some name.toml", text);
  return runs::read_experiment(folder.path / "some name.toml");
}

std::string target_data(const std::string& lines) {
  return "[data]\ntarget = { kind = \"sine\", frequency = [0.5, -2] }\n" + lines;
}

}  // namespace

TEST_CASE("an experiment with data and network alone gets the defaults") {
  const std::string text = kData + kNetwork;
  const Experiment e = read(text);
  CHECK(e.name == "some name");
  CHECK(e.title == "some name");
  CHECK(e.text == text);
  CHECK(e.warnings.empty());
  CHECK(e.problem.samples.x == Eigen::RowVector3d(-0.8, -0.2, 0.1));
  CHECK(e.problem.samples.y == Eigen::Vector3d(0.25, -0.25, 0.15));
  CHECK_FALSE(e.problem.target);

  CHECK(e.problem.law.width == 100);
  CHECK(e.problem.law.activation == data::Activation::relu);
  CHECK(std::get<nn::Draw>(e.problem.start).antisymmetric);
  CHECK(e.problem.law.output_scale == 1.0);
  CHECK(e.problem.law.a.kind == Distribution::Kind::uniform);
  CHECK(e.problem.law.a.scale == 0.1);
  CHECK(e.problem.law.w.kind == Distribution::Kind::normal);
  CHECK(e.problem.law.w.scale == 2.0);
  CHECK(e.problem.law.b.scale == 3.5);
  CHECK((e.problem.law.train.a && e.problem.law.train.w && e.problem.law.train.b));
  CHECK(std::get<nn::Draw>(e.problem.start).seed == 1);
  CHECK(std::holds_alternative<nn::Draw>(e.problem.start));

  CHECK(e.problem.training.method == nn::Method::flow);
  CHECK(e.problem.training.stop.loss == 1e-12 * 0.25 * 0.25);
  CHECK_FALSE(e.problem.training.stop.time);
  CHECK_FALSE(e.problem.training.stop.steps);
  CHECK_FALSE(e.problem.training.stop.gradient_norm);
  CHECK_FALSE(e.problem.training.tolerance);
  CHECK(e.problem.training.snapshots.count == 60);
  CHECK(e.problem.training.snapshots.times.empty());
  CHECK_FALSE(e.save_weights);
  CHECK(e.checkpoint == 60.0);

  CHECK(e.problem.theory.model == compare::Model::lfp2019);
  CHECK(e.problem.theory.lattice->dim == 1);
  CHECK(e.problem.theory.lattice->box == Approx(3.6));
  CHECK(e.problem.theory.lattice->modes == 2000);
  CHECK(e.problem.theory.lattice->zero_frequency == 0.1);
  CHECK(e.problem.theory.moments == compare::Moments::distribution);
  CHECK(e.problem.theory.ridge == 0.0);

  REQUIRE(e.problem.grid.regular());
  CHECK(e.problem.grid.size() == 800);
  CHECK(e.problem.grid.axes[0].lo == -0.8);
  CHECK(e.problem.grid.axes[0].hi == 0.1);
  CHECK(e.figures.empty());
}

TEST_CASE("every key is read") {
  const Experiment e = read(R"(
title = "all keys"
[data]
x = [[0, 0], [0, 1], [1, 0]]
y = [1, 2, -3]
[network]
width = 7
activation = "relu"
antisymmetric = false
output_scale = 0.25
a = { dist = "normal", scale = 0 }
w = { dist = "uniform", scale = 1 }
b = { dist = "normal", scale = 2 }
train = ["b", "a"]
seed = 9223372036854775807
[train]
method = "gd"
gd = { step = 1e-3 }
precision = "single"
stop = { loss = 1e-6, time = 20, steps = 1000, gradient_norm = 1e-7 }
snapshots = [0.5, 1, 20]
save_weights = true
checkpoint = 0.5
[lfp]
model = "lfp2019"
lattice = { box = 9, modes = 12, zero_frequency = 0.5 }
kernel = false
moments = "weights"
ridge = 1e-6
[grid]
range = [[-1, 2], [0, 1]]
count = [3, 4]
[report]
figures = ["maps", "loss"]
)");
  CHECK(e.title == "all keys");
  CHECK(e.problem.samples.dim() == 2);
  CHECK(e.problem.samples.x.col(1) == Eigen::Vector2d(0, 1));
  CHECK(e.problem.law.width == 7);
  CHECK_FALSE(std::get<nn::Draw>(e.problem.start).antisymmetric);
  CHECK(e.problem.law.output_scale == 0.25);
  CHECK(e.problem.law.a.scale == 0.0);
  CHECK((e.problem.law.train.a && !e.problem.law.train.w && e.problem.law.train.b));
  CHECK(std::get<nn::Draw>(e.problem.start).seed == 9223372036854775807u);
  CHECK(e.problem.training.method == nn::Method::gd);
  CHECK(e.problem.training.descent.step == 1e-3);
  CHECK(e.problem.training.descent.method == nn::Descent::Method::gd);
  CHECK(e.problem.training.descent.precision == nn::Descent::Precision::single_precision);
  CHECK(e.problem.training.stop.loss == 1e-6);
  CHECK(e.problem.training.stop.time == 20.0);
  CHECK(e.problem.training.stop.steps == 1000);
  CHECK(e.problem.training.stop.gradient_norm == 1e-7);
  CHECK(e.problem.training.snapshots.times == std::vector<double>{0.5, 1.0, 20.0});
  CHECK(e.save_weights);
  CHECK(e.checkpoint == 0.5);
  CHECK(e.problem.theory.lattice->dim == 2);
  CHECK(e.problem.theory.lattice->box == 9.0);
  CHECK(e.problem.theory.lattice->modes == 12);
  CHECK(e.problem.theory.lattice->zero_frequency == 0.5);
  CHECK(e.problem.theory.moments == compare::Moments::weights);
  CHECK(e.problem.theory.ridge == 1e-6);
  CHECK(e.problem.grid.size() == 12);
  CHECK(e.problem.grid.axes[1].count == 4);
  CHECK(e.problem.grid.points.col(0) == Eigen::Vector2d(-1, 0));
  CHECK(e.figures == std::vector{runs::FigureName::maps, runs::FigureName::loss});
}

TEST_CASE("the keys of momentum, Adam and stochastic descent") {
  using Method = nn::Descent::Method;
  const auto descent = [](const std::string& lines) {
    const std::string text = kData + kNetwork + "seed = 5\n[train]\ngd = { step = 1e-3 }\n" + lines;
    return read(text).problem.training.descent;
  };
  const nn::Descent heavy = descent("method = \"momentum\"\nmomentum = 0\n");
  CHECK(heavy.method == Method::momentum);
  CHECK(heavy.momentum == 0.0);
  CHECK(heavy.precision == nn::Descent::Precision::double_precision);
  CHECK(descent("method = \"momentum\"\nprecision = \"double\"\n").momentum == 0.9);
  CHECK(descent("method = \"adam\"\n").method == Method::adam);
  const nn::Descent stochastic = descent("method = \"sgd\"\nbatch = 3\nseed = 7\n");
  CHECK(stochastic.method == Method::sgd);
  CHECK(stochastic.batch == 3);
  CHECK(stochastic.seed == 7);
  CHECK(descent("method = \"sgd\"\nbatch = 1\n").seed == 5);  // the network's
}

TEST_CASE("a stop without a loss has no default loss") {
  const Experiment e = read(kData + kNetwork + "[train]\nstop = { time = 3 }\n");
  CHECK_FALSE(e.problem.training.stop.loss);
  CHECK(e.problem.training.stop.time == 3.0);
}

TEST_CASE("in one dimension points and ranges may have brackets of their own") {
  const Experiment e = read("[data]\nx = [[1], [2]]\ny = [1, 2]\n" + kNetwork +
                            "[grid]\nrange = [[0, 3]]\ncount = [5]\n");
  CHECK(e.problem.samples.x == Eigen::RowVector2d(1, 2));
  CHECK(e.problem.grid.points == Eigen::RowVectorXd::LinSpaced(5, 0, 3));
}

TEST_CASE("repeated samples are kept, and the default stop is above what they leave") {
  const Experiment same = read("[data]\nx = [1, 2, 1]\ny = [5, 6, 5]\n" + kNetwork);
  CHECK(same.problem.samples.x == Eigen::RowVector3d(1, 2, 1));
  CHECK(same.problem.training.stop.loss == 1e-12 * 36);
  const Experiment other = read("[data]\nx = [1, 2, 1]\ny = [5, 6, 3]\n" + kNetwork);
  CHECK(other.problem.samples.y == Eigen::Vector3d(5, 6, 3));
  CHECK(other.problem.training.stop.loss == 1e-12 * 36 + 1.0);
}

TEST_CASE("the default grid of one sample is widened") {
  const Experiment e = read("[data]\nx = [3]\ny = [1]\n" + kNetwork);
  CHECK(e.problem.grid.axes[0].lo == 2.0);
  CHECK(e.problem.grid.axes[0].hi == 4.0);
}

TEST_CASE("default grids and lattices of two and three dimensions") {
  const Experiment two = read("[data]\nx = [[0, 0], [1, 2]]\ny = [1, 2]\n" + kNetwork);
  CHECK(two.problem.grid.size() == 30 * 30);
  CHECK(two.problem.theory.lattice->modes == 64);
  CHECK(two.problem.theory.lattice->box == 8.0);
  const Experiment three = read("[data]\nx = [[0, 0, 0], [1, 2, 1]]\ny = [1, 2]\n" + kNetwork);
  CHECK(three.problem.grid.size() == 15 * 15 * 15);
  CHECK(three.problem.theory.lattice->modes == 16);
}

TEST_CASE("uniform samples of a target") {
  const std::string lines = "n = 500\nrange = [[-1, 1], [2, 5]]\n";
  const Experiment e = read(target_data(lines) + kNetwork);
  REQUIRE(e.problem.target);
  REQUIRE(e.problem.samples.size() == 500);
  CHECK(e.problem.samples.y == data::values(*e.problem.target, e.problem.samples.x));
  CHECK(e.problem.samples.x.row(0).minCoeff() > -1.0);
  CHECK(e.problem.samples.x.row(0).maxCoeff() < 1.0);
  CHECK(e.problem.samples.x.row(1).minCoeff() > 2.0);
  CHECK(e.problem.samples.x.row(1).maxCoeff() < 5.0);
  // The mean of n uniform numbers has the standard deviation width/√(12 n): within five of them.
  CHECK(e.problem.samples.x.row(0).mean() == Approx(0.0).margin(5 * 2.0 / std::sqrt(12.0 * 500)));
  CHECK(e.problem.samples.x.row(1).mean() == Approx(3.5).margin(5 * 3.0 / std::sqrt(12.0 * 500)));

  const Experiment other = read(target_data(lines + "seed = 2\n") + kNetwork);
  CHECK(other.problem.samples.x != e.problem.samples.x);
  const Experiment fewer = read(target_data("n = 10\nrange = [[-1, 1], [2, 5]]\n") + kNetwork);
  CHECK(fewer.problem.samples.x == e.problem.samples.x.leftCols(10));
}

TEST_CASE("half-open grids leave out the upper end, so that the unit torus is a range") {
  const std::string torus =
      "[data]\ntarget = { kind = \"sine\", frequency = 2 }\nn = 4\nrange = [0, 1]\n"
      "sampling = \"half_open_grid\"\n" +
      kNetwork + "[lfp]\nlattice = { box = 1, modes = 8 }\n[grid]\nrange = [0, 1]\ncount = 5\n";
  const Experiment e = read(torus + "half_open = true\n[bounds]\n");
  CHECK(e.problem.samples.x == Eigen::RowVector4d(0.0, 0.25, 0.5, 0.75));
  CHECK(e.problem.grid.points.isApprox(Eigen::MatrixXd{{0.0, 0.2, 0.4, 0.6, 0.8}}, 1e-15));
  CHECK(e.problem.grid.regular());
  REQUIRE(e.problem.target);
  CHECK(e.problem.target->waves.front().frequency == Eigen::VectorXd::Constant(1, 2.0));
  CHECK_THROWS_AS(read(torus), InputError);  // 0 and 1 are the same point of the box
}

TEST_CASE("a target may have a mean, and be given by its values on a grid") {
  const std::string rest = "n = 9\nrange = [0, 1]\n" + kNetwork +
                           "[lfp]\nlattice = { box = 1, modes = 8 }\n"
                           "[grid]\nrange = [0, 1]\nhalf_open = true\n[bounds]\n";
  const Experiment mean = read(
      "[data]\ntarget = { kind = \"waves\", waves = [{ frequency = 0, amplitude = 0.3, phase = "
      "1.5707963267948966 }, { frequency = 1 }] }\n" +
      rest);
  const Eigen::ArrayXd x = mean.problem.samples.x.row(0).transpose().array();
  const Eigen::VectorXd y = 0.3 + (2.0 * EIGEN_PI * x).sin();
  CHECK((mean.problem.samples.y - y).cwiseAbs().maxCoeff() < 1e-15);

  const TemporaryFolder folder;
  std::string csv = "x,y\n";
  for (int i = 0; i < 8; ++i)
    csv += fmt::format("{},{}\n", i / 8.0, 0.3 + std::sin(2.0 * EIGEN_PI * i / 8.0));
  folder.write("f.csv", csv);
  folder.write("e.toml", "[data]\ntarget = { kind = \"file\", file = \"f.csv\" }\n" + rest);
  const Experiment sampled = runs::read_experiment(folder.path / "e.toml");
  CHECK(sampled.problem.samples.x == mean.problem.samples.x);
  CHECK((sampled.problem.samples.y - y).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(sampled.warnings.empty());
  // What lies above half of what the grid can see is told.
  folder.write("f.csv", "x,y\n0,1\n0.25,-1\n0.5,1\n0.75,-1\n");
  CHECK(runs::read_experiment(folder.path / "e.toml").warnings.size() == 1);
}

TEST_CASE("noise is added to a target's values") {
  const std::string lines = "n = 900\nsampling = \"grid\"\nrange = [[-1, 1], [2, 5]]\n";
  const Experiment clean = read(target_data(lines) + kNetwork);
  const Experiment noisy = read(target_data(lines + "noise = 0.1\n") + kNetwork);
  CHECK(noisy.problem.samples.x == clean.problem.samples.x);
  const Eigen::ArrayXd noise = noisy.problem.samples.y - clean.problem.samples.y;
  CHECK(noise.mean() == Approx(0.0).margin(5 * 0.1 / 30.0));
  CHECK(std::sqrt(noise.square().mean()) == Approx(0.1).epsilon(5 / std::sqrt(2.0 * 900)));
}

TEST_CASE("regular samples of a target") {
  const Experiment e =
      read(target_data("n = 9\nsampling = \"grid\"\nrange = [[-1, 1], [2, 5]]\n") + kNetwork);
  REQUIRE(e.problem.samples.size() == 9);
  CHECK(e.problem.samples.x.col(0) == Eigen::Vector2d(-1, 2));
  CHECK(e.problem.samples.x.col(4) == Eigen::Vector2d(0, 3.5));
  CHECK(e.problem.samples.x.col(8) == Eigen::Vector2d(1, 5));
}

TEST_CASE("files are found from the experiment's own folder") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path / "sub");
  folder.write("sub/train.csv", "x,y\n0,1\n1,2\n");
  folder.write("sub/points.csv", "x\n0\n0.25\n1\n");
  const data::Weights weights{Eigen::Vector2d(0.1, -0.1), Eigen::Vector2d(1, 2),
                              Eigen::Vector2d(-1, 1)};
  io::write_weights(folder.path / "weights.nc", weights);
  folder.write("sub/e.toml",
               "[data]\nfile = \"train.csv\"\n[network]\ninitial = \"../weights.nc\"\n"
               "[grid]\nfile = \"points.csv\"\n[lfp]\nbias_density = 0.5\n");
  const Experiment e = runs::read_experiment(folder.path / "sub" / "e.toml");
  CHECK(e.problem.samples.x == Eigen::RowVector2d(0, 1));
  CHECK(e.problem.grid.points == Eigen::RowVector3d(0, 0.25, 1));
  CHECK_FALSE(e.problem.grid.regular());
  REQUIRE(std::holds_alternative<data::Weights>(e.problem.start));
  CHECK(std::get<data::Weights>(e.problem.start).w == weights.w);
  CHECK(e.problem.law.width == 2);
  CHECK(e.problem.theory.moments == compare::Moments::weights);
  CHECK(e.problem.theory.bias_density == 0.5);
  CHECK(e.warnings.empty());

  folder.write("sub/e.toml",
               "[data]\nfile = \"train.csv\"\n[network]\ninitial = \"../weights.nc\"\n");
  const Experiment estimated = runs::read_experiment(folder.path / "sub" / "e.toml");
  CHECK(estimated.problem.theory.bias_density == data::estimate_density_at_zero(weights.b));
  CHECK(estimated.warnings.size() == 1);
}

TEST_CASE("one wrong value in a good experiment is named with its line") {
  const std::string good = kData + kNetwork + "[train]\nstop = { loss = 1e-6 }\n";
  REQUIRE_NOTHROW(read(good));
  std::string bad = good;
  bad.replace(bad.find("1e-6"), 4, "-inf");
  CHECK_THROWS_WITH(read(bad), Catch::EndsWith("some name.toml:10: train.stop.loss: must be a "
                                               "finite number > 0, got -inf"));
  CHECK_THROWS_AS(read(bad), InputError);
}

TEST_CASE("the first of several unknown keys of a table is named") {
  const std::string text = "zeta = 1\nalpha = 2\n" + kData + kNetwork;
  CHECK_THROWS_WITH(read(text), Catch::Contains(":1: zeta: unknown key; allowed: title, data"));
}
