#include "runs/finished_cells.hpp"

#include "base/directory_entries.hpp"
#include "base/error.hpp"
#include "base/message.hpp"
#include "io/json.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr auto kPrefix = "cell_";
constexpr auto kJson = ".json";
constexpr auto kPartial = ".partial";

std::string checksum(const std::string& text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

/// The cells' files, and those that were being written when a sweep was killed.
std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  if (!fs::is_directory(directory)) return files;
  for (const fs::path& entry : base::names_in(directory)) {
    const std::string& name = entry.native();
    if (!name.starts_with(kPrefix)) continue;
    const std::size_t end = name.find_first_not_of("0123456789", std::strlen(kPrefix));
    if (end == std::string::npos) continue;
    const std::string rest = name.substr(end);
    if (rest == kJson || rest == fmt::format("{}{}", kJson, kPartial))
      files.push_back(directory / entry);
  }
  return files;
}

/// A cell's file may be damaged, or cut off at any place; what begins otherwise is not ours.
bool begins_as_cell(const fs::path& file) {
  constexpr std::string_view kBegin = R"({"checksum":")";
  if (fs::symlink_status(file).type() != fs::file_type::regular) return false;
  std::string begin(kBegin.size(), '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return kBegin.starts_with(
      std::string_view(begin).substr(0, static_cast<std::size_t>(in.gcount())));
}

/// JSON has no inf and nan.
json as_json(double x) { return std::isfinite(x) ? json(x) : json(fmt::format("{}", x)); }

double as_number(const io::JsonValue& x) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (!x.value().is_string()) return x.number();
  const std::string text = x.text();
  if (text == "inf") return kInfinity;
  if (text == "-inf") return -kInfinity;
  if (text != "nan" && text != "-nan") x.fail_type("a number, inf or nan");
  return std::numeric_limits<double>::quiet_NaN();
}

json as_json(const std::map<std::string, double>& numbers) {
  json out = json::object();
  for (const auto& [key, x] : numbers) out[key] = as_json(x);
  return out;
}

std::string name_of(Eigen::Index cell) { return fmt::format("{}{}{}", kPrefix, cell, kJson); }

struct KeptCell {
  std::string sweep;
  Eigen::Index cell = 0;
  CellResult result;
};

/// What the file holds; nothing where it is damaged, or not a cell of those that there are.
std::optional<KeptCell> cell_in(const fs::path& file, Eigen::Index cells) {
  try {
    const json whole = io::read_json(file);
    const io::JsonValue root(file.string(), whole);
    const io::JsonValue content = root.at("content");
    if (root.at("checksum").text() != checksum(content.value().dump())) return std::nullopt;
    KeptCell kept{content.at("sweep").text(),
                  content.at("cell").integer(0, cells - 1),
                  {{}, content.at("warnings").texts(), content.at("failure").text()}};
    for (const auto& [key, x] : content.at("numbers").entries())
      kept.result.numbers[key] = as_number(x);
    if (!file.filename().string().starts_with(name_of(kept.cell))) return std::nullopt;
    return kept;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

void write_through(const fs::path& file, const std::string& text) {
  const auto require = [](bool done) {
    if (!done) throw RunError(std::system_category().message(errno));
  };
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  require(descriptor >= 0);
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  require(written);
}

}  // namespace

FinishedCells::FinishedCells(fs::path directory, std::string identity)
    : directory_(std::move(directory)), identity_(std::move(identity)) {}

void FinishedCells::require_ours() const {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(directory_, error).type();
  if (type != fs::file_type::not_found && type != fs::file_type::directory)
    throw InputError(
        fmt::format("{}: is no directory, and finished cells are to lie there; move it "
                    "away, or name another output directory",
                    directory_.string()));
  for (const fs::path& file : files_in(directory_))
    if (!begins_as_cell(file))
      throw InputError(
          fmt::format("{}: is in the place of a finished cell, and none of fprinciple; "
                      "move it away, or name another output directory",
                      file.string()));
}

bool FinishedCells::any() const { return !files_in(directory_).empty(); }

std::map<Eigen::Index, CellResult> FinishedCells::read(Eigen::Index count,
                                                       std::vector<std::string>& damaged) const {
  std::map<Eigen::Index, CellResult> cells;
  std::vector<fs::path> useless;
  for (const fs::path& file : files_in(directory_)) {
    const std::optional<KeptCell> kept = cell_in(file, count);
    if (!kept) {
      useless.push_back(file);
      if (file.extension() != kPartial) damaged.push_back(file.string());
    } else if (kept->sweep != identity_) {
      throw InputError(
          fmt::format("{}: is of another sweep or version: the sweep file, the experiment, or what "
                      "it reads, has changed since; without --resume all cells are run afresh",
                      file.string()));
    } else {
      cells[kept->cell] = kept->result;
    }
  }
  for (const fs::path& file : useless) fs::remove(file);  // when all others are known to be ours
  return cells;
}

void FinishedCells::keep(Eigen::Index cell, const CellResult& result) const {
  const json content = {{"sweep", identity_},
                        {"cell", cell},
                        {"failure", result.failure},
                        {"warnings", result.warnings},
                        {"numbers", as_json(result.numbers)}};
  const json whole = {{"checksum", checksum(content.dump())}, {"content", content}};
  const fs::path file = directory_ / name_of(cell);
  const fs::path partial = file.string() + kPartial;
  try {
    fs::create_directories(directory_);
    write_through(partial, whole.dump() + "\n");
    fs::rename(partial, file);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw RunError(fmt::format("{} cannot be written: {}", file.string(), message_of(error)));
  }
}

void FinishedCells::clear() const {
  std::error_code ignored;
  for (const fs::path& file : files_in(directory_)) fs::remove(file, ignored);
  fs::remove(directory_, ignored);  // fails when it is not empty
}

}  // namespace fprinciple::runs
