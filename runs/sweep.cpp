#include "runs/sweep.hpp"

#include "runs/experiment_file.hpp"
#include "runs/files_named.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using Edit = Sweep::Edit;
using Eigen::Index;

constexpr double kMostCells = 1e6;

bool bare(const std::string& word) {
  constexpr auto kBare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !word.empty() && word.find_first_not_of(kBare) == std::string::npos;
}

/// The keys that a sweep changes, each by one line of the file.
class Targets {
 public:
  /// An edit of `key` that is asked for at `place`, which becomes the edit's place.
  Edit edit(Edit::Kind kind, TomlPlace place, const std::string& key) const {
    for (std::size_t from = 0, dot = 0; dot != std::string::npos; from = dot + 1) {
      dot = key.find('.', from);
      if (!bare(key.substr(from, dot - from)))
        place.fail("must be a key of the experiment, such as \"network.width\"");
    }
    place.key = key;
    return {kind, std::move(place)};
  }

  /// To be called once for each thing that sets keys.
  void claim(const TomlPlace& place, const std::string& key) {
    if (!claimed_.insert(key).second)
      place.fail(fmt::format("\"{}\" is changed elsewhere in this file, too", key));
  }

 private:
  std::set<std::string> claimed_;
};

// The coordinates of an axis ---------------------------------------------------------------------

struct Coordinate {
  TomlPlace place;
  double value = 0.0;
  std::string label;  ///< empty for a number
  std::string toml;
};

void require_cells(const TomlPlace& place, double count) {
  if (count > kMostCells)
    place.fail(fmt::format("gives {:.4g} cells, each of them a run; must be at most {:.0f}", count,
                           kMostCells));
}

std::vector<Coordinate> listed(const TomlValue& values) {
  std::vector<Coordinate> out;
  for (const TomlValue& element : values.elements("a non-empty list of numbers or texts")) {
    const bool texts = !out.empty() ? !out.front().label.empty() : element.is_text();
    Coordinate coordinate{element.place(), static_cast<double>(out.size()), {}, element.toml()};
    if (texts)
      coordinate.label = element.text();
    else
      coordinate.value = element.number();
    if (texts && coordinate.label.empty()) element.fail("must not be empty");
    out.push_back(std::move(coordinate));
  }
  return out;
}

std::vector<Coordinate> integers(const TomlValue& range) {
  const std::string allowed = "[from, to], two integers, from <= to";
  const std::vector<TomlValue> ends = range.elements(allowed);
  if (ends.size() != 2) range.fail(fmt::format("must be {}, got {} values", allowed, ends.size()));
  const std::int64_t from = ends[0].integer(std::numeric_limits<std::int64_t>::min());
  const std::int64_t to = ends[1].integer(from);
  require_cells(range.place(), static_cast<double>(to) - static_cast<double>(from) + 1.0);
  std::vector<Coordinate> out;
  for (std::int64_t k = 0; k <= to - from; ++k)
    out.push_back({range.place(), static_cast<double>(from + k), {}, fmt::format("{}", from + k)});
  return out;
}

/// As many numbers as were asked for, both ends included; integers to rounding are integers.
std::vector<Coordinate> spaced(const TomlValue& range, bool logarithmic) {
  const std::string allowed = fmt::format(
      "[from, to, count], two numbers{} and an integer of at least 2", logarithmic ? " > 0" : "");
  const std::vector<TomlValue> three = range.elements(allowed);
  if (three.size() != 3)
    range.fail(fmt::format("must be {}, got {} values", allowed, three.size()));
  const auto end = [&](std::size_t k) {
    return logarithmic ? three[k].positive() : three[k].number();
  };
  const double from = end(0);
  const double to = end(1);
  const std::int64_t count = three[2].integer(2);
  require_cells(range.place(), static_cast<double>(count));
  constexpr double kRounding = 1e-12;
  std::vector<Coordinate> out;
  for (std::int64_t k = 0; k < count; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(count - 1);
    const double x = k == count - 1 ? to
                     : logarithmic  ? from * std::pow(to / from, share)
                                    : from + (to - from) * share;
    const double whole = std::round(x);
    const double value = std::abs(x - whole) <= kRounding * std::abs(x) ? whole : x;
    out.push_back({range.place(), value, {}, toml_number(value)});
  }
  return out;
}

std::vector<Coordinate> read_coordinates(const TomlTable& axis) {
  constexpr auto kOthers = "cannot stand beside another list of values";
  if (const auto values = axis.find("values")) {
    axis.refuse({"range", "linear_range", "log_range"}, kOthers);
    return listed(*values);
  }
  if (const auto range = axis.find("range")) {
    axis.refuse({"linear_range", "log_range"}, kOthers);
    return integers(*range);
  }
  if (const auto range = axis.find("linear_range")) {
    axis.refuse({"log_range"}, kOthers);
    return spaced(*range, false);
  }
  const std::string allowed =
      "a list of numbers or texts; or give range, linear_range or log_range";
  if (const auto range = axis.find("log_range")) return spaced(*range, true);
  axis.place("values").fail(fmt::format("is missing; must be {}", allowed));
}

// What an axis changes ---------------------------------------------------------------------------

/// The elements of a list that has one for each coordinate.
std::vector<TomlValue> one_for_each(const TomlValue& list, std::size_t count) {
  const std::string allowed = fmt::format("a list of {} values, one for each coordinate", count);
  std::vector<TomlValue> elements = list.elements(allowed);
  if (elements.size() != count)
    list.fail(fmt::format("must be {}, got {}", allowed, elements.size()));
  return elements;
}

constexpr auto kKeys = "a table of keys in quotes, such as { \"train.method\" = … }";
constexpr auto kRemoved = "a list of keys, such as [\"train.tolerance\"]";

void add_removals(const TomlValue& list, const Targets& targets, std::vector<Edit>& edits) {
  if (list.is_empty_array()) return;
  for (const TomlValue& element : list.elements(kRemoved))
    edits.push_back(targets.edit(Edit::Kind::remove, element.place(), element.text()));
}

/// The edits of each coordinate of an axis.
std::vector<std::vector<Edit>> read_edits(const TomlTable& axis,
                                          const std::vector<Coordinate>& coordinates,
                                          Targets& targets) {
  std::vector<std::vector<Edit>> edits(coordinates.size());
  if (const auto remove = axis.find("remove")) {
    const std::vector<TomlValue> lists = one_for_each(*remove, edits.size());
    for (std::size_t i = 0; i < edits.size(); ++i) add_removals(lists[i], targets, edits[i]);
  }
  if (const auto key = axis.find("key")) {
    targets.claim(key->place(), key->text());
    for (std::size_t i = 0; i < edits.size(); ++i) {
      edits[i].push_back(targets.edit(Edit::Kind::set, key->place(), key->text()));
      edits[i].back().place.line = coordinates[i].place.line;
      edits[i].back().value = coordinates[i].toml;
    }
  }
  if (const auto set = axis.find("set"))
    for (const auto& [key, list] : set->entries(kKeys)) {
      targets.claim(list.place(), key);
      const std::vector<TomlValue> values = one_for_each(list, edits.size());
      for (std::size_t i = 0; i < edits.size(); ++i) {
        edits[i].push_back(targets.edit(Edit::Kind::set, values[i].place(), key));
        edits[i].back().value = values[i].toml();
      }
    }
  if (const auto multiply = axis.find("multiply"))
    for (const auto& [key, list] : multiply->entries(kKeys)) {
      const std::vector<TomlValue> factors = one_for_each(list, edits.size());
      for (std::size_t i = 0; i < edits.size(); ++i) {
        edits[i].push_back(targets.edit(Edit::Kind::multiply, factors[i].place(), key));
        edits[i].back().factor = factors[i].number();
      }
    }
  return edits;
}

/// The name of an axis without a key. It has no dot, so that it is no number of a summary but for
/// the one that has none either.
std::string read_name(const TomlTable& axis) {
  const TomlValue name =
      axis.require("name", "text, where there is no key, such as \"network.width\"");
  std::string text = name.text();
  if (!bare(text) || !std::isalpha(static_cast<unsigned char>(text.front())))
    name.fail("must be of letters, digits, _ and -, a letter first");
  if (text == "failure" || text == "seed")
    name.fail("is a variable of result.nc; use another name");
  if (!axis.find("set") && !axis.find("multiply") && !axis.find("remove"))
    name.fail("varies nothing: must have set, multiply or remove beside it");
  return text;
}

void read_axis(const TomlValue& value, Targets& targets, Sweep& sweep) {
  const TomlTable table = value.table(
      {"key", "name", "values", "range", "linear_range", "log_range", "set", "remove", "multiply"});
  if (table.find("key")) table.refuse({"name"}, "cannot stand beside axis.key, which is the name");
  const auto key = table.find("key");
  CubeAxis axis{key ? key->text() : read_name(table), {}, {}};
  for (const CubeAxis& other : sweep.axes)
    if (other.dimension() == axis.dimension())
      table.place(key ? "key" : "name")
          .fail(other.name == axis.name
                    ? "is the name of another axis"
                    : fmt::format("is in result.nc what {} is, {}; use another name", other.name,
                                  axis.dimension()));
  const std::vector<Coordinate> coordinates = read_coordinates(table);
  for (const Coordinate& coordinate : coordinates) {
    axis.values.push_back(coordinate.value);
    if (!coordinate.label.empty()) axis.labels.push_back(coordinate.label);
  }
  sweep.edits.push_back(read_edits(table, coordinates, targets));
  sweep.axes.push_back(std::move(axis));
}

void read_everywhere(const TomlTable& root, Targets& targets, Sweep& sweep) {
  if (const auto remove = root.find("remove")) add_removals(*remove, targets, sweep.everywhere);
  if (const auto set = root.find("set"))
    for (const auto& [key, value] : set->entries(kKeys)) {
      targets.claim(value.place(), key);
      sweep.everywhere.push_back(targets.edit(Edit::Kind::set, value.place(), key));
      sweep.everywhere.back().value = value.toml();
    }
}

// Cells ------------------------------------------------------------------------------------------

/// The coordinate of each axis in a cell.
std::vector<std::size_t> coordinates_of(const Sweep& sweep, Index cell) {
  std::vector<std::size_t> out(sweep.axes.size());
  for (std::size_t k = out.size(); k-- > 0; cell /= sweep.axes[k].size())
    out[k] = static_cast<std::size_t>(cell % sweep.axes[k].size());
  return out;
}

}  // namespace

Index Sweep::size() const {
  Index size = 1;
  for (const CubeAxis& axis : axes) size *= axis.size();
  return size;
}

Sweep read_sweep(const std::filesystem::path& file) { return read_sweep(TomlFile(file)); }

Sweep read_sweep(const TomlFile& toml, const std::optional<std::string>& experiment_text) {
  const std::filesystem::path file = toml.name();
  const TomlTable root = toml.root({"title", "experiment", "set", "remove", "axis", "figure"});
  Sweep sweep;
  sweep.name = file.stem().string();
  const auto title = root.find("title");
  sweep.title = title ? title->text() : sweep.name;
  sweep.text = toml.text();
  sweep.experiment_file =
      file.parent_path() / root.require("experiment", "the path of an experiment file").text();
  sweep.experiment_text =
      experiment_text ? *experiment_text : TomlFile(sweep.experiment_file).text();
  Targets targets;
  read_everywhere(root, targets, sweep);
  double cells = 1.0;
  for (const TomlValue& axis :
       root.require("axis", "one table [[axis]] or more").elements("one table [[axis]] or more")) {
    read_axis(axis, targets, sweep);
    cells *= static_cast<double>(sweep.axes.back().size());
    require_cells(axis.place(), cells);
  }
  return sweep;
}

std::vector<std::filesystem::path> files_read(const Sweep& sweep,
                                              const std::filesystem::path& file) {
  std::vector<std::filesystem::path> files = {file, sweep.experiment_file};
  const std::filesystem::path folder = sweep.experiment_file.parent_path();  // edits are its own
  for (const std::string& text : {sweep.text, sweep.experiment_text})
    for (const std::filesystem::path& named : files_named(text, folder)) files.push_back(named);
  return files;
}

Experiment experiment(const Sweep& sweep, Index cell) {
  TomlFile toml(sweep.experiment_file, sweep.experiment_text);
  std::vector<const Edit*> edits;
  for (const Edit& edit : sweep.everywhere) edits.push_back(&edit);
  const std::vector<std::size_t> coordinates = coordinates_of(sweep, cell);
  for (std::size_t k = 0; k < coordinates.size(); ++k)
    for (const Edit& edit : sweep.edits[k][coordinates[k]]) edits.push_back(&edit);
  const auto each = [&](Edit::Kind kind, const auto& apply) {
    for (const Edit* edit : edits)
      if (edit->kind == kind) apply(*edit);
  };
  each(Edit::Kind::set, [&](const Edit& edit) { toml.set(edit.place, edit.value); });
  each(Edit::Kind::remove, [&](const Edit& edit) { toml.remove(edit.place); });
  each(Edit::Kind::multiply, [&](const Edit& edit) { toml.multiply(edit.place, edit.factor); });
  return read_experiment(toml);
}

std::string cell_name(const Sweep& sweep, Index cell) {
  const std::vector<std::size_t> coordinates = coordinates_of(sweep, cell);
  std::vector<std::string> words;
  for (std::size_t k = 0; k < coordinates.size(); ++k) {
    const CubeAxis& axis = sweep.axes[k];
    const std::size_t i = coordinates[k];
    words.push_back(axis.labels.empty() ? fmt::format("{} = {}", axis.name, axis.values[i])
                                        : fmt::format("{} = {}", axis.name, axis.labels[i]));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace fprinciple::runs
