#include "runs/output_directory.hpp"

#include "base/error.hpp"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw InputError(fmt::format("{}: {}", path.string(), why));
}

/// Absolute, without a slash at the end, symbolic links followed.
fs::path resolved(const fs::path& given) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(fs::absolute(given), error);
  if (error) refuse(given, fmt::format("cannot be an output directory: {}", error.message()));
  return path.has_filename() ? path : path.parent_path();
}

bool on_other_device(const fs::path& a, const fs::path& b) {
  struct stat first {};
  struct stat second {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev != second.st_dev;
}

/// Throws InputError unless `path` may be replaced by a result.
void require_replaceable(const fs::path& given, const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found) return;
  if (error) refuse(given, fmt::format("cannot be an output directory: {}", error.message()));
  if (status.type() != fs::file_type::directory) refuse(given, "exists and is not a directory");
  // Renaming would fail, after all the work.
  if (on_other_device(path, path.parent_path()))
    refuse(given, "is a mount point, which cannot be replaced; name a directory inside it");
  const bool empty = fs::is_empty(path, error);
  if (error) refuse(given, fmt::format("cannot be read: {}", error.message()));
  if (!empty && !is_result_directory(path))
    refuse(given,
           "exists and was not written by fprinciple; name another directory, or remove this one");
}

std::string staging_prefix(const fs::path& final_path) {
  return fmt::format(".{}.partial-", final_path.filename().string());
}

/// An open, locked descriptor, or −1. `busy` tells that another process holds the lock.
int lock_directory(const fs::path& directory, bool& busy) {
  busy = false;
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  busy = errno == EWOULDBLOCK;
  ::close(descriptor);
  return -1;
}

/// Removes the staging directories that dead processes left. One that cannot be locked for any
/// reason is taken to be alive.
void remove_stale_stagings(const fs::path& final_path) {
  const std::string prefix = staging_prefix(final_path);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(final_path.parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || name.size() == prefix.size() ||
        !std::isdigit(static_cast<unsigned char>(name[prefix.size()])))
      continue;
    bool busy = false;
    const int descriptor = lock_directory(entry.path(), busy);
    if (descriptor < 0) continue;
    fs::remove_all(entry.path(), error);
    ::close(descriptor);
  }
}

bool same_directory(int descriptor, const fs::path& path) {
  struct stat first {};
  struct stat second {};
  return ::fstat(descriptor, &first) == 0 && ::stat(path.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

int rename_with(unsigned flags, const fs::path& from, const fs::path& to) {
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags);
}

}  // namespace

bool is_result_directory(const fs::path& directory) {
  std::ifstream in(directory / "summary.json");
  const auto summary = nlohmann::json::parse(in, nullptr, /*allow_exceptions=*/false);
  return summary.is_object() && summary.contains("program") && summary["program"] == "fprinciple";
}

OutputDirectory::OutputDirectory(const fs::path& final_path)
    : given_(final_path), final_(resolved(final_path)) {
  require_replaceable(given_, final_);
  std::error_code error;
  fs::create_directories(final_.parent_path(), error);
  if (error)
    refuse(given_, fmt::format("its parent directory cannot be created: {}", error.message()));
  remove_stale_stagings(final_);
  make_staging();
}

void OutputDirectory::make_staging() {
  const std::string base = fmt::format("{}{}", staging_prefix(final_), ::getpid());
  // A name may be taken: process ids repeat across containers that share a directory. And a new
  // directory may be taken for a stale one and removed before its lock is there: then try again.
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    staging_ = final_.parent_path() / (attempt == 0 ? base : fmt::format("{}-{}", base, attempt));
    std::error_code error;
    if (!fs::create_directory(staging_, error)) {
      if (error) refuse(given_, fmt::format("cannot be written: {}", error.message()));
      continue;
    }
    bool busy = false;
    lock_ = lock_directory(staging_, busy);
    if (lock_ < 0 && !busy && fs::exists(staging_)) return;  // a filesystem without locks
    if (lock_ >= 0 && same_directory(lock_, staging_)) return;
    if (lock_ >= 0) ::close(lock_);
    lock_ = -1;
  }
  refuse(given_, "cannot be written: no free name for a staging directory");
}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!staging_.empty()) fs::remove_all(staging_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

fs::path OutputDirectory::beside(const std::string& suffix) const {
  return fs::proximate(final_.parent_path() / (final_.filename().string() + suffix));
}

void OutputDirectory::publish() {
  require_replaceable(given_, final_);
  const auto fail = [&] {
    throw RunError(fmt::format("{}: cannot be put in place: {}", given_.string(),
                               std::system_category().message(errno)));
  };
  if (!fs::exists(final_)) {
    if (::rename(staging_.c_str(), final_.c_str()) != 0) fail();
    staging_.clear();
    return;
  }
  if (rename_with(RENAME_EXCHANGE, staging_, final_) != 0) {
    if (errno != EINVAL && errno != ENOSYS) fail();
    // A filesystem that cannot exchange two names: for a moment there is nothing.
    const fs::path old = staging_.string() + "-old";
    if (::rename(final_.c_str(), old.c_str()) != 0) fail();
    if (::rename(staging_.c_str(), final_.c_str()) != 0) fail();
    staging_ = old;
  }
  std::error_code ignored;  // the new result is in place: what is left over is no failure
  fs::remove_all(staging_, ignored);
  staging_.clear();
}

}  // namespace fprinciple::runs
