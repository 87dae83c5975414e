#pragma once

#include "base/error.hpp"
#include "base/names.hpp"

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// toml++ asserts of texts, and assumes where NDEBUG is defined, what is true of well-formed ones
// only. Without both it reports what is not.
#ifdef NDEBUG
#define FPRINCIPLE_NDEBUG
#undef NDEBUG
#endif
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>
#ifdef FPRINCIPLE_NDEBUG
#undef FPRINCIPLE_NDEBUG
#define NDEBUG 1
#endif

namespace fprinciple::runs {

/// Where something stands in a TOML file.
struct TomlPlace {
  std::string file;
  std::uint32_t line = 1;
  std::string key;  ///< dotted, as in "network.width"

  /// Throws InputError "file:line: key: what".
  [[noreturn]] void fail(std::string_view what) const;

  /// Runs an action whose InputErrors know no place, and puts this one before their messages.
  template <class Action>
  auto around(Action&& action) const {
    try {
      return action();
    } catch (const InputError& error) {
      fail(error.what());
    }
  }
};

class TomlTable;

/// A value and its place. Every reader throws InputError "file:line: key: must be …, got …" when
/// the value is something else. Borrows from the TomlFile.
class TomlValue {
 public:
  TomlValue(TomlPlace place, const toml::node& node);

  const TomlPlace& place() const { return place_; }
  [[noreturn]] void fail(std::string_view what) const { place_.fail(what); }

  bool is_array() const { return node_->is_array(); }
  bool is_empty_array() const { return is_array() && node_->as_array()->empty(); }
  bool is_text() const { return node_->is_string(); }
  bool boolean() const;
  std::string text() const;
  std::int64_t integer(std::int64_t lowest) const;  ///< at least `lowest`
  double number() const;                            ///< finite; an integer will do
  double positive() const;                          ///< finite, > 0
  double non_negative() const;                      ///< finite, ≥ 0

  /// One of the names in `available`.
  std::string choice(const std::vector<std::string>& available) const;

  /// The value of an enum that has this name; of `available` only.
  template <class Enum>
  Enum choice(const std::vector<Enum>& available = base::all_values<Enum>()) const {
    std::vector<std::string> names;
    for (const Enum value : available) names.emplace_back(base::name_of(value));
    return *base::find_named<Enum>(choice(names));
  }

  /// The values of a non-empty array; each keeps its own line.
  std::vector<TomlValue> elements(std::string_view allowed) const;

  /// A table whose keys are all in `allowed`.
  TomlTable table(std::initializer_list<std::string_view> allowed) const;

  /// What a table holds, by key, in the order of the names.
  std::vector<std::pair<std::string, TomlValue>> entries(std::string_view allowed) const;

  /// The value as TOML, in one line.
  std::string toml() const;

  /// Throws InputError "… must be `allowed`, got …".
  [[noreturn]] void fail_type(std::string_view allowed) const;

 private:
  TomlPlace place_;
  const toml::node* node_;
};

/// A table and its place. A table that the file leaves out reads as an empty one.
class TomlTable {
 public:
  /// Throws InputError at the first key that is not in `allowed`.
  TomlTable(TomlPlace place, const toml::table& table,
            std::initializer_list<std::string_view> allowed);

  std::optional<TomlValue> find(std::string_view key) const;

  /// Throws InputError "key: is missing; must be `allowed`" when the key is not there.
  TomlValue require(std::string_view key, std::string_view allowed) const;

  /// The table under a key; an empty one when the key is not there.
  TomlTable table(std::string_view key, std::initializer_list<std::string_view> allowed) const;

  /// Where the key stands; when it is not there, where its table begins.
  TomlPlace place(std::string_view key) const;

  /// Throws InputError at the first of `keys` that is there.
  void refuse(std::initializer_list<std::string_view> keys, std::string_view why) const;

 private:
  TomlPlace place_;
  const toml::table* table_;
};

/// The only way to toml++. name: of the file, for messages and places. Throws InputError with the
/// line.
toml::table parse_toml(std::string_view text, std::string_view name);

/// A number as TOML; an integer where it is one.
std::string toml_number(double number);

/// The values of a TOML text, as one text that is the same whatever its comments, its white space
/// and the order of its keys. Left out are the keys in `without`, of the root or, "train.step", of
/// a table of it. What is no TOML stays as it is.
std::string values_of(const std::string& text, std::initializer_list<std::string_view> without);

/// A TOML file, parsed. It may be edited: a value's place is then that of the edit.
class TomlFile {
 public:
  /// Throws InputError when the file cannot be read or is not TOML.
  explicit TomlFile(const std::filesystem::path& file);

  /// A file that was read before.
  TomlFile(const std::filesystem::path& file, std::string text);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }  ///< as read
  TomlTable root(std::initializer_list<std::string_view> allowed) const;

  /// Puts a value (TOML, one line) under place.key, for what was there; tables that are missing
  /// are made. The key's parts are bare (letters, digits, _ and -). The edits throw InputError
  /// "place: …" where they do not apply.
  void set(const TomlPlace& place, const std::string& value);
  void remove(const TomlPlace& place);
  void multiply(const TomlPlace& place, double factor);

 private:
  std::string name_;
  std::string text_;
  toml::table table_;
};

}  // namespace fprinciple::runs
