#pragma once

#include "runs/name_lock.hpp"

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace fprinciple::runs {

/// Whether this looks like a result: its summary.json names fprinciple. That makes it readable, not
/// ours to remove: see ownership.hpp.
bool is_result_directory(const std::filesystem::path& directory);

/// An output directory in the making: a staging directory beside the final one, which takes the
/// final name in one step, when complete. Killed at any moment, the final name holds the old
/// result, or the new one, or what was there before: nothing.
///
/// A directory is replaced only when it is empty, or when all that it holds was written by
/// fprinciple (ownership.hpp); never the working directory, nor one that holds what the run reads,
/// nor one above or below either. What is replaced is removed file by file as listed.
///
/// As long as the object lives, the name is locked (name_lock.hpp). Staging directories are called
/// .NAME.partial-PID; those that dead processes left are removed by the next run into that name.
class OutputDirectory {
 public:
  /// What becomes of files that others have put into the directory that is to be replaced.
  enum class Foreign {
    refuse,
    keep  ///< they are moved to the new one, as they are
  };

  /// `inputs` are the files and directories that the run reads. Throws InputError, naming what is
  /// in the way, when the final name may not be replaced, when nothing can be written beside it,
  /// or when another process is writing it.
  explicit OutputDirectory(const std::filesystem::path& final_path,
                           const std::vector<std::filesystem::path>& inputs = {},
                           Foreign foreign = Foreign::refuse);

  /// Removes the staging directory, when it was not published, and gives the name back.
  ~OutputDirectory();

  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  /// Where to write. Once that is published or abandoned there is nothing under this name.
  const std::filesystem::path& path() const { return staging_; }

  /// A file beside the final name, called after it: NAME + suffix. On the filesystem of path().
  /// Throws InputError when that is, or holds, what the run reads.
  std::filesystem::path beside(const std::string& suffix) const;

  /// False on a filesystem without locks: then nothing keeps two runs apart.
  bool locked() const { return lock_->held(); }

  /// Copies into path() what fprinciple wrote into the directory that is to be replaced.
  void copy_old() const;

  /// Puts what was written in the place of the final name, and removes what it replaces. Throws
  /// InputError when something foreign has appeared there, RunError when the system refuses.
  void publish();

  /// For a process that is about to end while another of its threads is still writing: removes what
  /// the destructor would. From then on publish() and the destructor wait for ever in other
  /// threads.
  void abandon();

 private:
  void make_staging();
  void remove() noexcept;

  std::filesystem::path given_;  ///< as the user wrote it, for messages
  std::filesystem::path final_;  ///< absolute, symbolic links followed
  std::vector<std::filesystem::path> inputs_;
  Foreign foreign_;
  std::vector<std::filesystem::path> made_;  ///< the directories above that were missing
  std::optional<NameLock> lock_;
  std::filesystem::path staging_;
  std::filesystem::path ended_;  ///< what staging_ is called while it is removed
  bool staged_ = false;          ///< whether that is there, and ours to remove
  /// Of publishing, removing and abandoning. A thread may be ended in the middle of the first, and
  /// then come to the last.
  std::recursive_mutex mutex_;
};

}  // namespace fprinciple::runs
