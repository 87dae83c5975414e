#include "runs/sweep.hpp"

#include "base/error.hpp"
#include "io/json.hpp"
#include "runs/run_sweep.hpp"

#include <cmath>
#include <fstream>
#include <limits>

#include <boost/crc.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

using namespace fprinciple;
using Eigen::Index;
using runs::Cube;
using runs::Experiment;
using runs::Sweep;
namespace fs = std::filesystem;

namespace {

/// A folder with an experiment, which goes away with its object.
struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("fprinciple_sweep_{}", getpid());
  Folder() {
    fs::create_directory(path);
    std::ofstream(path / "e.toml") << R"(title = "base"
[data]
x = [-0.8, -0.3, 0.1]
y = [0.25, -0.07, -0.05]
[network]
width = 40
output_scale = 0.5
a = { dist = "uniform", scale = 0.1 }
w = { dist = "uniform", scale = 3 }
b = { dist = "uniform", scale = 3 }
[train]
tolerance = 1e-4
stop = { loss = 1e-3, steps = 500 }
[lfp]
ladder = false
lattice = { modes = 20 }
[grid]
count = 10
)";
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  Sweep sweep(const std::string& text) const {
    std::ofstream(path / "s.toml") << "experiment = \"e.toml\"\n" << text;
    return runs::read_sweep(path / "s.toml");
  }
};

std::vector<double> values_of(const std::string& list) {
  const Folder folder;
  return folder.sweep(fmt::format("[[axis]]\nkey = \"network.a.scale\"\n{}\n", list))
      .axes.front()
      .values;
}

/// The message with which the cells of a sweep are refused, without the folder's name.
std::string refusal(const std::string& text) {
  const Folder folder;
  try {
    runs::plan(folder.sweep(text));
  } catch (const InputError& error) {
    std::string message = error.what();
    const std::string name = folder.path.string() + "/";
    for (std::size_t at = 0; (at = message.find(name)) != std::string::npos;)
      message.erase(at, name.size());
    return message;
  }
  return "valid";
}

bool go_on(const runs::SweepProgress& /*progress*/) { return true; }

/// Equal, nan being equal to nan.
bool same(const Eigen::VectorXd& p, const Eigen::VectorXd& q) {
  if (p.size() != q.size()) return false;
  for (Index k = 0; k < p.size(); ++k)
    if (!(p[k] == q[k] || (std::isnan(p[k]) && std::isnan(q[k])))) return false;
  return true;
}

const std::string kAxes = R"([[axis]]
key = "network.width"
values = [40, 20]
[[axis]]
name = "step"
values = ["small", "large", "flow"]
set = { "train.method" = ["gd", "gd", "flow"], "train.gd" = [{ step = 1e-2 }, { step = 1e9 }, {}] }
remove = [["train.tolerance"], ["train.tolerance"], ["train.gd"]]
)";

}  // namespace

TEST_CASE("the values of an axis: lists, integers, linear and logarithmic ranges") {
  CHECK(values_of("values = [2, 0.5]") == std::vector<double>{2, 0.5});
  CHECK(values_of("range = [3, 6]") == std::vector<double>{3, 4, 5, 6});
  CHECK(values_of("range = [7, 7]") == std::vector<double>{7});
  CHECK(values_of("linear_range = [1, 0, 5]") == std::vector<double>{1, 0.75, 0.5, 0.25, 0});
  // 1000^(1/3) is not 10 in floating point; both ends are exact.
  CHECK(values_of("log_range = [10, 10_000, 4]") == std::vector<double>{10, 100, 1000, 10000});
  const std::vector<double> decades = values_of("log_range = [0.01, 0.1, 3]");
  CHECK(decades.front() == 0.01);
  CHECK(decades[1] == Approx(0.1 * std::sqrt(0.1)).epsilon(1e-15));
  CHECK(decades.back() == 0.1);
}

TEST_CASE("each cell's experiment is the base with the edits laid over it, the last axis fastest") {
  const Folder folder;
  const Sweep sweep = folder.sweep(R"(title = "swept"
set = { "lfp.lattice.modes" = 30, "train.stop" = { loss = 1e-2 } }
remove = ["title"]
[[axis]]
key = "network.width"
log_range = [10, 1000, 3]
[[axis]]
key = "network.activation"
values = ["relu", "tanh"]
multiply = { "network.output_scale" = [1, 0.5], "network.width" = [1, 2] }
[[axis]]
name = "method"
values = ["flow", "gd"]
set = { "train.method" = ["flow", "gd"], "train.gd" = [{}, { step = 0.125 }] }
remove = [["train.gd"], ["train.tolerance"]]
[[figure]]
name = "let pass"
)");
  CHECK(sweep.name == "s");
  CHECK(sweep.title == "swept");
  REQUIRE(sweep.size() == 12);
  REQUIRE(sweep.axes.size() == 3);
  CHECK(sweep.axes[1].labels == std::vector<std::string>{"relu", "tanh"});
  CHECK(sweep.axes[1].values == std::vector<double>{0, 1});
  CHECK(runs::cell_name(sweep, 7) == "network.width = 100, network.activation = tanh, method = gd");
  const Index widths[] = {10, 100, 1000};
  for (Index cell = 0; cell < sweep.size(); ++cell) {
    const bool tanh = cell / 2 % 2 == 1;
    const bool gd = cell % 2 == 1;
    const Experiment e = runs::experiment(sweep, cell);
    CHECK(e.title == "e");
    CHECK(e.problem.law.width == widths[cell / 4] * (tanh ? 2 : 1));
    CHECK(e.problem.law.activation == (tanh ? data::Activation::tanh : data::Activation::relu));
    CHECK(e.problem.law.output_scale == (tanh ? 0.25 : 0.5));
    CHECK(e.problem.law.a.scale == 0.1);
    CHECK(e.problem.training.method == (gd ? nn::Method::gd : nn::Method::flow));
    if (gd) CHECK(e.problem.training.descent.step == 0.125);
    CHECK(e.problem.training.tolerance == (gd ? compare::Training{}.tolerance : 1e-4));
    CHECK(e.problem.training.stop.loss == 1e-2);
    CHECK_FALSE(e.problem.training.stop.steps);  // the table was replaced, not merged
    CHECK(e.problem.theory.lattice->modes == 30);
    CHECK_FALSE(e.problem.ladder);
  }
}

TEST_CASE("what is wrong in a cell is told at the line that put it there") {
  CHECK(refusal(kAxes) == "valid");
  CHECK(refusal("[[axis]]\nkey = \"network.width\"\nvalues = [\n  40,\n  41]\n") ==
        "s.toml:6: network.width: must be even with antisymmetric = true, got 41 (in the cell "
        "network.width = 41)");
  CHECK(refusal("[[axis]]\n\nkey = \"network.seed\"\nrange = [-1, 1]\n") ==
        "s.toml:5: network.seed: must be an integer of at least 0, got -1 (in the cell "
        "network.seed = -1)");
  CHECK(refusal("set = { \"train.snapshots\" = [3, 2] }\n[[axis]]\nkey = \"network.seed\"\n"
                "range = [1, 2]\n") ==
        "s.toml:2: train.snapshots: the times must increase, got 2 after 3 (in the cell "
        "network.seed = 1)");
  // What the sweep does not touch is at its own line of the experiment.
  CHECK(refusal("[[axis]]\nkey = \"train.method\"\nvalues = [\"flow\", \"gd\"]\n") ==
        "e.toml:12: train.tolerance: belongs to method = \"flow\", not \"gd\" (in the cell "
        "train.method = gd)");
}

TEST_CASE("a failed cell is recorded, and the cube is the same for any number of threads") {
  const Folder folder;
  const Sweep sweep = folder.sweep(kAxes);
  const runs::SweepPlan plan = runs::plan(sweep);
  const runs::FinishedCells finished(folder.path / "cells", plan.identity);
  const Cube cube = *runs::run_sweep(sweep, plan, &finished, {}, 3, go_on);
  REQUIRE(cube.size() == 6);
  CHECK(cube.summary.at("failed") == 2);
  const Eigen::VectorXd& rmse = cube.numbers.at("error.rmse");
  for (std::size_t k = 0; k < 6; ++k) {
    const bool diverges = k % 3 == 1;
    CHECK(cube.failures[k].empty() != diverges);
    CHECK(std::isnan(rmse[static_cast<Index>(k)]) == diverges);
  }
  CHECK(rmse[0] != rmse[2]);
  CHECK(rmse[0] != rmse[3]);
  for (const auto& [key, ignored] : cube.numbers) {
    CHECK(key.find("seconds") == std::string::npos);
    CHECK(key.find("memory") == std::string::npos);
  }

  // Every cell is found again, with every bit; none is run again, so that nothing is written.
  std::vector<std::string> damaged;
  const auto known = finished.read(sweep.size(), damaged);
  CHECK(damaged.empty());
  CHECK(known.size() == 6);
  finished.clear();
  const Cube again = *runs::run_sweep(sweep, plan, &finished, known, 1, go_on);
  CHECK_FALSE(finished.any());
  const Cube alone = *runs::run_sweep(sweep, plan, &finished, {}, 1, go_on);
  for (const Cube* other : {&again, &alone}) {
    CHECK(other->failures == cube.failures);
    REQUIRE(other->numbers.size() == cube.numbers.size());
    for (const auto& [key, values] : cube.numbers) CHECK(same(other->numbers.at(key), values));
  }
}

TEST_CASE("a sweep that is stopped gives up its cells in flight, and keeps the finished ones") {
  const Folder folder;
  const Sweep endless = folder.sweep(R"(remove = ["train.tolerance"]
set = { "train.method" = "gd", "train.gd" = { step = 1e-9 }, "train.stop" = { time = 1e9 } }
[[axis]]
key = "network.seed"
range = [1, 3]
)");
  const runs::SweepPlan plan = runs::plan(endless);
  const runs::FinishedCells finished(folder.path / "cells", plan.identity);
  finished.keep(2, {});
  int asked = 0;
  const auto third_time = [&](const runs::SweepProgress& progress) {
    CHECK(progress.done == 1);
    CHECK(progress.share == Approx(1.0 / 3.0));
    return ++asked < 3;
  };
  std::vector<std::string> damaged;
  const auto known = finished.read(endless.size(), damaged);
  CHECK_FALSE(runs::run_sweep(endless, plan, &finished, known, 2, third_time));
  CHECK(asked >= 3);
  CHECK(finished.read(endless.size(), damaged).size() == 1);

  const runs::FinishedCells others(folder.path / "cells", "another");
  CHECK_THROWS_AS(others.read(endless.size(), damaged), InputError);
  CHECK(finished.any());
}

TEST_CASE("a cell's numbers are kept bit for bit, inf and nan among them") {
  const Folder folder;
  const runs::FinishedCells finished(folder.path / "cells", "identity");
  runs::CellResult result;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  result.numbers = {{"third", 1.0 / 3.0}, {"denormal", 5e-324},
                    {"minus", -0.0},      {"large", 1.7976931348623157e308},
                    {"inf", -kInfinity},  {"nan", NAN}};
  result.warnings = {"a \"warning\"", "λ"};
  result.failure = "why\nit failed";
  finished.keep(3, result);
  std::vector<std::string> damaged;
  const auto cells = finished.read(4, damaged);
  REQUIRE(cells.size() == 1);
  const runs::CellResult& read = cells.at(3);
  CHECK(read.warnings == result.warnings);
  CHECK(read.failure == result.failure);
  REQUIRE(read.numbers.size() == result.numbers.size());
  for (const auto& [key, x] : result.numbers) {
    CHECK((read.numbers.at(key) == x || (std::isnan(x) && std::isnan(read.numbers.at(key)))));
    CHECK(std::signbit(read.numbers.at(key)) == std::signbit(x));
  }
}

TEST_CASE("a cell's file that is not what was kept is damaged, whatever its checksum says") {
  const Folder folder;
  const runs::FinishedCells finished(folder.path / "cells", "identity");
  const auto damaged = [&](const std::string& content, const char* name = "cell_3.json") {
    boost::crc_32_type crc;
    crc.process_bytes(content.data(), content.size());
    fs::create_directory(finished.directory());
    std::ofstream(finished.directory() / name)
        << fmt::format(R"({{"checksum":"{:08x}","content":{}}})", crc.checksum(), content);
    std::vector<std::string> out;
    const bool none = finished.read(4, out).empty();
    CHECK(none == (out.size() == 1));
    finished.clear();
    return none;
  };
  const auto cell = [](const char* number, const char* numbers, const char* warnings) {
    return fmt::format(
        R"({{"cell":{},"failure":"","numbers":{},"sweep":"identity","warnings":{}}})", number,
        numbers, warnings);
  };
  CHECK_FALSE(damaged(cell("3", R"({"x":1.5,"y":"inf"})", R"(["w"])")));
  CHECK(damaged(cell("4", "{}", "[]"), "cell_4.json"));  // there are 4 cells
  CHECK(damaged(cell("2", "{}", "[]")));                 // in the file of cell 3
  for (const char* number : {"-1", "3.0", "1e300", "\"3\"", "null", "18446744073709551615"})
    CHECK(damaged(cell(number, "{}", "[]")));
  for (const char* numbers : {"[]", "1", R"({"x":null})", R"({"x":"1"})", R"({"x":[]})"})
    CHECK(damaged(cell("3", numbers, "[]")));
  for (const char* warnings : {"{}", "1", "[1]", "null"}) CHECK(damaged(cell("3", "{}", warnings)));
  CHECK(damaged("{}"));
  CHECK(damaged("[]"));
  CHECK(damaged(std::string(100'000, '[')));
}

TEST_CASE("a cube is read back as it was written") {
  const Folder folder;
  Cube cube;
  cube.name = "s";
  cube.title = "a title";
  cube.text = "the sweep\n";
  cube.experiment_text = "the experiment\n";
  cube.axes = {{"network.width", {10, 20}, {}}, {"method", {0, 1, 2}, {"gd", "adam", "λ"}}};
  cube.numbers["error.rmse"] = Eigen::VectorXd::LinSpaced(6, 0.0, 1.0 / 3.0);
  cube.numbers["error.rmse"][4] = NAN;
  cube.failures = {"", "", "", "", "diverged", ""};
  cube.summary = {{"name", "s"}, {"title", "a title"}, {"axes", nlohmann::json::array()},
                  {"failed", 1}, {"seconds", 2.5},     {"warnings", nlohmann::json::object()}};
  for (const runs::CubeAxis& axis : cube.axes)
    cube.summary["axes"].push_back(
        {{"name", axis.name}, {"values", axis.values}, {"labels", axis.labels}});
  runs::write_cube(cube, folder.path);
  const Cube read = runs::read_cube(folder.path);
  CHECK(read.name == cube.name);
  CHECK(read.title == cube.title);
  CHECK(read.text == cube.text);
  CHECK(read.experiment_text == cube.experiment_text);
  REQUIRE(read.axes.size() == 2);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(read.axes[k].name == cube.axes[k].name);
    CHECK(read.axes[k].values == cube.axes[k].values);
    CHECK(read.axes[k].labels == cube.axes[k].labels);
  }
  REQUIRE(read.numbers.size() == 1);
  CHECK(same(read.numbers.at("error.rmse"), cube.numbers.at("error.rmse")));
  CHECK(read.failures == cube.failures);
  CHECK(read.summary == cube.summary);
  // Whatever else the summary says is refused, with its key.
  const auto refuses = [&](const char* place, const nlohmann::json& value, const std::string& why) {
    nlohmann::json summary = cube.summary;
    summary[nlohmann::json::json_pointer(place)] = value;
    io::write_json(folder.path / "summary.json", summary);
    CAPTURE(place, value.dump());
    CHECK_THROWS_AS(runs::read_cube(folder.path), InputError);
    CHECK_THROWS_WITH(runs::read_cube(folder.path), Catch::Contains("summary.json: " + why));
  };
  refuses("/name", 1, "name: must be a text, got 1");
  refuses("/axes", nullptr, "axes: must be a list, got null");
  refuses("/axes", nlohmann::json::array(), "axes: must have one at least");
  refuses("/axes/0", 1, "axes[0]: must be a table, got 1");
  refuses("/axes/0/name", 1, "axes[0].name: must be a text, got 1");
  refuses("/axes/0/name", "method", "axes[1].name: is there twice");
  refuses("/axes/0/values", {1, "x"}, "axes[0].values[1]: must be a number");
  refuses("/axes/0/values", nlohmann::json::array(), "axes[0].values: must be a list of numbers");
  refuses("/axes/0/values", {1, 2, 3}, "axes: are not those of error.rmse in result.nc");
  refuses("/axes/1/labels", {"a", "b"}, "axes[1].labels: must be one for each value, or none");
  refuses("/failed", 7, "failed: must be an integer from 0 to 6, got 7");
  refuses("/seconds", "long", "seconds: must be a number");
  refuses("/warnings", 1, "warnings: must be a table, got 1");
}
