#include "runs/cube.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "io/json.hpp"
#include "io/netcdf.hpp"
#include "runs/summary.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

constexpr auto kFailure = "failure";

/// Values, and labels: a label for each value, or none.
CubeAxis axis_in(const io::JsonValue& axis) {
  CubeAxis out{axis.at("name").text(), {}, axis.at("labels").texts()};
  for (const io::JsonValue& value : axis.at("values").elements())
    out.values.push_back(value.number());
  if (out.values.empty()) axis.at("values").fail_type("a list of numbers");
  if (!out.labels.empty() && out.labels.size() != out.values.size())
    axis.at("labels").fail("must be one for each value, or none");
  return out;
}

}  // namespace

std::string CubeAxis::dimension() const {
  std::string out = name;
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return out;
}

Eigen::Index Cube::size() const {
  Eigen::Index size = 1;
  for (const CubeAxis& axis : axes) size *= axis.size();
  return size;
}

void write_cube(const Cube& cube, const fs::path& directory) {
  io::write_netcdf(directory / "result.nc", [&](io::NetcdfWriter& file) {
    file.attribute("title", cube.title);
    file.attribute("program", "fprinciple");
    file.attribute("version", base::version());
    file.attribute("sweep", cube.text);
    file.attribute("experiment", cube.experiment_text);
    file.attribute("conventions", conventions().dump());
    std::vector<std::string> names;
    for (const CubeAxis& axis : cube.axes) {
      names.push_back(axis.dimension());
      file.dimension(names.back(), axis.size());
    }
    for (const CubeAxis& axis : cube.axes)
      if (axis.labels.empty())
        file.numbers(axis.dimension(), {axis.dimension()},
                     Eigen::Map<const Eigen::VectorXd>(axis.values.data(), axis.size()));
      else
        file.texts(axis.dimension(), {axis.dimension()}, axis.labels);
    for (const auto& [key, values] : cube.numbers) file.numbers(key, names, values);
    file.texts(kFailure, names, cube.failures);
  });
  io::write_json(directory / "summary.json", cube.summary);
}

Cube read_cube(const fs::path& directory) {
  Cube cube;
  const fs::path summary_file = directory / "summary.json";
  cube.summary = io::read_json(summary_file);
  const io::JsonValue summary(summary_file.string(), cube.summary);
  cube.name = summary.at("name").text();
  cube.title = summary.at("title").text();
  const io::NetcdfReader file(directory / "result.nc");
  cube.text = file.attribute("sweep");
  cube.experiment_text = file.attribute("experiment");
  std::set<std::string> others = {kFailure};
  std::set<std::string> dimensions;
  std::vector<std::uint64_t> shape;
  for (const io::JsonValue& axis : summary.at("axes").elements()) {
    cube.axes.push_back(axis_in(axis));
    shape.push_back(cube.axes.back().values.size());
    if (!others.insert(cube.axes.back().name).second) axis.at("name").fail("is there twice");
    dimensions.insert(cube.axes.back().dimension());
  }
  if (cube.axes.empty()) summary.at("axes").fail("must have one at least");
  const auto require_shape = [&](const std::string& name) {
    if (file.shape(name) != shape)
      summary.at("axes").fail(fmt::format("are not those of {} in result.nc beside it", name));
  };
  for (const std::string& key : file.variables())
    if (!others.contains(key) && !dimensions.contains(key)) {
      require_shape(key);
      cube.numbers[key] = file.numbers(key);
    }
  cube.failures = file.texts(kFailure);
  require_shape(kFailure);
  (void)summary.at("failed").integer(0, cube.size());
  (void)summary.at("seconds").number();
  (void)summary.at("warnings").entries();
  return cube;
}

}  // namespace fprinciple::runs
