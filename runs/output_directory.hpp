#pragma once

#include <filesystem>
#include <string>

namespace fprinciple::runs {

/// Whether fprinciple wrote this directory: its summary.json names the program.
bool is_result_directory(const std::filesystem::path& directory);

/// An output directory in the making: a staging directory beside the final one, which takes the
/// final name in one step, when complete. Killed at any moment, the final name holds the old
/// result, or the new one, or what was there before: nothing.
///
/// Staging directories are called .NAME.partial-PID and locked while their process lives, so that
/// the next run into the same name can tell which were left behind, and removes them.
class OutputDirectory {
 public:
  /// Throws InputError when the final name is something that fprinciple did not write (empty
  /// directories apart), or when nothing can be written beside it.
  explicit OutputDirectory(const std::filesystem::path& final_path);

  /// Removes the staging directory, when it was not published.
  ~OutputDirectory();

  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  /// Where to write.
  const std::filesystem::path& path() const { return staging_; }

  /// A file beside the final name, called after it: NAME + suffix. On the filesystem of path().
  std::filesystem::path beside(const std::string& suffix) const;

  /// Puts what was written in the place of the final name, and removes what it replaces. Throws
  /// InputError when something foreign has appeared there, RunError when the system refuses.
  void publish();

 private:
  void make_staging();

  std::filesystem::path given_;  ///< as the user wrote it, for messages
  std::filesystem::path final_;  ///< absolute, symbolic links followed
  std::filesystem::path staging_;
  int lock_ = -1;
};

}  // namespace fprinciple::runs
