#include "runs/cube.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "compare/comparison.hpp"
#include "io/netcdf.hpp"

#include <algorithm>
#include <fstream>

#include <spdlog/fmt/fmt.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

constexpr auto kFailure = "failure";

}  // namespace

Eigen::Index Cube::size() const {
  Eigen::Index size = 1;
  for (const Axis& axis : axes) size *= axis.size();
  return size;
}

void write_cube(const Cube& cube, const fs::path& directory) {
  io::write_netcdf(directory / "result.nc", [&](io::NetcdfWriter& file) {
    file.attribute("title", cube.title);
    file.attribute("program", "fprinciple");
    file.attribute("version", base::version());
    file.attribute("sweep", cube.text);
    file.attribute("experiment", cube.experiment_text);
    file.attribute("conventions", compare::conventions().dump());
    std::vector<std::string> names;
    for (const Axis& axis : cube.axes) {
      names.push_back(axis.name);
      file.dimension(axis.name, axis.size());
    }
    for (const Axis& axis : cube.axes)
      if (axis.labels.empty())
        file.numbers(axis.name, {axis.name},
                     Eigen::Map<const Eigen::VectorXd>(axis.values.data(), axis.size()));
      else
        file.texts(axis.name, {axis.name}, axis.labels);
    for (const auto& [key, values] : cube.numbers) file.numbers(key, names, values);
    file.texts(kFailure, names, cube.failures);
  });
  const fs::path summary = directory / "summary.json";
  std::ofstream out(summary);
  out << cube.summary.dump(2) << '\n';
  if (!out.flush()) throw RunError(fmt::format("{}: cannot be written", summary.string()));
}

Cube read_cube(const fs::path& directory) {
  Cube cube;
  const fs::path summary = directory / "summary.json";
  std::ifstream in(summary);
  cube.summary = nlohmann::json::parse(in, nullptr, false);
  if (!in || !cube.summary.is_object() || !cube.summary.contains("axes"))
    throw InputError(fmt::format("{}: not the summary of a sweep", summary.string()));
  cube.name = cube.summary.at("name");
  cube.title = cube.summary.at("title");
  const io::NetcdfReader file(directory / "result.nc");
  cube.text = file.attribute("sweep");
  cube.experiment_text = file.attribute("experiment");
  std::vector<std::string> others = {kFailure};
  for (const nlohmann::json& axis : cube.summary.at("axes")) {
    cube.axes.push_back({axis.at("name"), axis.at("values"), axis.at("labels")});
    others.push_back(cube.axes.back().name);
  }
  for (const std::string& key : file.variables())
    if (std::find(others.begin(), others.end(), key) == others.end())
      cube.numbers[key] = file.numbers(key);
  cube.failures = file.texts(kFailure);
  const bool whole = std::all_of(cube.numbers.begin(), cube.numbers.end(), [&](const auto& number) {
    return number.second.size() == cube.size();
  });
  if (!whole || static_cast<Eigen::Index>(cube.failures.size()) != cube.size())
    throw InputError(
        fmt::format("{}: the axes are not those of result.nc beside it", summary.string()));
  return cube;
}

}  // namespace fprinciple::runs
