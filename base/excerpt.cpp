#include "base/excerpt.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace fprinciple::base {
namespace {

/// The bytes of the UTF-8 character that the text begins with; 0 when it is none that may be shown.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t k) -> std::uint32_t {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0;
  };
  const std::uint32_t first = byte(0);
  constexpr std::uint32_t kDelete = 0x7F;
  if (first < 0x80U) return first >= ' ' && first != kDelete ? 1 : 0;
  const std::size_t size = first < 0xC0U   ? 0
                           : first < 0xE0U ? 2
                           : first < 0xF0U ? 3
                           : first < 0xF8U ? 4
                                           : 0;
  if (size == 0) return 0;
  std::uint32_t code = first & (0x7FU >> size);
  for (std::size_t k = 1; k < size; ++k) {
    if ((byte(k) & 0xC0U) != 0x80U) return 0;
    code = code << 6U | (byte(k) & 0x3FU);
  }
  // Not in its shortest form, a second row of control characters, half a pair, beyond the last;
  // U+…FFFE and U+…FFFF are no characters, and no XML may hold them.
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0xA0, 0x800, 0x10000};
  // Breaks of lines, and what turns the direction of writing, by which one text shows as another.
  if ((code >= 0x2028U && code <= 0x202EU) || (code >= 0x2066U && code <= 0x2069U)) return 0;
  const bool shown = code >= kLeast[size] && (code < 0xD800U || code > 0xDFFFU) &&
                     code <= 0x10FFFFU && (code & 0xFFFEU) != 0xFFFEU;
  return shown ? size : 0;
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t longest) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character(text.substr(at));
    if (at + (size == 0 ? 1 : size) > longest) return out + "…";
    if (size == 0)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    else
      out += text.substr(at, size);
    at += size == 0 ? 1 : size;
  }
  return out;
}

}  // namespace fprinciple::base
