#include "reports/html.hpp"

#include "base/excerpt.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

constexpr const char* nothing = "–";

/// Minus signs of the right width.
std::string with_minus(std::string text) {
  for (std::size_t at = 0; (at = text.find('-', at)) != std::string::npos;)
    text.replace(at, 1, "−");
  return text;
}

std::string three_digits(double value) {
  if (value == 0.0) return "0";
  if (!std::isfinite(value)) return "not finite";
  // Rounded first, so that 9.999 counts as 10.
  const std::string scientific = fmt::format("{:.2e}", value);
  const auto e = scientific.find('e');
  const int exponent = std::stoi(scientific.substr(e + 1));
  if (exponent >= -3 && exponent < 5)
    return with_minus(fmt::format("{:.{}f}", value, std::max(0, 2 - exponent)));
  return with_minus(fmt::format("{} × 10<sup>{}</sup>", scientific.substr(0, e), exponent));
}

const nlohmann::json* find(const nlohmann::json& summary, std::string_view path) {
  const nlohmann::json* node = &summary;
  while (!path.empty()) {
    const auto dot = path.find('.');
    const std::string key(path.substr(0, dot));
    if (!node->is_object() || !node->contains(key)) return nullptr;
    node = &node->at(key);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return node;
}

std::string data_element(const std::string& exact, const std::string& shown, std::string_view key) {
  const std::string named = key.empty() ? "" : fmt::format(" data-key=\"{}\"", escaped(key));
  return fmt::format("<data{} value=\"{}\">{}</data>", named, exact, shown);
}

}  // namespace

std::string escaped(std::string_view text) {
  constexpr std::string_view kLayout = "\n\r\t";
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(kLayout, at), text.size());
    shown += base::excerpt(text.substr(at, end - at), text.size());
    if (end < text.size()) shown += text[end];
    at = end + 1;
  }
  std::string out;
  for (const char c : shown) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string url(std::string_view path) {
  constexpr std::string_view plain = "/._-";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 128 && std::isalnum(byte) != 0) || plain.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t length = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < length ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= length ? digits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

std::string number(double value, std::string_view key) {
  const std::string shown = three_digits(value);
  return std::isfinite(value) ? data_element(fmt::format("{}", value), shown, key) : shown;
}

std::string value_of(const nlohmann::json& value, std::string_view key) {
  if (value.is_number_float()) return number(value.get<double>(), key);
  if (value.is_number_integer()) return data_element(value.dump(), with_minus(value.dump()), key);
  if (value.is_string()) return escaped(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return nothing;
}

std::string value_at(const nlohmann::json& summary, std::string_view path) {
  const nlohmann::json* node = find(summary, path);
  return node == nullptr ? nothing : value_of(*node, path);
}

std::string text_at(const nlohmann::json& summary, std::string_view path) {
  const nlohmann::json* node = find(summary, path);
  return node != nullptr && node->is_string() ? node->get<std::string>() : std::string();
}

}  // namespace fprinciple::reports
