#include "reports/cube_drawing.hpp"

#include "reports/html.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;

constexpr double rounding = 1e-9;  ///< of logarithms

}  // namespace

std::vector<std::string> numbers_shown(const std::vector<runs::CubeFigure>& figures) {
  std::vector<std::string> out;
  for (const runs::CubeFigure& figure : figures)
    if (!figure.map && figure.by.empty())
      for (const std::string& number : figure.y)
        if (std::find(out.begin(), out.end(), number) == out.end()) out.push_back(number);
  return out;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  }));
}

std::string minus(std::string number) {
  if (number.find_first_not_of("-0.") == std::string::npos) number.erase(0, number.find('0'));
  for (std::size_t at = 0; (at = number.find('-', at)) != std::string::npos;)
    number.replace(at, 1, "−");
  return number;
}

Script round_number(int factor, int exponent) {
  if (exponent >= -3 && exponent < 4) return commands("'{:g}'", factor * std::pow(10.0, exponent));
  return commands("'{}·10^{{{}{}}}'", factor, exponent < 0 ? Words("−") : Words(""),
                  std::abs(exponent));
}

Script note_below(const std::string& text) {
  if (text.empty()) return {};
  return commands(".\"\\n\".'{{/*0.9 '.{}.'}}'", in_quotes(text));
}

std::vector<Index> fixed_index(const runs::Cube& cube, const runs::CubeFigure& figure) {
  std::vector<Index> index(cube.axes.size(), 0);
  for (const auto& [name, i] : figure.at)
    index[static_cast<std::size_t>(runs::axis_index(cube.axes, name))] = i;
  return index;
}

std::string replicates_in_words(const runs::Cube& cube, const std::string& over) {
  const Index k = runs::axis_index(cube.axes, over);
  if (k < 0 || cube.axes[static_cast<std::size_t>(k)].size() < 2) return {};
  return fmt::format("{} {}s", cube.axes[static_cast<std::size_t>(k)].size(),
                     over.substr(over.rfind('.') + 1));
}

std::string left_out(Index missing, Index total, Index not_positive) {
  std::string out;
  if (missing > 0)
    out += fmt::format(
        " {} of {} values are missing, because their cells failed or have no such "
        "number, and are left out.",
        missing, total);
  if (not_positive > 0)
    out +=
        fmt::format(" On logarithmic axes {} not drawn, for want of a positive value.",
                    not_positive == 1 ? "1 point is" : fmt::format("{} points are", not_positive));
  return out;
}

std::string in_words(compare::Statistic statistic) {
  return statistic == compare::Statistic::mean ? "mean" : "median";
}

std::string study_key(const std::string& name) {
  std::string out = name;
  for (char& c : out)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return out;
}

nlohmann::json in_json(double value, double low, double high) {
  nlohmann::json out;
  for (const auto& [key, number] : {std::pair("value", value), {"low", low}, {"high", high}})
    out[key] = std::isfinite(number) ? nlohmann::json(number) : nlohmann::json();
  return out;
}

std::string study_place(const std::string& figure, const std::string& which) {
  return fmt::format("study.{}.{}", study_key(figure), which);
}

std::string part(const nlohmann::json& estimate, const std::string& name,
                 const std::string& place) {
  return value_of(estimate.is_object() ? estimate.at(name) : nlohmann::json(),
                  fmt::format("{}.{}", place, name));
}

std::string with_interval(const nlohmann::json& estimate, const std::string& place) {
  std::string value = part(estimate, "value", place);
  if (!estimate.is_object() || estimate.at("low").is_null()) return value;
  return fmt::format("{} [{}, {}]", value, part(estimate, "low", place),
                     part(estimate, "high", place));
}

Range log_range(const std::vector<Eigen::VectorXd>& values) {
  std::vector<Eigen::VectorXd> logs;
  logs.reserve(values.size());
  for (const Eigen::VectorXd& column : values) logs.push_back(column.array().log10());
  const Range range = range_of(logs);  // of the finite ones: −∞ and nan are none
  const auto edge = [](double log, bool up) {
    const double decade = std::floor(log + rounding);
    double below = 1.0;
    for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
      const double at = std::log10(factor);
      if (up && at >= log - decade - rounding) return factor * std::pow(10.0, decade);
      if (at <= log - decade + rounding) below = factor;
    }
    return below * std::pow(10.0, decade);
  };
  return {edge(range.lo, false), edge(range.hi, true)};
}

Script log_scale(Words axis, const Range& range) {
  constexpr double labels = 6.0;
  const int first = static_cast<int>(std::ceil(std::log10(range.lo) - rounding));
  const int last = static_cast<int>(std::floor(std::log10(range.hi) + rounding));
  const Script scale = commands("set logscale {0}\nset {0}range {1}\n", axis, gnuplot_range(range));
  const int step = std::max(1, static_cast<int>(std::ceil((last - first) / labels)));
  if (last > first)
    return scale + commands("set format {0} '10^{{%T}}'\nset {0}tics 1e{1}\n", axis, step) +
           (step == 1 ? commands("set m{}tics 10\n", axis) : Script());
  Script tics;
  for (int exponent = first - 1; exponent <= last + 1; ++exponent)
    for (const int factor : {1, 2, 5}) {
      const double value = factor * std::pow(10.0, exponent);
      if (value >= range.lo * (1 - rounding) && value <= range.hi * (1 + rounding))
        tics += commands("{}{} {:g}", tics.empty() ? Words("") : Words(", "),
                         round_number(factor, exponent), value);
    }
  return scale + commands("set {}tics ({})\n", axis, tics);
}

Words in_commands(AxisLetter letter) { return letter == AxisLetter::x ? Words("x") : Words("y"); }

Tics coordinate_tics(AxisLetter letter, const runs::CubeAxis& axis, const Range& range, bool log,
                     double room) {
  const auto place = [&](Index i) {
    const double value = axis.values[static_cast<std::size_t>(i)];
    return room * (log ? std::log(value / range.lo) / std::log(range.hi / range.lo)
                       : (value - range.lo) / (range.hi - range.lo));
  };
  const auto size = [&](Index i) {
    return letter == AxisLetter::y ? 1.4
                                   : 1.5 + static_cast<double>(characters(coordinate(axis, i)));
  };
  // Every stride-th label, if those next to each other do not touch. Names are all there.
  const auto fit = [&](Index stride) {
    for (Index i = stride; i < axis.size(); i += stride)
      if (std::abs(place(i) - place(i - stride)) < 0.5 * (size(i) + size(i - stride))) return false;
    return true;
  };
  Index stride = 1;
  while (axis.labels.empty() && !fit(stride)) ++stride;
  Script tics;
  for (Index i = 0; i < axis.size(); ++i)
    tics += commands("{}{} {:.9g}", i == 0 ? Words("") : Words(", "),
                     in_quotes(i % stride == 0 ? coordinate(axis, i) : std::string()),
                     axis.values[static_cast<std::size_t>(i)]);
  Tics out;
  const bool slanted = letter == AxisLetter::x && !fit(stride);
  if (slanted)
    for (Index i = 0; i < axis.size(); ++i)
      out.hanging = std::max(out.hanging, characters(coordinate(axis, i)));
  out.commands = commands("set {0}tics ({1}){2}\nunset m{0}tics\n", in_commands(letter), tics,
                          slanted ? Words(" rotate by 60 right") : Words(""));
  return out;
}

}  // namespace fprinciple::reports
