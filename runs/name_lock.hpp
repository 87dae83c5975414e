#pragma once

#include <filesystem>

namespace fprinciple::runs {

/// One process at a time for what lies under a name: a locked file beside it, which says who holds
/// it and is removed at the end. A file that a dead process has left does not hinder, since the
/// lock is the system's (flock) and goes with the process.
class NameLock {
 public:
  /// Locks `file`. Throws InputError when another holds it, saying who and since when, or when the
  /// file cannot be made or is not ours. `given` is the name that messages speak of.
  NameLock(const std::filesystem::path& file, const std::filesystem::path& given);
  ~NameLock();

  NameLock(const NameLock&) = delete;
  NameLock& operator=(const NameLock&) = delete;

  /// False on a filesystem that has no locks: then nobody is kept out.
  bool held() const { return descriptor_ >= 0; }

  /// Removes the file and gives the lock back. For any thread, once.
  void release();

 private:
  explicit NameLock(std::filesystem::path file);

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace fprinciple::runs
