#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace fprinciple::reports {

class Argument;

/// Words of the program itself: known when it is compiled, so never a user's.
class Words {
 public:
  consteval Words(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
  constexpr const char* text() const { return text_; }

 private:
  const char* text_;
};

/// gnuplot commands, or a part of them.
///
/// Whoever writes an experiment's title, a label of a sweep, or a result that others open, must not
/// be able to have gnuplot do anything with it but show it. So this type takes nothing but the
/// program's own Words, numbers (`commands`), and texts that `in_quotes`, `comment` and `file_name`
/// have made harmless; there is no other way from a std::string into a script.
class Script {
 public:
  Script() = default;
  Script(Words words) : text_(words.text()) {}  // NOLINT(google-explicit-constructor)

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  Script& operator+=(const Script& more) {
    text_ += more.text_;
    return *this;
  }
  Script& operator+=(Words more) {
    text_ += more.text();
    return *this;
  }
  friend Script operator+(Script a, const Script& b) { return std::move(a += b); }
  friend Script operator+(Script a, Words b) { return std::move(a += b); }
  friend Script operator+(Words a, const Script& b) { return Script(a) += b; }

  /// Every line that is not empty set off by two spaces, without a line break at the end.
  Script indented() const;

 private:
  struct Harmless {};
  Script(Harmless /*known*/, std::string text) : text_(std::move(text)) {}

  std::string text_;

  friend Script in_quotes(std::string_view text);
  friend Script comment(std::string_view text);
  friend Script file_name(std::string_view name);
  friend Script filled(Words format, std::initializer_list<Argument> arguments);
};

/// Any text as a string of gnuplot that shows it letter by letter, in enhanced mode: 'text', with
/// its meaning taken from all that is markup to the enhanced mode, to gnuplot's strings or to the
/// format of a tic's label. At most 400 bytes of it are shown, valid UTF-8 and no control
/// characters, see base::excerpt.
///
/// gnuplot 5.4 reads two quotes inside single quotes as one, but not four as two; it expands
/// backquotes and @macros where it takes a string to have ended; and \U+hhhh is a character even
/// after a backslash. So none of ' " ` @ \ % $ # stands in the string: each is its octal code, in
/// braces of its own, which keep its width right.
Script in_quotes(std::string_view text);

/// A line "# text" and its line break. The text is cut after 1000 bytes, has no control characters,
/// see base::excerpt, and never ends in a backslash, which would continue the comment.
Script comment(std::string_view text);

/// A name of letters, digits, '-' and '_', to stand inside quotes. Throws InputError for another.
Script file_name(std::string_view name);

/// What may stand in a script besides scripts: numbers, no letters.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, char> && !std::same_as<T, bool>;

/// What takes the place of a {} in `commands`, or of a {name}.
class Argument {
 public:
  Argument(const Script& script) : value_(script.text()) {}  // NOLINT(google-explicit-constructor)
  Argument(Words words) : value_(words.text()) {}            // NOLINT(google-explicit-constructor)
  template <Number T>
  Argument(T number) : value_(of(number)) {}  // NOLINT(google-explicit-constructor)

  template <class T>
  Argument(Words name, const T& value) : Argument(value) {
    name_ = name.text();
  }

 private:
  template <std::integral T>
  static long long of(T number) {
    return static_cast<long long>(number);
  }
  static double of(double number) { return number; }

  const char* name_ = nullptr;
  std::variant<long long, double, std::string> value_;

  friend Script filled(Words format, std::initializer_list<Argument> arguments);
};

/// As fmt::format does; a number that is not finite is NaN, which gnuplot draws as nothing.
Script filled(Words format, std::initializer_list<Argument> arguments);

template <class... Arguments>
Script commands(Words format, const Arguments&... arguments) {
  return filled(format, {Argument(arguments)...});
}

}  // namespace fprinciple::reports
