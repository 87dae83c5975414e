#pragma once

#include "base/error.hpp"
#include "base/require.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fprinciple::base {

/// The names of an enum's values in files and messages, each value once, in the order in which they
/// are offered. An enum has them when its namespace has
///   constexpr base::Names<Enum, N> names_of(Enum) { return {{{Enum::value, "value"}, …}}; }
template <class Enum>
struct Name {
  Enum value;
  std::string_view text;
};
template <class Enum, std::size_t N>
using Names = std::array<Name<Enum>, N>;

/// The name of a value. Throws InputError for a number that is no value of the enum.
template <class Enum>
constexpr std::string_view name_of(Enum value) {
  for (const auto& [known, text] : names_of(value))
    if (known == value) return text;
  throw InputError("not a value of its enum: " + std::to_string(static_cast<long long>(value)));
}

/// All names.
template <class Enum>
std::vector<std::string> all_names() {
  std::vector<std::string> out;
  for (const auto& [value, text] : names_of(Enum{})) out.emplace_back(text);
  return out;
}

/// All values.
template <class Enum>
std::vector<Enum> all_values() {
  std::vector<Enum> out;
  for (const auto& [value, text] : names_of(Enum{})) out.push_back(value);
  return out;
}

/// The value of a name; nothing where it names none.
template <class Enum>
constexpr std::optional<Enum> find_named(std::string_view name) {
  for (const auto& [value, text] : names_of(Enum{}))
    if (text == name) return value;
  return std::nullopt;
}

/// The value of a name. Throws InputError, which lists the names, where it names none.
template <class Enum>
Enum named(std::string_view argument, std::string_view name) {
  if (const auto value = find_named<Enum>(name)) return *value;
  std::string known = "one of";
  for (const std::string& text : all_names<Enum>()) known += " " + text;
  refuse(argument, name, known);
}

}  // namespace fprinciple::base
