#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace fprinciple::runs {

/// One dimension of a sweep: what it varies, and its coordinates.
struct CubeAxis {
  std::string name;                 ///< the swept key ("network.width"), or a name of its own
  std::vector<double> values;       ///< the coordinates; 0, 1, … where they are names
  std::vector<std::string> labels;  ///< the names; empty where the coordinates are numbers

  Eigen::Index size() const { return static_cast<Eigen::Index>(values.size()); }
  /// The name in result.nc, of a dimension and its coordinates: one that Python takes for a keyword
  /// argument, with _ for what is neither letter nor digit ("network_width").
  std::string dimension() const;
};

/// The outcome of a sweep: a labelled cube of every number that summary.json has. Cells are counted
/// with the last axis fastest; C cells.
struct Cube {        // NOLINT(bugprone-exception-escape): only if nlohmann::json's move threw
  std::string name;  ///< the sweep file's stem
  std::string title;
  std::string text;             ///< the sweep file, as read
  std::string experiment_text;  ///< the experiment that it varies, as read
  std::vector<CubeAxis> axes;
  /// By dotted key ("error.rmse"); C, nan where the cell failed or has no such number.
  std::map<std::string, Eigen::VectorXd> numbers;
  std::vector<std::string> failures;  ///< C, why the cell failed; empty where it did not
  nlohmann::json summary;             ///< summary.json of the sweep as a whole

  Eigen::Index size() const;  ///< C
};

/// Writes result.nc (the axes are its dimensions and coordinate variables, see CubeAxis::dimension)
/// and summary.json into an existing directory.
void write_cube(const Cube& cube, const std::filesystem::path& directory);

/// Reads back what write_cube wrote, and files of older programs, which have an axis under its own
/// name. Throws InputError naming the file when it is something else.
Cube read_cube(const std::filesystem::path& directory);

}  // namespace fprinciple::runs
