#include "runs/ownership.hpp"

#include "base/directory_entries.hpp"
#include "base/error.hpp"
#include "base/version.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <ranges>
#include <set>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr const char* kBegunMarker = ".fprinciple.json.partial";

/// Relative paths that are ours, by kind.
struct Listed {
  std::set<std::string> files, directories;
};

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::regular;
}

/// An object whose "program" is fprinciple; null otherwise.
json ours_in(const fs::path& file) {
  if (!is_file(file)) return nullptr;
  std::ifstream in(file);
  json content = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!content.is_object() || !content.contains("program") || content["program"] != "fprinciple")
    return nullptr;
  return content;
}

/// `below` a directory that holds `marker`.
void add_marker(const json& marker, const fs::path& below, Listed& listed) {
  const auto add = [&](const char* kind, std::set<std::string>& names) {
    if (!marker.contains(kind) || !marker[kind].is_array()) return;
    for (const json& name : marker[kind])
      if (name.is_string()) names.insert((below / name.get<std::string>()).string());
  };
  add("files", listed.files);
  add("directories", listed.directories);
  listed.files.insert((below / kMarker).string());
}

/// Whether `script`, X.gp, is one of ours: its head says what it draws from X.dat.
bool is_figure_script(const fs::path& script) {
  if (!is_file(script)) return false;
  std::ifstream in(script);
  std::string head(4096, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  return head.find("# Draws " + script.stem().string() + ".") != std::string::npos;
}

/// What a run, a sweep or an overlay of an earlier version left in `directory` / `below`.
void add_earlier_run(const fs::path& directory, const fs::path& below, Listed& listed) {
  for (const char* name :
       {"report.html", "summary.json", "result.nc", "weights_initial.nc", "weights_final.nc"})
    listed.files.insert((below / name).string());
  listed.directories.insert((below / "figures").string());
  const fs::path figures = directory / below / "figures";
  if (!fs::is_directory(figures)) return;
  for (const fs::path& name : base::names_in(figures)) {
    if (name.extension() != ".gp" || !is_figure_script(figures / name)) continue;
    for (const char* kind : {".gp", ".dat", ".svg", ".pdf", ".gif"})
      listed.files.insert((below / "figures" / name.stem()).string() + kind);
  }
}

/// What an earlier version left, by its summary.
void add_earlier(const fs::path& directory, const json& summary, Listed& listed) {
  add_earlier_run(directory, {}, listed);
  for (const char* kind : {"experiments", "studies"}) {
    if (!summary.contains(kind) || !summary[kind].is_object()) continue;
    for (const auto& [name, unused] : summary[kind].items()) {
      if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
        continue;
      listed.directories.insert(name);
      add_earlier_run(directory, name, listed);
    }
  }
}

void sort_out(const fs::path& directory, const fs::path& below, Listed& listed,
              Contents& contents) {
  for (const fs::path& name : base::names_in(directory / below)) {
    const fs::path path = below / name;
    const fs::file_type type = fs::symlink_status(directory / path).type();
    if (type == fs::file_type::regular && listed.files.contains(path.string())) {
      contents.written.push_back(path);
    } else if (type == fs::file_type::directory && listed.directories.contains(path.string())) {
      contents.written.push_back(path);
      // One of several results of a directory may have been drawn again, or replaced, by itself.
      if (const json marker = ours_in(directory / path / kMarker); !marker.is_null())
        add_marker(marker, path, listed);
      sort_out(directory, path, listed, contents);
    } else {
      contents.foreign.push_back(path);
    }
  }
}

void write_marker(const fs::path& directory, const json& content) {
  const fs::path file = directory / kMarker;
  const fs::path begun = directory / kBegunMarker;
  std::error_code error;
  {
    std::ofstream out(begun);
    // A name that is not UTF-8 is none that fprinciple gives: it is then not found to be ours.
    out << content.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
    out.close();
    if (out) fs::rename(begun, file, error);
    if (out && !error) return;
  }
  fs::remove(begun, error);
  throw RunError(fmt::format("{}: cannot be written", file.string()));
}

json marker() {
  return {{"program", "fprinciple"},
          {"version", base::version()},
          {"about", "What fprinciple wrote in this directory, and may replace."}};
}

/// Removes all that is in a directory, but `kept`; returns whether that succeeded.
bool empty_directory(int above, const char* name, std::string_view kept = {}) noexcept {
  const int directory = ::openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return false;
  bool emptied = true;
  base::for_each_entry(directory, [&](const char* entry) {
    if (entry == kept || ::unlinkat(directory, entry, 0) == 0) return;
    const bool removed =
        empty_directory(directory, entry) && ::unlinkat(directory, entry, AT_REMOVEDIR) == 0;
    emptied = emptied && removed;
  });
  ::close(directory);
  return emptied;
}

}  // namespace

Contents contents_of(const fs::path& directory) {
  Contents contents;
  Listed listed;
  if (const json marker = ours_in(directory / kMarker); !marker.is_null()) {
    contents.writer = Contents::Writer::known;
    add_marker(marker, {}, listed);
  } else if (const json summary = ours_in(directory / "summary.json"); !summary.is_null()) {
    contents.writer = Contents::Writer::earlier;
    add_earlier(directory, summary, listed);
  }
  sort_out(directory, {}, listed, contents);
  return contents;
}

std::string named(const std::vector<fs::path>& paths) {
  constexpr std::size_t kMost = 3;
  const std::size_t some = std::min(kMost, paths.size());
  std::string out;
  for (std::size_t k = 0; k < some; ++k) {
    const bool last = k > 0 && k + 1 == paths.size();
    out += fmt::format("{}{}", k == 0 ? "" : last ? " and " : ", ", paths[k].string());
  }
  if (paths.size() == some) return out;
  const std::size_t rest = paths.size() - some;
  return fmt::format("{} and {} other{}", out, rest, rest == 1 ? "" : "s");
}

void write_marker(const fs::path& directory, const std::vector<fs::path>& written) {
  json content = marker();
  content["files"] = json::array();
  content["directories"] = json::array();
  for (const fs::path& path : written)
    if (path != kMarker)
      content[fs::is_directory(directory / path) ? "directories" : "files"].push_back(
          path.string());
  write_marker(directory, content);
}

void mark_as_staging(const fs::path& directory) {
  json content = marker();
  content["staging"] = true;
  write_marker(directory, content);
}

bool is_marked_as_staging(const fs::path& directory) {
  const json content = ours_in(directory / kMarker);
  return content.is_object() && content.contains("staging");
}

bool is_staging_without_mark(const fs::path& directory) {
  return std::ranges::all_of(base::names_in(directory), [&](const fs::path& name) {
    return name == kBegunMarker && is_file(directory / name);
  });
}

void remove_staging(const fs::path& directory) noexcept {
  constexpr int kAttempts = 50;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) ::usleep(10'000);
    if (empty_directory(AT_FDCWD, directory.c_str(), kMarker))
      empty_directory(AT_FDCWD, directory.c_str());
    if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) return;
  }
}

bool remove_written(const fs::path& directory, const std::vector<fs::path>& written) noexcept {
  const int opened = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (opened < 0) return errno == ENOENT;
  const auto remove = [&](const char* path) {
    if (::unlinkat(opened, path, 0) != 0) ::unlinkat(opened, path, AT_REMOVEDIR);
  };
  // From the bottom up: no directory goes that holds something, and no link's target.
  for (const fs::path& path : written | std::views::reverse)
    if (std::string_view(path.c_str()) != kMarker) remove(path.c_str());
  remove(kMarker);
  ::close(opened);
  return ::rmdir(directory.c_str()) == 0;
}

}  // namespace fprinciple::runs
