#include "runs/finished_cells.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
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
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    const std::size_t end = name.find_first_not_of("0123456789", std::strlen(kPrefix));
    if (end == std::string::npos) continue;
    const std::string rest = name.substr(end);
    if (rest == kJson || rest == fmt::format("{}{}", kJson, kPartial))
      files.push_back(entry.path());
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

double as_number(const json& x) {
  return x.is_number() ? x.get<double>() : std::strtod(x.get<std::string>().c_str(), nullptr);
}

json as_json(const std::map<std::string, double>& numbers) {
  json out = json::object();
  for (const auto& [key, x] : numbers) out[key] = as_json(x);
  return out;
}

CellResult result_in(const json& content) {
  CellResult result{{}, content.at("warnings"), content.at("failure")};
  for (const auto& [key, x] : content.at("numbers").items()) result.numbers[key] = as_number(x);
  return result;
}

/// What the file holds; null where it is damaged.
json content_of(const fs::path& file) {
  std::ifstream in(file);
  const json whole = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!whole.is_object() || !whole.contains("content") || !whole.contains("checksum") ||
      whole["checksum"] != checksum(whole["content"].dump()))
    return nullptr;
  return whole["content"];
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

std::map<Eigen::Index, CellResult> FinishedCells::read(std::vector<std::string>& damaged) const {
  std::map<Eigen::Index, CellResult> cells;
  std::vector<fs::path> useless;
  for (const fs::path& file : files_in(directory_)) {
    const json content = content_of(file);
    if (content.is_null()) {
      useless.push_back(file);
      if (file.extension() != kPartial) damaged.push_back(file.string());
    } else if (content.at("sweep") != identity_) {
      throw InputError(
          fmt::format("{}: is of another sweep or version: the sweep file, the experiment, or what "
                      "it reads, has changed since; without --resume all cells are run afresh",
                      file.string()));
    } else {
      cells[content.at("cell")] = result_in(content);
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
  const fs::path file = directory_ / fmt::format("{}{}{}", kPrefix, cell, kJson);
  const fs::path partial = file.string() + kPartial;
  try {
    fs::create_directories(directory_);
    write_through(partial, whole.dump() + "\n");
    fs::rename(partial, file);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw RunError(fmt::format("{} cannot be written: {}", file.string(), error.what()));
  }
}

void FinishedCells::clear() const {
  std::error_code ignored;
  for (const fs::path& file : files_in(directory_)) fs::remove(file, ignored);
  fs::remove(directory_, ignored);  // fails when it is not empty
}

}  // namespace fprinciple::runs
