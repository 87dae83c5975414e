#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace fprinciple::reports {

/// Text for the inside of an element or of a quoted attribute. What no page may hold, control
/// characters but tabs and ends of lines, and bytes that are no UTF-8, as \x1b.
std::string escaped(std::string_view text);

/// A relative path for href: everything but letters, digits, "/", ".", "_" and "-" as %XX.
std::string url(std::string_view path);

std::string base64(std::string_view bytes);

/// A number with three significant digits, as HTML: 0.00382, 12.3, 53094, 1.20 × 10⁻⁷. The exact
/// value stands in the element's `value` attribute, its place in the summary in `data-key`.
std::string number(double value, std::string_view key = {});

/// A value of the summary as HTML: a number (integers in full), a text, or an en dash for null.
/// `key` is its dotted path, such as "error.rmse".
std::string value_of(const nlohmann::json& value, std::string_view key);

/// The value at a dotted path of the summary; an en dash where it is missing.
std::string value_at(const nlohmann::json& summary, std::string_view path);

/// The text at a dotted path, not escaped; empty where there is none.
std::string text_at(const nlohmann::json& summary, std::string_view path);

}  // namespace fprinciple::reports
