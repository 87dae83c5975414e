#pragma once

#include "compare/statistics.hpp"
#include "runs/cube.hpp"

#include <map>
#include <string>
#include <vector>

namespace fprinciple::runs {

/// A dotted line of a figure at one value of x or of y.
struct ReferenceLine {
  char axis = 'y';
  double value = 0.0;
  std::string label;
};

/// A [[figure]] of a sweep file (docs/sweep.md).
struct CubeFigure {
  std::string name;  ///< letters, digits, '-' and '_'
  bool map = false;
  std::string x;                           ///< an axis; of lines also a number
  std::vector<std::string> y;              ///< lines: numbers; map: one axis
  std::string z;                           ///< map: a number
  std::string along;                       ///< the axis that lines run along; of a map x
  std::string over, by;                    ///< axes, or empty
  std::map<std::string, Eigen::Index> at;  ///< the coordinate on each of the other axes
  compare::Statistic statistic = compare::Statistic::mean;  ///< over the replicates
  std::string log;                                          ///< some of the letters xyz
  bool slope = false;
  std::vector<double> guides;  ///< slopes
  std::vector<ReferenceLine> lines;
  std::vector<double> contours;  ///< of a map; empty: round levels
  std::string title, x_label, y_label, z_label, reading;
  std::vector<std::string> names;             ///< of the lines
  std::map<std::string, std::string> places;  ///< "file:line: figure.key" of each number's key

  bool is_log(char axis) const { return log.find(axis) != std::string::npos; }
};

/// The [[figure]] tables of a sweep file whose axes are known. Throws InputError "file:line: key:
/// …" for anything that can be wrong before the cube is there.
std::vector<CubeFigure> read_cube_figures(const std::string& sweep_text, const std::string& file,
                                          const std::vector<CubeAxis>& axes);

/// Throws InputError at the first number that a figure shows and the cube has not, naming the ones
/// that are spelt most like it.
void check_numbers(const std::vector<CubeFigure>& figures, const Cube& cube);

/// The place of an axis among the cube's; -1 for none of that name.
Eigen::Index axis_index(const std::vector<CubeAxis>& axes, const std::string& name);

/// A coordinate in words: its name, or the number with six digits.
std::string coordinate(const CubeAxis& axis, Eigen::Index i);

/// The number in the cells at `index`, one coordinate for each axis, and along the axis `over`
/// instead of its coordinate: one value for each replicate, or just one when `over` is empty.
Eigen::VectorXd replicates(const Cube& cube, const std::string& number,
                           std::vector<Eigen::Index> index, const std::string& over);

}  // namespace fprinciple::runs
