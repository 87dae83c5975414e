#include "reports/script.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"

#include <cmath>

#include <fmt/args.h>
#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

/// gnuplot's spelling of a number; fmt's are "nan" and "-inf" when it is not finite.
struct Real {
  double value;
};

bool one_of(std::string_view characters, char c) {
  return characters.find(c) != std::string_view::npos;
}

}  // namespace
}  // namespace fprinciple::reports

template <>
struct fmt::formatter<fprinciple::reports::Real> : fmt::formatter<double> {
  template <class Context>
  auto format(const fprinciple::reports::Real& number, Context& context) const {
    if (std::isfinite(number.value)) return fmt::formatter<double>::format(number.value, context);
    return fmt::format_to(context.out(), "NaN");
  }
};

namespace fprinciple::reports {

Script Script::indented() const {
  std::string out;
  bool at_start = true;
  for (const char c : text_) {
    if (at_start && c != '\n') out += "  ";
    out += c;
    at_start = c == '\n';
  }
  if (out.ends_with('\n')) out.pop_back();
  return {Harmless{}, out};
}

Script in_quotes(std::string_view text) {
  constexpr std::size_t most = 400;
  std::string out = "'";
  for (const char c : base::excerpt(text, most)) {
    if (one_of("'\"`@\\%$#", c))
      out += fmt::format("{{\\{:03o}}}", static_cast<unsigned>(c));
    else if (one_of("{}_^&~", c))
      out.append({'\\', c});
    else
      out += c;
  }
  return {Script::Harmless{}, out + "'"};
}

Script comment(std::string_view text) {
  constexpr std::size_t most = 1000;
  std::string out = "# " + base::excerpt(text, most);
  if (out.ends_with('\\')) out += ' ';
  return {Script::Harmless{}, out + "\n"};
}

Script file_name(std::string_view name) {
  constexpr std::size_t most = 200;  // with an ending, less than a file's name may have
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  if (name.empty() || name.size() > most || name.find_first_not_of(plain) != std::string_view::npos)
    throw InputError(fmt::format("the figure's name \"{}\" must be of letters, digits, '-' and '_'",
                                 base::excerpt(name)));
  return {Script::Harmless{}, std::string(name)};
}

Script filled(Words format, std::initializer_list<Argument> arguments) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const Argument& argument : arguments) {
    const auto add = [&](const auto& value) {
      if (argument.name_)
        store.push_back(fmt::arg(argument.name_, value));
      else
        store.push_back(value);
    };
    if (const auto* real = std::get_if<double>(&argument.value_))
      add(Real{*real});
    else if (const auto* integer = std::get_if<long long>(&argument.value_))
      add(*integer);
    else
      add(std::get<std::string>(argument.value_));
  }
  return {Script::Harmless{}, fmt::vformat(format.text(), store)};
}

}  // namespace fprinciple::reports
