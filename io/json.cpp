#include "io/json.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "io/open_file.hpp"

#include <array>
#include <cmath>
#include <fstream>
#include <set>

#include <fmt/format.h>

namespace fprinciple::io {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr std::uintmax_t kLargest = std::uintmax_t{1} << 28;  // bytes
constexpr int kDeepest = 64;

/// A value in a few words.
std::string described(const json& value) {
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  if (value.is_object()) return "a table";
  return base::excerpt(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

[[noreturn]] void fail_file(const fs::path& file, std::string_view what) {
  throw InputError(fmt::format("{}: {}", file.string(), what));
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in = open_file(file);
  std::string bytes;
  std::array<char, 1 << 14> block{};
  while (in.read(block.data(), block.size()), in.gcount() > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > kLargest) fail_file(file, "is larger than 256 MiB, the most that is read");
  }
  return bytes;
}

/// What the parser says, without its name for it: "[json.exception.….101] parse error at line 1,
/// …".
std::string words(const json::exception& error) {
  const std::string_view what = error.what();
  const std::size_t end = what.find("] ");
  return base::excerpt(what.substr(end == std::string_view::npos ? 0 : end + 2));
}

}  // namespace

json read_json(const fs::path& file) {
  std::vector<std::set<std::string>> keys;  // of the tables that are open
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDeepest) fail_file(file, fmt::format("is nested deeper than {} levels", kDeepest));
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed).second)
      fail_file(file, fmt::format("has the key {} twice in one table", described(parsed)));
    return true;
  };
  const std::string bytes = bytes_of(file);
  try {
    return json::parse(bytes, watch);
  } catch (const json::exception& error) {
    fail_file(file, words(error));
  }
}

void write_json(const fs::path& file, const json& value) {
  std::ofstream out(file);
  out << value.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  out.close();
  if (!out) throw RunError(fmt::format("{}: cannot be written", file.string()));
}

JsonValue::JsonValue(std::string file, const json& value, std::string key)
    : file_(std::move(file)), key_(std::move(key)), value_(&value) {}

void JsonValue::fail(std::string_view what) const {
  throw InputError(key_.empty() ? fmt::format("{}: {}", file_, what)
                                : fmt::format("{}: {}: {}", file_, key_, what));
}

void JsonValue::fail_type(std::string_view must) const {
  fail(fmt::format("must be {}, got {}", must, described(*value_)));
}

std::string JsonValue::text() const {
  if (!value_->is_string()) fail_type("a text");
  return value_->get<std::string>();
}

double JsonValue::number() const {
  if (!value_->is_number() || !std::isfinite(value_->get<double>())) fail_type("a number");
  return value_->get<double>();
}

std::int64_t JsonValue::integer(std::int64_t lowest, std::int64_t greatest) const {
  // An unsigned number may be beyond what a signed one can say.
  const bool fits =
      value_->is_number_unsigned()
          ? greatest >= 0 && value_->get<std::uint64_t>() <= static_cast<std::uint64_t>(greatest)
          : value_->is_number_integer() && value_->get<std::int64_t>() <= greatest;
  if (!fits || value_->get<std::int64_t>() < lowest)
    fail_type(fmt::format("an integer from {} to {}", lowest, greatest));
  return value_->get<std::int64_t>();
}

std::vector<JsonValue> JsonValue::elements() const {
  if (!value_->is_array()) fail_type("a list");
  std::vector<JsonValue> out;
  for (std::size_t k = 0; k < value_->size(); ++k)
    out.emplace_back(file_, (*value_)[k], fmt::format("{}[{}]", key_, k));
  return out;
}

std::vector<std::string> JsonValue::texts() const {
  std::vector<std::string> out;
  for (const JsonValue& element : elements()) out.push_back(element.text());
  return out;
}

std::vector<std::pair<std::string, JsonValue>> JsonValue::entries() const {
  if (!value_->is_object()) fail_type("a table");
  std::vector<std::pair<std::string, JsonValue>> out;
  for (const auto& [key, ignored] : value_->items()) out.emplace_back(key, at(key));
  return out;
}

bool JsonValue::has(std::string_view key) const {
  if (!value_->is_object()) fail_type("a table");
  return value_->contains(key);
}

JsonValue JsonValue::at(std::string_view key) const {
  std::string place =
      key_.empty() ? base::excerpt(key) : fmt::format("{}.{}", key_, base::excerpt(key));
  if (!has(key)) JsonValue(file_, *value_, std::move(place)).fail("is missing");
  return {file_, value_->at(std::string(key)), std::move(place)};
}

}  // namespace fprinciple::io
