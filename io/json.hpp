#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace fprinciple::io {

/// A value of a JSON file, and where it stands. Every reader throws InputError
/// "file: key: must be …, got …" when the value is something else. Borrows from the value that it
/// is made of.
class JsonValue {
 public:
  JsonValue(std::string file, const nlohmann::json& value, std::string key = {});

  const nlohmann::json& value() const { return *value_; }

  std::string text() const;
  double number() const;                                                   ///< finite
  std::int64_t integer(std::int64_t lowest, std::int64_t greatest) const;  ///< in these bounds
  std::vector<JsonValue> elements() const;                                 ///< of a list
  std::vector<std::pair<std::string, JsonValue>> entries() const;          ///< of a table, by key
  std::vector<std::string> texts() const;                                  ///< of a list of texts

  /// What a table has under a key.
  bool has(std::string_view key) const;
  JsonValue at(std::string_view key) const;

  [[noreturn]] void fail(std::string_view what) const;       ///< "file: key: what"
  [[noreturn]] void fail_type(std::string_view must) const;  ///< "file: key: must be …, got …"

 private:
  std::string file_;
  std::string key_;  ///< dotted, as in "problem.width"
  const nlohmann::json* value_;
};

/// Reads a JSON file. Throws InputError naming the file when it cannot be read, is no JSON (with
/// line and column), is larger than 256 MiB, is nested deeper than 64 levels, or has a key twice in
/// one table.
nlohmann::json read_json(const std::filesystem::path& file);

/// Writes what read_json reads, and ends it with a line break: nan and infinity as null, and what
/// is no UTF-8 with U+FFFD in its place. Throws RunError when it cannot be written.
void write_json(const std::filesystem::path& file, const nlohmann::json& value);

}  // namespace fprinciple::io
