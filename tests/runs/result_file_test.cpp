#include "runs/result_file.hpp"

#include "base/error.hpp"
#include "io/json.hpp"
#include "io/netcdf.hpp"
#include "tests/reports/synthetic.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

using namespace fprinciple;
using compare::Comparison;
using nlohmann::json;
using runs::Run;
namespace fs = std::filesystem;

namespace {

/// A result's directory, which goes away with its object.
struct ResultFolder {
  fs::path path = fs::temp_directory_path() / fmt::format("fprinciple_result_file_{}", getpid());
  ResultFolder() { fs::create_directory(path); }
  ~ResultFolder() { fs::remove_all(path); }
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  std::string refusal() const {
    try {
      runs::read_run(path);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }
};

Run named(Eigen::Index dim, bool with_target) {
  Run run = tests::synthetic(dim, with_target);
  run.summary["name"] = run.name;
  run.summary["title"] = run.title;
  return run;
}

using Arrays = std::map<std::string, std::pair<std::vector<std::uint64_t>, Eigen::VectorXd>>;

/// Writes result.nc anew, each array with dimensions of its own, after `change` has been at them.
void rewrite(const std::string& file, const std::function<void(Arrays&)>& change) {
  Arrays arrays;
  {
    const io::NetcdfReader in(file);
    for (const std::string& name : in.variables())
      arrays[name] = {in.shape(name), in.numbers(name)};
  }
  change(arrays);
  io::write_netcdf(file, [&](io::NetcdfWriter& out) {
    out.attribute("experiment", std::string("e"));
    for (const auto& [name, contents] : arrays) {
      std::vector<std::string> dimensions;
      for (const std::uint64_t size : contents.first) {
        dimensions.push_back(fmt::format("{}_{}", name, dimensions.size()));
        out.dimension(dimensions.back(), static_cast<Eigen::Index>(size));
      }
      out.numbers(name, dimensions, contents.second);
    }
  });
}

}  // namespace

TEST_CASE("a result whose arrays are not what a result has is refused") {
  const ResultFolder folder;
  const auto check_refused = [&](const std::string& why,
                                 const std::function<void(Comparison&)>& change) {
    Run run = named(1, true);
    change(run.comparison);
    runs::write_run(run, folder.path);
    CAPTURE(why);
    CHECK_THAT(folder.refusal(), Catch::StartsWith((folder.path / "result.nc").string() + ": ") &&
                                     Catch::Contains(why));
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  runs::write_run(named(2, false), folder.path);
  CHECK(folder.refusal() == "accepted");
  check_refused("variable t must increase from 0", [](Comparison& c) { c.t[3] = c.t[2]; });
  check_refused("variable t must increase from 0", [](Comparison& c) { c.t[0] = -1.0; });
  check_refused("variable t must increase from 0", [&](Comparison& c) { c.t[3] = nan; });
  check_refused("variable x_train must be finite", [&](Comparison& c) { c.samples.x(0, 0) = nan; });
  check_refused("variable y_train must be finite", [&](Comparison& c) { c.samples.y[0] = nan; });
  check_refused("variable x_grid must be finite",
                [&](Comparison& c) { c.grid.points(0, 1) = nan; });
  check_refused("its limit must both be there", [](Comparison& c) {
    c.models.push_back({.model = compare::Model::complete, .limit = c.lfp().limit});
  });
  check_refused("must all be there, or none", [](Comparison& c) { c.test_loss_nn.reset(); });
  check_refused("must all be there, or none", [](Comparison& c) { c.spectrum_nn.resize(0, 0); });
  check_refused("variable frequency must increase",
                [](Comparison& c) { c.frequency[1] = c.frequency[2]; });
  for (const double count : {0.0, 79.0, 81.0}) {
    CAPTURE(count);
    runs::write_run(named(1, true), folder.path);
    rewrite((folder.path / "result.nc").string(),
            [&](Arrays& arrays) { arrays.at("grid_axes").second[2] = count; });
    CHECK_THAT(
        folder.refusal(),
        Catch::Contains("grid_axes must have first, last and count of 1 axes with 80 points"));
  }
  check_refused("grid_axes must have", [](Comparison& c) { c.grid.axes[0].lo = 2.0; });
  check_refused("grid_axes must have", [&](Comparison& c) { c.grid.axes[0].lo = nan; });
}

TEST_CASE("a result is read back to the bit, and with one dimension for all of the grid") {
  const ResultFolder folder;
  const std::string file = (folder.path / "result.nc").string();
  for (const Eigen::Index dim : {1, 2}) {
    CAPTURE(dim);
    const Run run = named(dim, true);
    runs::write_run(run, folder.path);
    const auto check_same = [&] {
      const Comparison c = runs::read_run(folder.path).comparison;
      CHECK(c.grid.points == run.comparison.grid.points);
      CHECK(c.grid.axes.size() == static_cast<std::size_t>(dim));
      CHECK(c.t == run.comparison.t);
      CHECK(c.f_nn == run.comparison.f_nn);
      CHECK(c.lfp().limit == run.comparison.lfp().limit);
      CHECK(c.target == run.comparison.target);
    };
    check_same();
    // As older programs wrote it.
    const auto points = static_cast<std::uint64_t>(run.comparison.grid.size());
    rewrite(file, [&](Arrays& arrays) {
      CHECK(arrays.at("f_nn").first.size() == static_cast<std::size_t>(1 + dim));
      CHECK(arrays.at(dim == 1 ? "x" : "x2").second.size() == run.comparison.grid.axes[0].count);
      for (const char* axis : {"x", "x1", "x2"}) arrays.erase(axis);
      arrays["x_grid"].first = {points, static_cast<std::uint64_t>(dim)};
      for (auto& [name, array] : arrays) {
        if (name == "f_nn" || name == "f_lfp") array.first = {array.first.front(), points};
        if (name == "f_lfp_limit" || name == "target") array.first = {points};
      }
    });
    check_same();
  }
}

TEST_CASE("a result whose arrays do not fit to each other is refused") {
  const ResultFolder folder;
  const std::string file = (folder.path / "result.nc").string();
  // One array in the place of another.
  const auto refusal = [&](const char* array, const std::string& taken_for) {
    runs::write_run(named(1, true), folder.path);
    rewrite(file, [&](Arrays& arrays) { arrays[taken_for] = arrays.at(array); });
    return folder.refusal();
  };
  CHECK(refusal("f_nn", "f_nn") == "accepted");
  CHECK(refusal("f_lfp_limit", "loss_nn") ==
        file + ": variable loss_nn has 80 values along t, must have 20");
  CHECK(refusal("spectrum_nn", "f_nn") ==
        file + ": variable f_nn has 12 values along grid, must have 80");
  CHECK(refusal("cubic_spline", "y_train") ==
        file + ": variable y_train has 80 values along sample, must have 3");
  CHECK(refusal("cubic_spline", "f_lfp") ==
        file + ": variable f_lfp must have 2 dimensions, has 1");
}

TEST_CASE("a result's summary of another type is refused with its key") {
  const ResultFolder folder;
  Run run = named(1, true);
  run.comparison.power_function = run.comparison.lfp().limit;
  json bounds = {{"fp_norm", 2.0}, {"note", ""}};
  for (const char* key :
       {"published", "sharper", "power_function", "radius", "measured_lfp", "measured_lfp_l2"})
    bounds[key] = 1.0;
  run.summary["bounds"] = bounds;
  runs::write_run(run, folder.path);
  REQUIRE(folder.refusal() == "accepted");
  const fs::path file = folder.path / "summary.json";
  const auto refusal = [&](const char* place, const json& value) {
    json summary = run.summary;
    summary[json::json_pointer(place)] = value;
    io::write_json(file, summary);
    return folder.refusal();
  };
  const std::string start = file.string() + ": ";
  CHECK(refusal("/name", 1) == start + "name: must be a text, got 1");
  CHECK(refusal("/title", {1, 2}) == start + "title: must be a text, got a list of 2");
  CHECK(refusal("/lfp", json::object()) == start + "lfp.model: is missing");
  CHECK(refusal("/lfp/model", "lfp2021") ==
        start + "lfp.model: must be one of linearised, complete, lfp2020, lfp2019, power");
  CHECK(refusal("/bounds", 1) == start + "bounds: must be a table, got 1");
  CHECK(refusal("/bounds", json::object()) == start + "bounds.fp_norm: is missing");
  CHECK(refusal("/bounds/fp_norm", "x") == start + "bounds.fp_norm: must be a number, got \"x\"");
  CHECK(refusal("/bounds/fp_norm", nullptr) == "accepted");
  CHECK(refusal("/bounds/radius", nullptr) == start + "bounds.radius: must be a number, got null");
  io::write_json(file, {1, 2});
  CHECK(folder.refusal() == start + "must be a table, got a list of 2");
  fs::remove(file);
  CHECK(folder.refusal() == start + "cannot be read");
}
