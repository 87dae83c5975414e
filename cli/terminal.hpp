#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::cli {

/// What may safely go to a terminal, on one line: control characters, of any kind, and bytes that
/// are not UTF-8 become escapes such as \n and \x1b; an overlong text loses its middle.
std::string printable(std::string_view text);

/// Whether all of it is UTF-8.
bool is_utf8(std::string_view text);

/// A line on stdout, or on stderr, printable. They never fail: what could not be written to stdout
/// is told by said_all(), and of stderr nobody is left to be told.
void say_line(std::string_view text) noexcept;
void tell_line(std::string_view text) noexcept;

template <class... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  say_line(fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void tell(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  tell_line(fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// Whether all that was said has reached stdout.
[[nodiscard]] bool said_all() noexcept;

/// To be called first: a closed stdin, stdout or stderr is held open, so that no file of ours takes
/// its number and is written into; and a reader that goes away does not end the process.
void keep_standard_streams();

}  // namespace fprinciple::cli
