#include "runs/toml_reader.hpp"

#include "io/open_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

/// The number of the line where a byte beyond ASCII stands outside quotes and comments; 0 if none.
std::size_t line_beyond_ascii(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // of UTF-8, at the begin
  std::string_view closing;                           // of the text that is being passed
  std::size_t line = 1;
  for (std::size_t at = text.starts_with(kMark) ? kMark.size() : 0; at < text.size();) {
    const char c = text[at];
    const std::string_view rest = text.substr(at);
    std::size_t passed = 1;
    if (c == '\n') {
      ++line;
      if (closing.size() == 1) closing = {};  // of a comment, or of a text that has no end
    } else if (!closing.empty()) {
      if (c == '\\' && closing[0] == '"' && rest.size() > 1 && rest[1] != '\n') {
        passed = 2;
      } else if (rest.starts_with(closing)) {
        // Three quotes may have up to two more before them.
        passed = closing.size() == 1
                     ? 1
                     : std::min(rest.find_first_not_of(closing[0]), closing.size() + 2);
        closing = {};
      }
    } else if (c == '#') {
      closing = "\n";
    } else if (c == '"' || c == '\'') {
      const std::string_view three = c == '"' ? R"(""")" : "'''";
      closing = rest.starts_with(three) ? three : three.substr(0, 1);
      passed = closing.size();
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return line;
    }
    at += passed;
  }
  return 0;
}

std::string shown(const std::string& text) {
  constexpr std::size_t kLongest = 40;
  const bool plain =
      std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return plain && text.size() <= kLongest ? fmt::format("\"{}\"", text) : "another text";
}

/// With a decimal point, so that it cannot be taken for an integer.
std::string shown(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

/// The value as the user wrote it, or what it is when that is long.
std::string shown(const toml::node& node) {
  if (const auto* text = node.as_string()) return shown(text->get());
  if (const auto* integer = node.as_integer()) return fmt::format("{}", integer->get());
  if (const auto* number = node.as_floating_point()) return shown(number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  if (const auto* array = node.as_array()) return array->empty() ? "an empty array" : "an array";
  return node.is_table() ? "a table" : "a date or time";
}

/// The number, unless it is inf or nan (which TOML has), or no number.
std::optional<double> finite(const toml::node& node) {
  if (const auto* integer = node.as_integer()) return static_cast<double>(integer->get());
  const auto* number = node.as_floating_point();
  if (!number || !std::isfinite(number->get())) return std::nullopt;
  return number->get();
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string quoted(const std::vector<std::string>& names) {
  return fmt::format("\"{}\"", fmt::join(names, "\", \""));
}

std::string dotted(const std::string& table, std::string_view key) {
  return table.empty() ? std::string(key) : fmt::format("{}.{}", table, key);
}

/// Where a node stands; what has no place of its own stands where its table does.
TomlPlace place_of(const toml::source_region& source, const TomlPlace& above, std::string key) {
  return {source.path ? *source.path : above.file,
          source.begin.line > 0 ? source.begin.line : above.line, std::move(key)};
}

std::string contents(const std::filesystem::path& file) {
  std::ostringstream text;
  text << io::open_file(file).rdbuf();
  return text.str();
}

/// The line of an integer that the library cannot print; 0 if none.
std::size_t line_of_least_integer(const toml::node& node) {
  std::size_t line = 0;
  const auto look = [&](const toml::node& below) {
    if (line == 0) line = line_of_least_integer(below);
  };
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) look(value);
  } else if (const auto* array = node.as_array()) {
    for (const toml::node& value : *array) look(value);
  } else if (node.as_integer() &&
             node.as_integer()->get() == std::numeric_limits<std::int64_t>::min()) {
    line = node.source().begin.line;
  }
  return line;
}

/// All tables below it with headings, however they were written.
void as_headed(toml::table& table) {
  table.is_inline(false);
  for (auto&& [key, node] : table)
    if (toml::table* below = node.as_table()) as_headed(*below);
}

}  // namespace

void TomlPlace::fail(std::string_view what) const {
  throw InputError(fmt::format("{}:{}: {}: {}", file, line, key, what));
}

TomlValue::TomlValue(TomlPlace place, const toml::node& node)
    : place_(std::move(place)), node_(&node) {}

void TomlValue::fail_type(std::string_view allowed) const {
  fail(fmt::format("must be {}, got {}", allowed, shown(*node_)));
}

bool TomlValue::boolean() const {
  if (!node_->is_boolean()) fail_type("true or false");
  return node_->as_boolean()->get();
}

std::string TomlValue::text() const {
  if (!node_->is_string()) fail_type("text in quotes");
  return node_->as_string()->get();
}

std::int64_t TomlValue::integer(std::int64_t lowest) const {
  const auto* integer = node_->as_integer();
  if (!integer || integer->get() < lowest)
    fail_type(fmt::format("an integer of at least {}", lowest));
  return integer->get();
}

double TomlValue::number() const {
  const auto value = finite(*node_);
  if (!value) fail_type("a finite number");
  return *value;
}

double TomlValue::positive() const {
  const auto value = finite(*node_);
  if (!value || *value <= 0.0) fail_type("a finite number > 0");
  return *value;
}

double TomlValue::non_negative() const {
  const auto value = finite(*node_);
  if (!value || *value < 0.0) fail_type("a finite number >= 0");
  return *value;
}

std::string TomlValue::choice(const std::vector<std::string>& available) const {
  const std::string allowed =
      fmt::format("{}{}", available.size() > 1 ? "one of " : "", quoted(available));
  if (!node_->is_string()) fail_type(allowed);
  const std::string& name = node_->as_string()->get();
  if (!contains(available, name)) fail_type(allowed);
  return name;
}

std::vector<TomlValue> TomlValue::elements(std::string_view allowed) const {
  const auto* array = node_->as_array();
  if (!array || array->empty()) fail_type(allowed);
  std::vector<TomlValue> values;
  values.reserve(array->size());
  for (const toml::node& node : *array)
    values.emplace_back(place_of(node.source(), place_, place_.key), node);
  return values;
}

std::vector<std::pair<std::string, TomlValue>> TomlValue::entries(std::string_view allowed) const {
  if (!node_->is_table()) fail_type(allowed);
  std::vector<std::pair<std::string, TomlValue>> values;
  for (auto&& [key, node] : *node_->as_table())
    values.emplace_back(
        key.str(), TomlValue(place_of(node.source(), place_, dotted(place_.key, key.str())), node));
  return values;
}

std::string TomlValue::toml() const {
  toml::array list;  // within which a table is written in one piece
  list.push_back(*node_);
  std::ostringstream out;
  out << toml::toml_formatter(list);
  std::string text = out.str();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.substr(1, text.size() - 2);
}

TomlTable TomlValue::table(std::initializer_list<std::string_view> allowed) const {
  if (!node_->is_table())
    fail_type(fmt::format("a table with the keys {}", fmt::join(allowed, ", ")));
  return {place_, *node_->as_table(), allowed};
}

TomlTable::TomlTable(TomlPlace place, const toml::table& table,
                     std::initializer_list<std::string_view> allowed)
    : place_(std::move(place)), table_(&table) {
  const toml::key* unknown = nullptr;  // the first one in the file; the table is in order of names
  for (auto&& [key, node] : table) {
    const bool known = std::find(allowed.begin(), allowed.end(), key.str()) != allowed.end();
    if (!known && (!unknown || key.source().begin < unknown->source().begin)) unknown = &key;
  }
  if (!unknown) return;
  place_of(unknown->source(), place_, dotted(place_.key, unknown->str()))
      .fail(fmt::format("unknown key; allowed: {}", fmt::join(allowed, ", ")));
}

std::optional<TomlValue> TomlTable::find(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (!node) return std::nullopt;
  return TomlValue{place(key), *node};
}

TomlValue TomlTable::require(std::string_view key, std::string_view allowed) const {
  const toml::node* node = table_->get(key);
  if (!node) place(key).fail(fmt::format("is missing; must be {}", allowed));
  return {place(key), *node};
}

TomlTable TomlTable::table(std::string_view key,
                           std::initializer_list<std::string_view> allowed) const {
  static const toml::table kEmpty;
  if (const auto value = find(key)) return value->table(allowed);
  return {place(key), kEmpty, allowed};
}

TomlPlace TomlTable::place(std::string_view key) const {
  const toml::node* node = table_->get(key);
  return place_of(node ? node->source() : toml::source_region{}, place_, dotted(place_.key, key));
}

void TomlTable::refuse(std::initializer_list<std::string_view> keys, std::string_view why) const {
  for (const std::string_view key : keys)
    if (table_->contains(key)) place(key).fail(why);
}

std::string toml_number(double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const bool whole = std::trunc(number) == number && std::abs(number) <= kExact;
  return whole ? fmt::format("{:.0f}", number) : fmt::format("{}", number);
}

toml::table parse_toml(std::string_view text, std::string_view name) {
  const auto invalid = [&](std::size_t line, std::string_view why) {
    return InputError(fmt::format("{}:{}: not valid TOML: {}", name, line, why));
  };
  // What the library does with such a character is undefined.
  if (const std::size_t line = line_beyond_ascii(text))
    throw invalid(line, "a character beyond ASCII outside quotes");
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw invalid(error.source().begin.line, error.description());
  }
  if (const std::size_t line = line_of_least_integer(table))
    throw invalid(line, "the integer -9223372036854775808, one less than the least that is read");
  return table;
}

std::string values_of(const std::string& text, std::initializer_list<std::string_view> without) {
  toml::table table;
  try {
    table = parse_toml(text, "");
  } catch (const InputError&) {
    return text;
  }
  for (const std::string_view key : without) {
    const std::size_t dot = key.find('.');
    toml::table* owner =
        dot == std::string_view::npos ? &table : table[key.substr(0, dot)].as_table();
    if (owner) owner->erase(dot == std::string_view::npos ? key : key.substr(dot + 1));
  }
  as_headed(table);
  std::ostringstream out;
  out << table;
  return out.str();
}

TomlFile::TomlFile(const std::filesystem::path& file) : TomlFile(file, contents(file)) {}

TomlFile::TomlFile(const std::filesystem::path& file, std::string text)
    : name_(file.string()), text_(std::move(text)), table_(parse_toml(text_, name_)) {}

TomlTable TomlFile::root(std::initializer_list<std::string_view> allowed) const {
  return {{name_, 1, ""}, table_, allowed};
}

void TomlFile::set(const TomlPlace& place, const std::string& value) {
  // Parsed at its place, and moved: a copied node forgets where it stood.
  const std::string above(place.line - 1, '\n');
  toml::table change = parse_toml(fmt::format("{}{} = {}", above, place.key, value), place.file);
  toml::table* from = &change;
  toml::table* to = &table_;
  for (auto dots = std::count(place.key.begin(), place.key.end(), '.'); dots > 0; --dots) {
    const std::string_view name = from->begin()->first.str();
    toml::node* there = to->get(name);
    if (!there) break;
    if (!there->is_table()) place.fail(fmt::format("\"{}\" is no table in {}", name, name_));
    from = from->begin()->second.as_table();
    to = there->as_table();
  }
  to->insert_or_assign(from->begin()->first, std::move(from->begin()->second));
}

void TomlFile::remove(const TomlPlace& place) {
  const std::size_t dot = place.key.rfind('.');
  const bool nested = dot != std::string::npos;
  toml::table* table = nested ? table_.at_path(place.key.substr(0, dot)).as_table() : &table_;
  if (!table || table->erase(nested ? place.key.substr(dot + 1) : place.key) == 0)
    place.fail(fmt::format("cannot be removed: it is not in {}", name_));
}

void TomlFile::multiply(const TomlPlace& place, double factor) {
  const toml::node* node = table_.at_path(place.key).node();
  const auto number = node ? finite(*node) : std::nullopt;
  if (!number) place.fail(fmt::format("cannot be multiplied: it is no number in {}", name_));
  set(place, toml_number(*number * factor));
}

}  // namespace fprinciple::runs
