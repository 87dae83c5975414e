#pragma once

#include "runs/cube.hpp"
#include "runs/experiment_file.hpp"
#include "runs/toml_reader.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::runs {

/// A sweep file (docs/sweep.md): the experiment in every cell of a cube.
struct Sweep {
  /// A change of the experiment; place.key is what it changes, and its line the sweep file's.
  struct Edit {
    enum class Kind { set, remove, multiply } kind = Kind::set;
    TomlPlace place;
    std::string value = {};  ///< TOML, for `set`
    double factor = 1.0;     ///< for `multiply`
  };

  std::string name;  ///< the file's stem
  std::string title;
  std::string text;  ///< the file, as read
  std::filesystem::path experiment_file;
  std::string experiment_text;
  std::vector<Edit> everywhere;  ///< the edits of every cell
  std::vector<CubeAxis> axes;
  std::vector<std::vector<std::vector<Edit>>> edits;  ///< by axis and coordinate

  Eigen::Index size() const;  ///< C; cells are counted with the last axis fastest
};

/// Reads a sweep file and the experiment that it names; the tables [[figure]] are let pass. Throws
/// InputError as read_experiment does, and for more than 10^6 cells. The cells are not looked at.
Sweep read_sweep(const std::filesystem::path& file);

/// The same of a file that has been parsed; with `experiment_text` that is the experiment, and the
/// file named by the sweep is not opened.
Sweep read_sweep(const TomlFile& toml, const std::optional<std::string>& experiment_text = {});

/// The files that a sweep reads, see files_named; `file` is its own.
std::vector<std::filesystem::path> files_read(const Sweep& sweep,
                                              const std::filesystem::path& file);

/// The experiment of a cell: that of the file with everywhere's edits and those of each axis; first
/// all that is set, then removals, then multiplications. Throws InputError as read_experiment does;
/// what an edit has put there is at its line of the sweep file.
Experiment experiment(const Sweep& sweep, Eigen::Index cell);

/// "network.width = 500, method = adam"
std::string cell_name(const Sweep& sweep, Eigen::Index cell);

}  // namespace fprinciple::runs
