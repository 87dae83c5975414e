#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::runs {

/// What a sweep keeps of the run in one cell.
struct CellResult {
  std::map<std::string, double> numbers;  ///< of summary.json, by dotted key
  std::vector<std::string> warnings;
  std::string failure;  ///< why the run failed; empty where it did not
};

/// The cells of a sweep that are done, each a file of its own in one directory, so that a sweep
/// that is killed loses no more than the cells it was at. Numbers are kept bit for bit.
class FinishedCells {
 public:
  /// `identity` is what must be the same for a sweep to go on from its cells.
  FinishedCells(std::filesystem::path directory, std::string identity);

  const std::filesystem::path& directory() const { return directory_; }

  /// Throws InputError where the directory's name, or a cell's, is taken by what is not ours.
  void require_ours() const;

  /// Whether there are any.
  bool any() const;

  /// By number, of a sweep of `cells` cells. Files that are damaged are removed and named in
  /// `damaged`: their cells are to be run again. Throws InputError when there is a cell of another
  /// sweep.
  std::map<Eigen::Index, CellResult> read(Eigen::Index cells,
                                          std::vector<std::string>& damaged) const;

  /// Writes one: it is there, whole and on disk, or not at all. For any number of threads at once.
  /// Throws RunError when it cannot be written.
  void keep(Eigen::Index cell, const CellResult& result) const;

  /// Removes all, of any sweep, and the directory, if nothing else is in it.
  void clear() const;

 private:
  std::filesystem::path directory_;
  std::string identity_;
};

}  // namespace fprinciple::runs
