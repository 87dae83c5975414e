#include "reports/axis.hpp"
#include "reports/cube_drawing.hpp"
#include "reports/data_file.hpp"
#include "reports/html.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using compare::Estimate;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;

/// An axis of the map. Places are coordinates, or their logarithms where the axis is logarithmic.
struct Side {
  const runs::CubeAxis& axis;
  bool log;
  std::vector<Index> order;  ///< of its coordinates, from the least
  VectorXd place;            ///< in that order
  VectorXd edge;             ///< of the cells, one more

  double coordinate(double at) const { return log ? std::exp(at) : at; }
  Range range() const { return {coordinate(edge[0]), coordinate(edge[edge.size() - 1])}; }
};

/// Cells meet half-way between their places; the outer ones are as long outwards as inwards.
Side make_side(const runs::Cube& cube, const std::string& name, bool log) {
  const runs::CubeAxis& axis =
      cube.axes[static_cast<std::size_t>(runs::axis_index(cube.axes, name))];
  const Index n = axis.size();
  Side side{axis, log, std::vector<Index>(static_cast<std::size_t>(n)), VectorXd(n),
            VectorXd(n + 1)};
  const auto value = [&](Index i) { return axis.values[static_cast<std::size_t>(i)]; };
  std::iota(side.order.begin(), side.order.end(), Index{0});
  std::stable_sort(side.order.begin(), side.order.end(),
                   [&](Index a, Index b) { return value(a) < value(b); });
  for (Index i = 0; i < n; ++i) {
    const double at = value(side.order[static_cast<std::size_t>(i)]);
    side.place[i] = log ? std::log(at) : at;
  }
  for (Index i = 1; i < n; ++i) side.edge[i] = 0.5 * (side.place[i - 1] + side.place[i]);
  const double half = n == 1 ? 0.5 : 0.0;
  side.edge[0] = n == 1 ? side.place[0] - half : 2 * side.place[0] - side.edge[1];
  side.edge[n] = n == 1 ? side.place[0] + half : 2 * side.place[n - 1] - side.edge[n - 1];
  return side;
}

struct Map {
  const runs::CubeFigure& figure;
  Side x, y;
  std::vector<Estimate> cells;  ///< y fastest
  Index missing = 0, total = 0, not_positive = 0;

  const Estimate& cell(Index i, Index j) const {
    return cells[static_cast<std::size_t>(i * y.place.size() + j)];
  }
  bool shows(const Estimate& e) const {
    return std::isfinite(e.value) && (!figure.is_log('z') || e.value > 0.0);
  }
  /// What the colours are even in; nan for a cell that is left blank.
  double height(Index i, Index j) const {
    const Estimate& e = cell(i, j);
    if (!shows(e)) return std::numeric_limits<double>::quiet_NaN();
    return figure.is_log('z') ? std::log10(e.value) : e.value;
  }
  VectorXd values() const {
    std::vector<double> out;
    for (const Estimate& e : cells)
      if (shows(e)) out.push_back(e.value);
    return Eigen::Map<const VectorXd>(out.data(), static_cast<Index>(out.size()));
  }
};

Map make_map(const runs::Cube& cube, const runs::CubeFigure& figure) {
  Map map{figure,
          make_side(cube, figure.x, figure.is_log('x')),
          make_side(cube, figure.y.front(), figure.is_log('y')),
          {}};
  std::vector<Index> index = fixed_index(cube, figure);
  const auto x = static_cast<std::size_t>(runs::axis_index(cube.axes, figure.x));
  const auto y = static_cast<std::size_t>(runs::axis_index(cube.axes, figure.y.front()));
  for (const Index i : map.x.order)
    for (const Index j : map.y.order) {
      index[x] = i;
      index[y] = j;
      const VectorXd values = runs::replicates(cube, figure.z, index, figure.over);
      map.cells.push_back(compare::estimate(values, figure.statistic));
      map.total += values.size();
      map.missing += values.size() - map.cells.back().count;
      if (map.cells.back().count > 0 && !map.shows(map.cells.back())) ++map.not_positive;
    }
  return map;
}

// ---- contours ----

struct Segment {
  Vector2d from, to;  ///< places
};

/// Where the linear interpolant of the cells' centres has this height: marching squares. Squares
/// with a blank corner have no line; at a saddle the centre's height decides.
std::vector<Segment> contour(const Map& map, double height) {
  std::vector<Segment> out;
  for (Index i = 0; i + 1 < map.x.place.size(); ++i)
    for (Index j = 0; j + 1 < map.y.place.size(); ++j) {
      // Around the square, counter-clockwise.
      const Index di[] = {0, 1, 1, 0}, dj[] = {0, 0, 1, 1};
      double h[4];
      Vector2d corner[4];
      for (int k = 0; k < 4; ++k) {
        h[k] = map.height(i + di[k], j + dj[k]) - height;
        corner[k] = {map.x.place[i + di[k]], map.y.place[j + dj[k]]};
      }
      if (std::isnan(h[0] + h[1] + h[2] + h[3])) continue;
      std::vector<Vector2d> crossings;
      for (int k = 0; k < 4; ++k) {
        const int next = (k + 1) % 4;
        if ((h[k] > 0.0) == (h[next] > 0.0)) continue;
        crossings.push_back(corner[k] + h[k] / (h[k] - h[next]) * (corner[next] - corner[k]));
      }
      if (crossings.size() == 4 && (h[0] > 0.0) != (h[0] + h[1] + h[2] + h[3] > 0.0))
        std::rotate(crossings.begin(), crossings.begin() + 1, crossings.end());
      for (std::size_t k = 0; k + 1 < crossings.size(); k += 2)
        out.push_back({crossings[k], crossings[k + 1]});
    }
  return out;
}

/// Levels for gnuplot, with their words.
struct Level {
  double value;
  Script words;  ///< in quotes
};

std::vector<Level> levels(const Map& map, const Range& range) {
  const std::vector<double>& asked = map.figure.contours;
  std::vector<Level> out;
  out.reserve(asked.size());
  for (const double value : asked)
    out.push_back({value, in_quotes(minus(fmt::format("{:g}", value)))});
  if (!asked.empty()) return out;
  if (!map.figure.is_log('z')) {
    constexpr int parts = 6;
    const double step = round_step(range, parts);
    for (double k = std::ceil(range.lo / step); k * step < range.hi; k += 1.0)
      out.push_back({k * step, in_quotes(minus(fmt::format("{:.6g}", k * step)))});
    return out;
  }
  const int first = static_cast<int>(std::floor(std::log10(range.lo)));
  const int last = static_cast<int>(std::ceil(std::log10(range.hi)));
  constexpr int few = 3;
  for (int exponent = first; exponent <= last; ++exponent)
    for (const int factor : {1, 2, 5})
      if (factor == 1 || last - first < few)
        out.push_back({factor * std::pow(10.0, exponent), round_number(factor, exponent)});
  return out;
}

struct Contours {
  Script labels, plots;
};

/// Contours and their labels, each label where its line is far from the frame and other labels.
Contours draw_contours(const Map& map, const Range& range, DataFile& file) {
  const bool named = !map.x.axis.labels.empty() || !map.y.axis.labels.empty();
  if (named || map.values().size() == 0) return {};
  constexpr const char* names[] = {"x1", "y1", "x2", "y2"};
  std::vector<double> columns[4];
  std::vector<Vector2d> taken;
  Script labels;
  const Vector2d low(map.x.edge[0], map.y.edge[0]);
  const Vector2d size(map.x.edge[map.x.edge.size() - 1] - low[0],
                      map.y.edge[map.y.edge.size() - 1] - low[1]);
  for (const Level& level : levels(map, range)) {
    const double height = map.figure.is_log('z') ? std::log10(level.value) : level.value;
    Vector2d best = low;
    double room = 0.0;
    for (const Segment& s : contour(map, height)) {
      columns[0].push_back(map.x.coordinate(s.from[0]));
      columns[1].push_back(map.y.coordinate(s.from[1]));
      columns[2].push_back(map.x.coordinate(s.to[0]));
      columns[3].push_back(map.y.coordinate(s.to[1]));
      const Vector2d middle = 0.5 * (s.from + s.to);
      const Vector2d at = (middle - low).cwiseQuotient(size);  // in the unit square
      double free = std::min(at.minCoeff(), 1.0 - at.maxCoeff());
      for (const Vector2d& other : taken) free = std::min(free, 0.5 * (at - other).norm());
      if (free > room) {
        room = free;
        best = middle;
      }
    }
    constexpr double least_room = 0.06;
    if (room < least_room) continue;
    taken.push_back((best - low).cwiseQuotient(size));
    labels += commands("set label {} at {:.9g},{:.9g} center front boxed\n", level.words,
                       map.x.coordinate(best[0]), map.y.coordinate(best[1]));
  }
  std::vector<Column> table;
  table.reserve(4);
  for (int k = 0; k < 4; ++k)
    table.push_back({names[k], Eigen::Map<const VectorXd>(columns[k].data(),
                                                          static_cast<Index>(columns[k].size()))});
  if (columns[0].empty()) return {};
  file.table("index 1: contour lines of the cells' centres, piece by piece", table);
  constexpr Words draw = "data index 1 using 1:2:($3-$1):($4-$2) with vectors nohead";
  return {labels,
          commands(", \\\n  {0} lc rgb 'white' lw 2, \\\n  {0} lc rgb samples lw 0.9", draw)};
}

// ---- the drawing ----

Tics axis_commands(AxisLetter letter, const Side& side, const Script& label, double room) {
  const Range range = side.range();
  Tics tics = coordinate_tics(letter, side.axis, range, side.log, room);
  const Words axis = in_commands(letter);
  tics.commands = commands("{}set {}range {}\n{}set {}label {} {}\n",
                           side.log ? commands("set logscale {}\n", axis) : Script(), axis,
                           gnuplot_range(range), tics.commands, axis, label,
                           letter == AxisLetter::x ? Words("offset 0,1.2*lift") : Words(""));
  return tics;
}

/// A number with both signs is drawn around zero, in colours that part there.
Script colours(const Map& map, const Range& range) {
  if (map.figure.is_log('z'))
    return Words("set palette @magnitudes\n") + log_scale("cb", log_range({map.values()}));
  const bool both = range.lo < 0.0 && range.hi > 0.0;
  return commands("set palette @{}\nset cbrange {}\n",
                  both ? Words("signed_values") : Words("magnitudes"),
                  gnuplot_range(both ? symmetric(range) : range));
}

Script label(const std::string& given, const std::string& otherwise) {
  return in_quotes(given.empty() ? otherwise : given);
}

void draw(Figure& out, const Map& map, DataFile& file, const std::string& note) {
  const runs::CubeFigure& figure = map.figure;
  const Range range = range_of({map.values()});
  const Contours contours = draw_contours(map, range, file);
  constexpr double columns = 40.0, rows = 15.0;  // characters along the axes
  const Script x_label = label(figure.x_label, figure.x) + note_below(note);
  std::size_t longest = 0;
  for (Index j = 0; j < map.y.axis.size(); ++j)
    longest = std::max(longest, characters(coordinate(map.y.axis, j)));
  const Tics x = axis_commands(AxisLetter::x, map.x, x_label, columns);
  const Tics y = axis_commands(AxisLetter::y, map.y, label(figure.y_label, figure.y.front()), rows);
  constexpr double left_cm = 0.95, letter_cm = 0.142, slanted_cm = 0.115, plot_cm = 5.3;
  const double top_cm = 0.3;
  const double bottom_cm =
      (note.empty() ? 1.15 : 1.6) + slanted_cm * static_cast<double>(x.hanging);
  out.height_cm = top_cm + plot_cm + bottom_cm;
  out.commands = commands(
      "unset grid\nunset key\n{}{}{}"
      "set label 1 {} at screen 0.975, graph 0.5 center rotate\n"
      "set lmargin at screen {:.3f}\nset rmargin at screen 0.8\n"
      "set tmargin at screen {:.4f}\nset bmargin at screen {:.4f}\n"
      "set colorbox user origin screen 0.815,{:.4f} size screen 0.03,{:.4f}\n"
      "set style textbox opaque noborder fillcolor rgb 'white' margins 0.4,0.3\n{}"
      "plot data index 0 using 1:2:3:4:5:6:7 with boxxyerror fillstyle solid noborder lc "
      "palette{}\n",
      x.commands, y.commands, colours(map, range), label(figure.z_label, figure.z),
      (left_cm + letter_cm * static_cast<double>(longest)) / out.width_cm,
      1.0 - top_cm / out.height_cm, bottom_cm / out.height_cm, bottom_cm / out.height_cm,
      plot_cm / out.height_cm, contours.labels, contours.plots);
}

void add_numbers(CubeDrawing& out, const Map& map, DataFile& file) {
  const runs::CubeFigure& figure = map.figure;
  const std::string statistic = in_words(figure.statistic);
  const auto or_key = [](const std::string& given, const std::string& key) {
    return escaped(given.empty() ? key : given);
  };
  const std::string x_head = or_key(figure.x_label, figure.x),
                    y_head = or_key(figure.y_label, figure.y.front());
  out.glance.head = {"", or_key(figure.z_label, figure.z), x_head, y_head};
  out.numbers.head = {x_head, y_head, statistic, "from", "to", "standard error", "values"};
  const auto size = static_cast<Index>(map.cells.size());
  constexpr const char* names[] = {"x",     "y",   "x_low", "x_high",         "y_low", "y_high",
                                   "value", "low", "high",  "standard_error", "values"};
  std::vector<Column> table;
  for (const char* name : names) table.push_back({name, VectorXd(size)});
  const Estimate *least = nullptr, *greatest = nullptr;
  std::vector<std::string> where[2];
  Index row = 0;
  for (Index i = 0; i < map.x.place.size(); ++i)
    for (Index j = 0; j < map.y.place.size(); ++j, ++row) {
      const Estimate& e = map.cell(i, j);
      const double drawn = map.shows(e) ? e.value : std::numeric_limits<double>::quiet_NaN();
      const double values[] = {map.x.coordinate(map.x.place[i]),
                               map.y.coordinate(map.y.place[j]),
                               map.x.coordinate(map.x.edge[i]),
                               map.x.coordinate(map.x.edge[i + 1]),
                               map.y.coordinate(map.y.edge[j]),
                               map.y.coordinate(map.y.edge[j + 1]),
                               drawn,
                               e.low,
                               e.high,
                               e.standard_error,
                               static_cast<double>(e.count)};
      for (std::size_t k = 0; k < table.size(); ++k) table[k].values[row] = values[k];
      const std::string x = coordinate(map.x.axis, map.x.order[static_cast<std::size_t>(i)]);
      const std::string y = coordinate(map.y.axis, map.y.order[static_cast<std::size_t>(j)]);
      out.numbers.rows.push_back({escaped(x), escaped(y), number(e.value), number(e.low),
                                  number(e.high), number(e.standard_error),
                                  std::to_string(e.count)});
      if (!std::isfinite(e.value)) continue;
      if (!least || e.value < least->value) {
        least = &e;
        where[0] = {x, y};
      }
      if (!greatest || e.value > greatest->value) {
        greatest = &e;
        where[1] = {x, y};
      }
    }
  file.table(fmt::format("index 0: the {} of so many values of {} in each cell, its 95 % bootstrap "
                         "interval and standard error",
                         statistic, figure.z),
             table);
  if (!least) return;
  for (const auto& [name, e, at] :
       {std::tuple("least", least, where[0]), {"greatest", greatest, where[1]}}) {
    out.study[name] = in_json(e->value, e->low, e->high);
    out.study[name]["x"] = at[0];
    out.study[name]["y"] = at[1];
    out.glance.rows.push_back({name,
                               with_interval(out.study[name], study_place(map.figure.name, name)),
                               escaped(at[0]), escaped(at[1])});
  }
}

}  // namespace

CubeDrawing draw_map(const runs::Cube& cube, const runs::CubeFigure& figure) {
  const Map map = make_map(cube, figure);
  CubeDrawing out;
  const std::string replicates = replicates_in_words(cube, figure.over);
  const std::string note = replicates.empty()
                               ? std::string()
                               : fmt::format("{} of {}", in_words(figure.statistic), replicates);
  out.figure.name = figure.name;
  out.figure.title = figure.title.empty() ? figure.name : figure.title;
  DataFile file(out.figure.title);
  add_numbers(out, map, file);
  draw(out.figure, map, file, note);
  out.figure.data = file.text();
  const Range range = range_of({map.values()});
  out.figure.alt = fmt::format("Colour map of {} over {} and {}, from {:.2g} to {:.2g}{}.",
                               figure.z, figure.x, figure.y.front(), range.lo, range.hi,
                               figure.is_log('z') ? ", in logarithmic colours" : "");
  out.figure.reading = fmt::format(
      "{}{}{}{}", figure.reading,
      replicates.empty() ? "" : fmt::format(" Every cell is a {}.", note),
      map.missing + map.not_positive > 0 ? " Cells without a value are left blank." : "",
      left_out(map.missing, map.total, map.not_positive));
  return out;
}

}  // namespace fprinciple::reports
