#pragma once

#include "runs/cube.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace fprinciple::tests {

inline runs::CubeAxis number_axis(const std::string& name, const std::vector<double>& values) {
  return {name, values, {}};
}

inline runs::CubeAxis name_axis(const std::string& name, const std::vector<std::string>& labels) {
  runs::CubeAxis axis{name, {}, labels};
  for (std::size_t i = 0; i < labels.size(); ++i) axis.values.push_back(static_cast<double>(i));
  return axis;
}

/// from, from + 1, …, to.
inline std::vector<double> integers(int from, int to) {
  std::vector<double> out;
  for (int i = from; i <= to; ++i) out.push_back(i);
  return out;
}

/// A cube with these axes and no numbers.
inline runs::Cube empty_cube(const std::vector<runs::CubeAxis>& axes) {
  runs::Cube cube;
  cube.name = "synthetic";
  cube.title = "A <b>synthetic</b> cube";
  cube.text = "title = \"</pre><script>alert(1)</script>\"\n";
  cube.experiment_text = "[data]\n";
  cube.axes = axes;
  cube.summary = {{"program", "fprinciple"}, {"version", "0"}};
  std::size_t cells = 1;
  for (const runs::CubeAxis& axis : axes) cells *= axis.values.size();
  cube.failures.resize(cells);
  return cube;
}

/// Adds a number that is a function of the coordinates.
inline void add_number(runs::Cube& cube, const std::string& key,
                       const std::function<double(const std::vector<double>&)>& f) {
  Eigen::VectorXd values(static_cast<Eigen::Index>(cube.failures.size()));
  for (Eigen::Index c = 0; c < values.size(); ++c) {
    std::vector<double> at(cube.axes.size());
    Eigen::Index rest = c;
    for (std::size_t k = at.size(); k-- > 0;) {
      at[k] = cube.axes[k].values[static_cast<std::size_t>(rest % cube.axes[k].size())];
      rest /= cube.axes[k].size();
    }
    values[c] = f(at);
  }
  cube.numbers[key] = values;
}

/// A cell that failed: none of its numbers is there.
inline void fail(runs::Cube& cube, Eigen::Index cell, const std::string& why) {
  cube.failures[static_cast<std::size_t>(cell)] = why;
  for (auto& [key, values] : cube.numbers) values[cell] = std::numeric_limits<double>::quiet_NaN();
}

/// Between −1 and 1, without a pattern that shows, the same everywhere.
inline double scatter(double a, double b) { return std::sin(1234.5 * a + 789.1 * b * b); }

}  // namespace fprinciple::tests
