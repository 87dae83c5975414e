#include "cli/terminal.hpp"

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

namespace fprinciple::cli {
namespace {

struct Character {
  std::size_t bytes = 0;  ///< 0: it is not UTF-8
  std::uint32_t code = 0;
};

/// The first character of a text that is not empty.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7fU >> bytes);
  for (std::size_t k = 1; k < bytes; ++k) {
    if ((byte(k) & 0xc0U) != 0x80U) return {};
    code = (code << 6U) | (byte(k) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kLeast.at(bytes) || code > 0x10ffff || surrogate) return {};
  return {bytes, code};
}

/// Also what turns the direction of writing round, and what starts a new line or cannot be seen.
bool is_control(std::uint32_t code) {
  const auto within = [&](std::uint32_t first, std::uint32_t last) {
    return code >= first && code <= last;
  };
  return code < 0x20 || within(0x7f, 0x9f) || code == 0x061c || within(0x200b, 0x200f) ||
         within(0x2028, 0x202e) || within(0x2060, 0x206f) || code == 0xfeff;
}

std::string escape(std::uint32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  return code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
}

/// A place at or before `place` where a character begins.
std::size_t boundary(std::string_view text, std::size_t place) {
  while (place > 0 && (static_cast<unsigned char>(text[place]) & 0xc0U) == 0x80U) --place;
  return place;
}

/// stdio keeps the whole of a line together.
void write_line(std::FILE* stream, std::string_view text) noexcept {
  try {
    const std::string line = printable(text) + "\n";
    std::fwrite(line.data(), 1, line.size(), stream);
  } catch (const std::exception&) {
    std::fputs("there is not enough memory for a message\n", stream);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t kHead = 900;  // where messages name file, line and key
  constexpr std::size_t kTail = 300;
  std::string out;
  for (std::size_t k = 0; k < text.size();) {
    const Character character = first_of(text.substr(k));
    if (character.bytes == 0)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[k]));
    else if (is_control(character.code))
      out += escape(character.code);
    else
      out += text.substr(k, character.bytes);
    k += character.bytes == 0 ? 1 : character.bytes;
  }
  if (out.size() <= kHead + kTail) return out;
  return fmt::format("{} […] {}", out.substr(0, boundary(out, kHead)),
                     out.substr(boundary(out, out.size() - kTail)));
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_of(text);
    if (character.bytes == 0) return false;
    text.remove_prefix(character.bytes);
  }
  return true;
}

void say_line(std::string_view text) noexcept { write_line(stdout, text); }

void tell_line(std::string_view text) noexcept { write_line(stderr, text); }

bool said_all() noexcept { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

void keep_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) != -1) continue;
    // The lowest number that is free is this one. Opened for what it is not for, so that what is
    // written to a closed stdout is lost as an error, and not in silence.
    [[maybe_unused]] const int opened =
        ::open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace fprinciple::cli
