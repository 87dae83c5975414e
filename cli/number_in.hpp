#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace fprinciple::cli {

/// The whole text as a number, or nothing.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace fprinciple::cli
