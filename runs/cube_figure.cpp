#include "runs/cube_figure.hpp"

#include "runs/toml_reader.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using compare::Statistic;
using Eigen::Index;

std::string quoted(const std::vector<std::string>& names) {
  return fmt::format("\"{}\"", fmt::join(names, "\", \""));
}

/// Levenshtein's distance: how many letters to insert, delete or replace.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

/// The four names that are spelt most like it, the nearest first.
std::vector<std::string> nearest(const std::string& name, std::vector<std::string> names) {
  constexpr std::size_t most = 4;
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return distance(name, a) < distance(name, b);
  });
  names.resize(std::min(most, names.size()));
  return names;
}

/// Reads one [[figure]].
class Reader {
 public:
  Reader(TomlTable table, const toml::table& raw, const std::vector<CubeAxis>& axes)
      : table_(std::move(table)), raw_(raw), axes_(axes) {}

  CubeFigure read() {
    figure_.name = file_name(table_.require("name", "the name of its files"));
    figure_.map = table_.require("kind", "\"lines\" or \"map\"").choice({"lines", "map"}) == "map";
    figure_.over = axis("over");
    if (const auto value = table_.find("statistic")) figure_.statistic = value->choice<Statistic>();
    read_at();
    if (figure_.map)
      read_map();
    else
      read_lines();
    check_axes();
    for (auto& [key, target] : {std::pair("title", &figure_.title),
                                {"x_label", &figure_.x_label},
                                {"y_label", &figure_.y_label},
                                {"z_label", &figure_.z_label},
                                {"reading", &figure_.reading}})
      if (const auto value = table_.find(key)) *target = line(*value);
    return std::move(figure_);
  }

 private:
  static std::string line(const TomlValue& value) {
    std::string text = value.text();
    if (text.find_first_of("\n\r") != std::string::npos) value.fail("must be one line");
    return text;
  }

  static std::string file_name(const TomlValue& value) {
    std::string name = value.text();
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '_');
    });
    if (name.empty() || !plain) value.fail("must be of letters, digits, '-' and '_'");
    return name;
  }

  std::vector<std::string> axis_names() const {
    std::vector<std::string> names;
    for (const CubeAxis& axis : axes_) names.push_back(axis.name);
    return names;
  }

  [[noreturn]] void no_axis(const TomlPlace& place, const std::string& name) const {
    place.fail(fmt::format("no axis is called \"{}\"; there are {}", name, quoted(axis_names())));
  }

  std::string checked_axis(const TomlValue& value) const {
    std::string name = value.text();
    if (axis_index(axes_, name) < 0) no_axis(value.place(), name);
    return name;
  }

  std::string axis(std::string_view key) const {
    const auto value = table_.find(key);
    return value ? checked_axis(*value) : std::string();
  }

  std::string number(const TomlValue& value) {
    std::string name = value.text();
    const TomlPlace& place = value.place();
    figure_.places[name] = fmt::format("{}:{}: {}", place.file, place.line, place.key);
    return name;
  }

  /// A single value is an array of one.
  static std::vector<TomlValue> one_or_more(const TomlValue& value, std::string_view allowed) {
    return value.is_array() ? value.elements(allowed) : std::vector<TomlValue>{value};
  }

  void read_at() {
    const toml::table* at = raw_["at"].as_table();
    if (!at) {
      if (const auto value = table_.find("at")) value->fail_type("a table, { \"axis\" = value }");
      return;
    }
    const TomlPlace place = table_.place("at");
    for (auto&& [key, node] : *at) {
      const Index k = axis_index(axes_, std::string(key.str()));
      if (k < 0) no_axis(place, std::string(key.str()));
      const CubeAxis& of = axes_[static_cast<std::size_t>(k)];
      const TomlValue value({place.file, place.line, fmt::format("{}.{}", place.key, of.name)},
                            node);
      figure_.at[of.name] = position(of, value);
    }
  }

  static Index position(const CubeAxis& axis, const TomlValue& value) {
    std::vector<std::string> there;
    const std::string text = axis.labels.empty() ? std::string() : value.text();
    const double number = axis.labels.empty() ? value.number() : 0.0;
    for (Index i = 0; i < axis.size(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      if (axis.labels.empty() ? axis.values[k] == number : axis.labels[k] == text) return i;
      there.push_back(axis.labels.empty() ? fmt::format("{}", axis.values[k])
                                          : quoted({axis.labels[k]}));
    }
    value.fail(fmt::format("is not a coordinate; there are {}", fmt::join(there, ", ")));
  }

  void read_lines() {
    table_.refuse({"z", "z_label", "contours"}, "is for kind = \"map\"");
    figure_.by = axis("by");
    const TomlValue x = table_.require("x", "an axis or a key of summary.json");
    figure_.x = x.text();
    if (axis_index(axes_, figure_.x) < 0) refuse_misspelt(x);
    const TomlValue y = table_.require("y", "keys of summary.json");
    for (const TomlValue& value : one_or_more(y, "keys of summary.json"))
      figure_.y.push_back(number(value));
    if (!figure_.by.empty() && figure_.y.size() > 1) y.fail("must be one key where `by` is given");
    read_log({"x", "y", "xy"});
    if (const auto value = table_.find("slope")) figure_.slope = value->boolean();
    if (const auto value = table_.find("guides"))
      for (const TomlValue& guide : value->elements("an array of slopes"))
        figure_.guides.push_back(guide.number());
    for (const char* key : {"slope", "guides"})
      if (figure_.log != "xy" && table_.find(key)) table_.place(key).fail("needs log = \"xy\"");
    if (const auto value = table_.find("lines"))
      for (const TomlValue& item : value->elements("an array of tables"))
        figure_.lines.push_back(reference_line(item));
    read_names();
  }

  /// What is no axis may be a number of the cube, which is not known yet; but not when it is spelt
  /// almost like an axis.
  void refuse_misspelt(const TomlValue& x) {
    constexpr std::size_t slips = 2;
    for (const CubeAxis& axis : axes_)
      if (distance(axis.name, figure_.x) <= slips) no_axis(x.place(), figure_.x);
    number(x);
  }

  ReferenceLine reference_line(const TomlValue& item) const {
    const TomlTable table = item.table({"x", "y", "label"});
    const auto x = table.find("x"), y = table.find("y");
    if (x.has_value() == y.has_value()) item.fail("must have either x or y");
    const char axis = x ? 'x' : 'y';
    const TomlValue& value = x ? *x : *y;
    const std::string label = line(table.require("label", "text in quotes"));
    return {axis, figure_.is_log(axis) ? value.positive() : value.number(), label};
  }

  void read_names() {
    const auto value = table_.find("names");
    if (!value) return;
    for (const TomlValue& name : value->elements("an array of texts"))
      figure_.names.push_back(line(name));
    const Index by = axis_index(axes_, figure_.by);
    const std::size_t lines =
        by < 0 ? figure_.y.size() : axes_[static_cast<std::size_t>(by)].values.size();
    if (figure_.names.size() != lines)
      value->fail(
          fmt::format("must be {}, one for each line, got {}", lines, figure_.names.size()));
  }

  void read_map() {
    table_.refuse({"by", "slope", "guides", "lines", "names"}, "is for kind = \"lines\"");
    figure_.x = checked_axis(table_.require("x", "an axis"));
    figure_.y = {checked_axis(table_.require("y", "an axis"))};
    figure_.z = number(table_.require("z", "a key of summary.json"));
    read_log({"x", "y", "xy", "z", "xz", "yz", "xyz"});
    if (const auto value = table_.find("contours"))
      for (const TomlValue& level : value->elements("an array of numbers"))
        figure_.contours.push_back(figure_.is_log('z') ? level.positive() : level.number());
  }

  void read_log(const std::vector<std::string>& allowed) {
    if (const auto value = table_.find("log")) figure_.log = value->choice(allowed);
  }

  /// Every axis has one part in the figure, and a logarithmic one has positive numbers.
  void check_axes() {
    std::vector<std::string> roles{figure_.over, figure_.by};
    if (figure_.map) roles.push_back(figure_.y.front());
    if (axis_index(axes_, figure_.x) >= 0) figure_.along = figure_.x;
    roles.push_back(figure_.along);
    for (const auto& [name, index] : figure_.at) roles.push_back(name);
    for (const CubeAxis& axis : axes_) {
      const auto parts = std::count(roles.begin(), roles.end(), axis.name);
      if (parts > 1)
        table_.place("name").fail(fmt::format("the axis \"{}\" has more than one part", axis.name));
      if (parts == 1) continue;
      if (figure_.along.empty()) {
        figure_.along = axis.name;
      } else if (axis.size() == 1) {
        figure_.at[axis.name] = 0;
      } else {
        table_.place("name").fail(
            fmt::format("the axis \"{}\" has no part; name it in `over`, {}or `at`", axis.name,
                        figure_.map ? "" : "`by` "));
      }
    }
    if (figure_.along.empty()) no_axis(table_.place("x"), figure_.x);
    check_log('x', figure_.x);
    if (figure_.map) check_log('y', figure_.y.front());
  }

  void check_log(char letter, const std::string& name) const {
    const Index k = axis_index(axes_, name);
    if (k < 0 || !figure_.is_log(letter)) return;
    const CubeAxis& axis = axes_[static_cast<std::size_t>(k)];
    const bool positive = std::all_of(axis.values.begin(), axis.values.end(),
                                      [](double value) { return value > 0.0; });
    if (!axis.labels.empty() || !positive)
      table_.place("log").fail(
          fmt::format("the coordinates of \"{}\" are not positive numbers", name));
  }

  TomlTable table_;
  const toml::table& raw_;
  const std::vector<CubeAxis>& axes_;
  CubeFigure figure_;
};

}  // namespace

std::vector<CubeFigure> read_cube_figures(const std::string& sweep_text, const std::string& file,
                                          const std::vector<CubeAxis>& axes) {
  const toml::table root = parse_toml(sweep_text, file);
  const toml::node* node = root.get("figure");
  if (!node) return {};
  std::vector<CubeFigure> figures;
  std::set<std::string> names;
  const TomlValue all({file, node->source().begin.line, "figure"}, *node);
  for (const TomlValue& value : all.elements("tables, [[figure]]")) {
    const TomlTable table =
        value.table({"name",  "kind",    "x",       "y",       "z",     "over",     "by",
                     "at",    "log",     "slope",   "guides",  "lines", "contours", "statistic",
                     "title", "x_label", "y_label", "z_label", "names", "reading"});
    const toml::table& raw = *node->as_array()->get(figures.size())->as_table();
    figures.push_back(Reader(table, raw, axes).read());
    if (!names.insert(figures.back().name).second)
      table.place("name").fail("another figure has this name");
  }
  return figures;
}

void check_numbers(const std::vector<CubeFigure>& figures, const Cube& cube) {
  std::vector<std::string> there;
  for (const auto& [key, values] : cube.numbers) there.push_back(key);
  for (const CubeFigure& figure : figures)
    for (const auto& [key, place] : figure.places)
      if (cube.numbers.count(key) == 0)
        throw InputError(fmt::format("{}: no number is called \"{}\"; the nearest are {}", place,
                                     key, quoted(nearest(key, there))));
}

Index axis_index(const std::vector<CubeAxis>& axes, const std::string& name) {
  for (std::size_t k = 0; k < axes.size(); ++k)
    if (axes[k].name == name) return static_cast<Index>(k);
  return -1;
}

std::string coordinate(const CubeAxis& axis, Index i) {
  const auto k = static_cast<std::size_t>(i);
  return axis.labels.empty() ? fmt::format("{:.6g}", axis.values[k]) : axis.labels[k];
}

Eigen::VectorXd replicates(const Cube& cube, const std::string& number, std::vector<Index> index,
                           const std::string& over) {
  const Index along = axis_index(cube.axes, over);
  const Eigen::VectorXd& values = cube.numbers.at(number);
  Eigen::VectorXd out(along < 0 ? 1 : cube.axes[static_cast<std::size_t>(along)].size());
  for (Index r = 0; r < out.size(); ++r) {
    if (along >= 0) index[static_cast<std::size_t>(along)] = r;
    Index cell = 0;
    for (std::size_t k = 0; k < index.size(); ++k) cell = cell * cube.axes[k].size() + index[k];
    out[r] = values[cell];
  }
  return out;
}

}  // namespace fprinciple::runs
