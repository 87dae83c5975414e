#include "runs/output_directory.hpp"

#include "base/directory_entries.hpp"
#include "base/error.hpp"
#include "io/json.hpp"
#include "runs/ownership.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <ranges>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
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
  if (given.empty()) throw InputError("the output directory must have a name");
  std::error_code error;
  const fs::path absolute = fs::absolute(given, error);
  const fs::path path = error ? fs::path() : fs::weakly_canonical(absolute, error);
  if (error) refuse(given, fmt::format("cannot be an output directory: {}", error.message()));
  if (path.string().find('\\') != std::string::npos)
    refuse(given, "cannot be an output directory: NetCDF takes the \\ in its path for a /");
  return path.has_filename() ? path : path.parent_path();
}

/// Whether `inner` is `outer`, or lies below it. Both are canonical.
bool contains(const fs::path& outer, const fs::path& inner) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Throws InputError when replacing `path` would take away what the run reads, or stands in.
void require_apart(const fs::path& given, const fs::path& path,
                   const std::vector<fs::path>& inputs) {
  std::error_code error;
  if (const fs::path here = fs::current_path(error); !error && contains(path, here))
    refuse(given, path == here ? "is the working directory; name another one"
                               : "holds the working directory; name another one");
  for (const fs::path& input : inputs) {
    const fs::path read = fs::canonical(input, error);
    if (error) continue;  // whoever reads it says so
    if (contains(path, read))
      refuse(given, fmt::format("{} {}, which is read here; name another directory",
                                path == read ? "is" : "holds", input.string()));
    if (fs::is_directory(read, error) && contains(read, path))
      refuse(given,
             fmt::format("lies in {}, which is read here; name another directory", input.string()));
  }
}

bool on_other_device(const fs::path& a, const fs::path& b) {
  struct stat first {};
  struct stat second {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev != second.st_dev;
}

Contents look_through(const fs::path& given, const fs::path& path) {
  try {
    return contents_of(path);
  } catch (const fs::filesystem_error& error) {
    refuse(given, fmt::format("cannot be read: {}", error.code().message()));
  }
}

/// Throws InputError unless `path` may be replaced by a result.
void require_replaceable(const fs::path& given, const fs::path& path,
                         OutputDirectory::Foreign foreign) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found) return;
  if (error) refuse(given, fmt::format("cannot be an output directory: {}", error.message()));
  if (status.type() != fs::file_type::directory) refuse(given, "exists and is not a directory");
  // Renaming would fail, after all the work.
  if (on_other_device(path, path.parent_path()))
    refuse(given, "is a mount point, which cannot be replaced; name a directory inside it");
  const Contents contents = look_through(given, path);
  if (contents.foreign.empty()) return;
  if (contents.writer == Contents::Writer::none)
    refuse(given, fmt::format("exists and was not written by fprinciple: it holds {}; name another "
                              "directory, or remove this one",
                              named(contents.foreign)));
  if (foreign == OutputDirectory::Foreign::refuse)
    refuse(given, fmt::format("holds what fprinciple did not write: {}; move that away, or name "
                              "another directory",
                              named(contents.foreign)));
}

std::string staging_prefix(const fs::path& final_path) {
  return fmt::format(".{}.partial-", final_path.filename().string());
}

/// Moves what is foreign in one directory to the other, where the names are free.
void move_foreign(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (const fs::path& path : contents_of(from).foreign) {
    if (fs::exists(fs::symlink_status(to / path, error))) continue;
    fs::create_directories((to / path).parent_path(), error);
    fs::rename(from / path, to / path, error);
  }
}

/// Removes what dead processes left: staging directories, and old results that were being removed.
/// What carries no mark of ours is left alone, whatever its name.
void remove_stale_stagings(const fs::path& final_path) {
  const std::string prefix = staging_prefix(final_path);
  std::error_code error;
  std::vector<fs::path> stale;
  std::vector<fs::path> names;
  try {
    names = base::names_in(final_path.parent_path());
  } catch (const fs::filesystem_error&) {  // to be written, not read
    return;
  }
  for (const fs::path& entry : names) {
    const std::string& name = entry.native();
    const fs::path path = final_path.parent_path() / entry;
    if (name.starts_with(prefix) && name.size() > prefix.size() &&
        std::isdigit(static_cast<unsigned char>(name[prefix.size()])) != 0 &&
        fs::symlink_status(path, error).type() == fs::file_type::directory)
      stale.push_back(path);
  }
  for (const fs::path& path : stale) {
    try {
      if (is_marked_as_staging(path) || is_staging_without_mark(path)) {
        remove_staging(path);
      } else if (contents_of(path).writer == Contents::Writer::known) {
        if (fs::exists(final_path / kMarker)) move_foreign(path, final_path);
        remove_written(path, contents_of(path).written);
      }
    } catch (const fs::filesystem_error&) {  // NOLINT(bugprone-empty-catch): it stays where it is
    }
  }
}

/// Adds all that is in `directory` / `below`.
void add_everything(const fs::path& directory, const fs::path& below, std::vector<fs::path>& out) {
  for (const fs::path& name : base::names_in(directory / below)) {
    out.push_back(below / name);
    if (fs::symlink_status(directory / below / name).type() == fs::file_type::directory)
      add_everything(directory, below / name, out);
  }
}

/// The directories above `path` that are missing, the uppermost first.
std::vector<fs::path> missing_above(const fs::path& path) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::path above = path.parent_path(); !fs::exists(above, error) && above.has_filename();
       above = above.parent_path())
    out.insert(out.begin(), above);
  return out;
}

int rename_with(unsigned flags, const fs::path& from, const fs::path& to) {
  return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags);
}

}  // namespace

bool is_result_directory(const fs::path& directory) {
  try {
    const auto summary = io::read_json(directory / "summary.json");
    return summary.is_object() && summary.contains("program") && summary["program"] == "fprinciple";
  } catch (const InputError&) {
    return false;
  }
}

OutputDirectory::OutputDirectory(const fs::path& final_path, const std::vector<fs::path>& inputs,
                                 Foreign foreign)
    : given_(final_path), final_(resolved(final_path)), inputs_(inputs), foreign_(foreign) {
  require_apart(given_, final_, inputs);
  require_replaceable(given_, final_, foreign_);
  made_ = missing_above(final_);
  try {
    std::error_code error;
    fs::create_directories(final_.parent_path(), error);
    if (error)
      refuse(given_, fmt::format("its parent directory cannot be created: {}", error.message()));
    lock_.emplace(final_.parent_path() / fmt::format(".{}.lock", final_.filename().string()),
                  given_);
    require_replaceable(given_, final_, foreign_);  // another may have been faster
    if (lock_->held()) remove_stale_stagings(final_);
    make_staging();
  } catch (...) {
    remove();
    throw;
  }
}

void OutputDirectory::make_staging() {
  const std::string base = fmt::format("{}{}", staging_prefix(final_), ::getpid());
  // A name may be taken: process ids repeat across containers that share a directory.
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    staging_ = final_.parent_path() / (attempt == 0 ? base : fmt::format("{}-{}", base, attempt));
    ended_ = staging_.string() + "-ended";
    std::error_code error;
    if (!fs::create_directory(staging_, error)) {
      if (error) refuse(given_, fmt::format("cannot be written: {}", error.message()));
      continue;
    }
    staged_ = true;
    try {
      mark_as_staging(staging_);
    } catch (const RunError& failed) {
      refuse(given_, failed.what());
    }
    return;
  }
  refuse(given_, "cannot be written: no free name for a staging directory");
}

/// Of what it does not find it says nothing. Another thread may still be writing: under another
/// name the directory is out of its reach, but for files that it has open, and it finds path()
/// gone.
/// It asks for no memory: that may have ended.
void OutputDirectory::remove() noexcept {
  if (staged_) remove_staging(::rename(staging_.c_str(), ended_.c_str()) == 0 ? ended_ : staging_);
  staged_ = false;
  if (lock_) lock_->release();
  for (const fs::path& above : made_ | std::views::reverse)
    ::rmdir(above.c_str());  // where nothing else is in it
}

OutputDirectory::~OutputDirectory() {
  const std::lock_guard lock(mutex_);
  remove();
}

void OutputDirectory::abandon() {
  mutex_.lock();
  remove();
}

fs::path OutputDirectory::beside(const std::string& suffix) const {
  const fs::path path = final_.parent_path() / (final_.filename().string() + suffix);
  std::error_code error;
  for (const fs::path& input : inputs_)
    if (const fs::path read = fs::canonical(input, error); !error && contains(path, read))
      refuse(given_,
             fmt::format("would keep what is reached in the place of {}, which is read here; "
                         "name another directory",
                         input.string()));
  return fs::proximate(path);
}

void OutputDirectory::copy_old() const {
  for (const fs::path& path : look_through(given_, final_).written) {
    if (path == kMarker) continue;
    std::error_code error;
    if (fs::is_directory(final_ / path))
      fs::create_directory(staging_ / path, error);
    else
      fs::copy_file(final_ / path, staging_ / path, error);
    if (error)
      throw RunError(
          fmt::format("{}: cannot be copied: {}", (given_ / path).string(), error.message()));
  }
}

void OutputDirectory::publish() {
  const std::lock_guard lock(mutex_);
  require_replaceable(given_, final_, foreign_);
  const auto fail = [&] {
    throw RunError(fmt::format("{}: cannot be put in place: {}", given_.string(),
                               std::system_category().message(errno)));
  };
  std::vector<fs::path> everything;
  add_everything(staging_, {}, everything);
  write_marker(staging_, everything);
  if (!fs::exists(final_)) {
    if (::rename(staging_.c_str(), final_.c_str()) != 0) fail();
    staged_ = false;
    return;
  }
  const Contents old = look_through(given_, final_);
  for (const fs::path& path : old.foreign)
    if (fs::exists(fs::symlink_status(staging_ / path)))
      refuse(given_, fmt::format("holds {}, which fprinciple did not write, in the place of a "
                                 "result; move it away",
                                 path.string()));
  // What is removed below is then listed, should that be killed.
  if (old.writer == Contents::Writer::earlier) write_marker(final_, old.written);
  fs::path replaced = staging_;
  if (rename_with(RENAME_EXCHANGE, staging_, final_) != 0) {
    if (errno != EINVAL && errno != ENOSYS) fail();
    // A filesystem that cannot exchange two names: for a moment there is nothing.
    replaced += "-old";
    if (::rename(final_.c_str(), replaced.c_str()) != 0) fail();
    if (::rename(staging_.c_str(), final_.c_str()) != 0) {
      ::rename(replaced.c_str(), final_.c_str());
      fail();
    }
  }
  staged_ = false;  // from here on nothing but what is listed may be removed
  if (!old.foreign.empty()) move_foreign(replaced, final_);
  if (remove_written(replaced, old.written)) return;
  move_foreign(replaced, final_);  // what has come since
  if (!remove_written(replaced, {}))
    throw RunError(
        fmt::format("{}: is in place; what it replaced could not be removed and lies in {}",
                    given_.string(), replaced.string()));
}

}  // namespace fprinciple::runs
