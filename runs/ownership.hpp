#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::runs {

/// The file in a result directory that says that fprinciple wrote it, and what: every file and
/// directory below it by its relative path. What it does not list is not ours, whatever the names.
inline constexpr const char* kMarker = ".fprinciple.json";

/// What lies in a directory. Paths are relative; a directory stands before what is in it.
struct Contents {
  enum class Writer {
    none,     ///< not a result
    earlier,  ///< a version that left no marker: told by its summary.json
    known     ///< as the marker says
  };
  Writer writer = Writer::none;
  std::vector<std::filesystem::path> written;  ///< by fprinciple: files and directories only
  /// All else: symbolic links are never ours. Of a foreign directory only the top is named.
  std::vector<std::filesystem::path> foreign;
};

/// Looks through a directory; symbolic links in it are not followed. Without a marker, written is
/// what earlier versions are known to have left, and a figure's files only beside its script.
/// Throws std::filesystem::filesystem_error when it cannot be read.
Contents contents_of(const std::filesystem::path& directory);

/// "a, b, c and 4 others"
std::string named(const std::vector<std::filesystem::path>& paths);

/// Leaves the marker that lists `written`; whole, or not at all. Throws RunError.
void write_marker(const std::filesystem::path& directory,
                  const std::vector<std::filesystem::path>& written);

/// Marks a directory that is still being written: all that comes into it is ours.
void mark_as_staging(const std::filesystem::path& directory);
bool is_marked_as_staging(const std::filesystem::path& directory);

/// Whether a directory is one that was killed before its mark was whole, or after that was removed:
/// nothing is in it, or the beginning of a mark.
bool is_staging_without_mark(const std::filesystem::path& directory);

/// Removes a staging directory with all that is in it, as far as the system lets it. The mark goes
/// last, so that a removal which is killed can be taken up again. Files that another thread puts
/// into it meanwhile go, too, for half a second. It asks for no memory: that may have ended.
void remove_staging(const std::filesystem::path& directory) noexcept;

/// Removes what fprinciple has `written`, as contents_of() gives it, and the directory if nothing
/// else is in it; returns whether it is gone. The marker goes last, so that a removal which is
/// killed can be taken up again. It asks for no memory: that may have ended.
bool remove_written(const std::filesystem::path& directory,
                    const std::vector<std::filesystem::path>& written) noexcept;

}  // namespace fprinciple::runs
