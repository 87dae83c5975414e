#include "reports/axis.hpp"
#include "reports/cube_drawing.hpp"
#include "reports/data_file.hpp"
#include "reports/html.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using compare::Estimate;
using Eigen::Index;
using Eigen::VectorXd;

struct Point {
  double x;
  std::string words;  ///< x, for the page
  Estimate y;
};

struct Line {
  std::string name;
  std::string key;  ///< of study
  Script colour;    ///< after lc
  Words dash = "";  ///< after dt
  int symbol;       ///< after pt
  std::vector<Point> points;
  std::optional<compare::Slope> slope;

  VectorXd column(double Estimate::*member) const {
    VectorXd out(static_cast<Index>(points.size()));
    for (Index i = 0; i < out.size(); ++i) out[i] = points[static_cast<std::size_t>(i)].y.*member;
    return out;
  }
  VectorXd x() const {
    VectorXd out(static_cast<Index>(points.size()));
    for (Index i = 0; i < out.size(); ++i) out[i] = points[static_cast<std::size_t>(i)].x;
    return out;
  }
};

/// What the whole drawing needs to know.
struct Plot {
  const runs::Cube& cube;
  const runs::CubeFigure& figure;
  const runs::CubeAxis& along;
  bool x_is_axis, names;  ///< x is an axis; its coordinates are names
  std::vector<Line> lines;
  Index missing = 0;       ///< values of cells that failed or have none
  Index total = 0;         ///< values asked for
  Index not_positive = 0;  ///< points that a logarithmic axis cannot show

  bool shows(const Point& p) const {
    return std::isfinite(p.x) && std::isfinite(p.y.value) && (!figure.is_log('x') || p.x > 0.0) &&
           (!figure.is_log('y') || p.y.value > 0.0);
  }
};

// ---- the numbers ----

Line make_line(Plot& plot, const std::string& number, std::vector<Index> index) {
  const runs::CubeFigure& figure = plot.figure;
  Line line{};
  const auto run = static_cast<std::size_t>(runs::axis_index(plot.cube.axes, figure.along));
  std::vector<VectorXd> values;
  for (Index i = 0; i < plot.along.size(); ++i) {
    index[run] = i;
    values.push_back(runs::replicates(plot.cube, number, index, figure.over));
    const VectorXd& y = values.back();
    const Index finite = y.array().isFinite().count();
    plot.total += y.size();
    plot.missing += y.size() - finite;
    Point point{plot.along.values[static_cast<std::size_t>(i)], coordinate(plot.along, i),
                compare::estimate(y, figure.statistic)};
    if (!plot.x_is_axis) {
      point.x = compare::estimate(runs::replicates(plot.cube, figure.x, index, figure.over),
                                  figure.statistic)
                    .value;
      point.words = reports::number(point.x);
    }
    if (finite > 0 && !plot.shows(point)) ++plot.not_positive;
    line.points.push_back(std::move(point));
  }
  if (figure.slope) {
    Eigen::MatrixXd y(values.front().size(), plot.along.size());
    for (Index i = 0; i < y.cols(); ++i) y.col(i) = values[static_cast<std::size_t>(i)];
    line.slope = compare::log_log_slope(line.x(), y, figure.statistic);
  }
  if (!plot.x_is_axis)
    std::stable_sort(line.points.begin(), line.points.end(),
                     [](const Point& a, const Point& b) { return a.x < b.x; });
  return line;
}

/// The rungs of the ladder look as in its own figure; other numbers keep their place on the page.
void set_style(Line& line, std::size_t k, const std::string& number) {
  constexpr Words colours[] = {"network", "prediction",   "target",         "divergence",
                               "samples", "finite_width", "zero_frequency", "nonlinearity"};
  constexpr Words dashes[] = {"solid", "(8,3)", "(3,2)", "(8,3,2,3)"};
  constexpr int symbols[] = {7, 5, 9, 13, 11, 6, 4, 8};
  line.colour = commands("rgb {}", colours[k % 8]);
  line.dash = dashes[(k + k / 8) % 4];
  line.symbol = symbols[(k + k / 8) % 8];
  struct Rung {
    Words name, dash;
  };
  constexpr Rung rungs[] = {{"nonlinearity", "solid"},
                            {"finite_width", "(9,4)"},
                            {"zero_frequency", "(4,3)"},
                            {"divergence", "(9,3,2,3)"}};
  for (const auto& [rung, dash] : rungs)
    if (number.starts_with(fmt::format("ladder.{}.", rung.text()))) {
      line.colour = commands("rgb {}", rung);
      line.dash = dash;
    }
}

void make_lines(Plot& plot, const std::vector<std::string>& page_numbers) {
  const runs::CubeFigure& figure = plot.figure;
  const std::vector<Index> index = fixed_index(plot.cube, figure);
  const auto name = [&](std::size_t k, const std::string& otherwise) {
    return figure.names.empty() ? otherwise : figure.names[k];
  };
  const Index by = runs::axis_index(plot.cube.axes, figure.by);
  if (by < 0) {
    for (std::size_t k = 0; k < figure.y.size(); ++k) {
      const std::string& number = figure.y[k];
      Line line = make_line(plot, number, index);
      line.name = name(k, number);
      line.key = study_key(number);
      const auto place = std::find(page_numbers.begin(), page_numbers.end(), number);
      set_style(line, static_cast<std::size_t>(place - page_numbers.begin()), number);
      plot.lines.push_back(std::move(line));
    }
    return;
  }
  const runs::CubeAxis& axis = plot.cube.axes[static_cast<std::size_t>(by)];
  constexpr Index told_apart = 8;
  for (Index i = 0; i < axis.size(); ++i) {
    std::vector<Index> here = index;
    here[static_cast<std::size_t>(by)] = i;
    Line line = make_line(plot, figure.y.front(), here);
    const std::string last = figure.by.substr(figure.by.rfind('.') + 1);
    const std::string words = coordinate(axis, i);
    line.name = name(static_cast<std::size_t>(i),
                     axis.labels.empty() ? fmt::format("{} = {}", last, words) : words);
    line.key = study_key(coordinate(axis, i));
    set_style(line, static_cast<std::size_t>(i), {});
    if (axis.labels.empty() && axis.size() > told_apart) {
      // Too many to tell apart by name: their order shows. The palest end is left out.
      line.colour = commands("palette frac {:.3f}",
                             0.9 * static_cast<double>(i) / static_cast<double>(axis.size() - 1));
      line.dash = "solid";
    }
    plot.lines.push_back(std::move(line));
  }
}

// ---- the drawing ----

std::string legend(const Line& line) {
  std::string out = line.name;
  if (!line.slope || !std::isfinite(line.slope->value)) return out;
  const auto digits = [](double value) { return minus(fmt::format("{:.2f}", value)); };
  out += ": slope " + digits(line.slope->value);
  if (std::isfinite(line.slope->low))
    out += fmt::format(" [{}, {}]", digits(line.slope->low), digits(line.slope->high));
  return out;
}

/// The greatest factor of x^slope that stays below the line whose own slope is nearest.
double below_nearest(const Plot& plot, double slope) {
  constexpr double gap = 0.6;
  double least = 1.0 / gap, nearest = std::numeric_limits<double>::infinity();
  for (const Line& line : plot.lines) {
    const VectorXd x = line.x(), y = line.column(&Estimate::value);
    const double far = std::abs(compare::log_log_slope(x, y.transpose()).value - slope);
    if (!(far < nearest)) continue;
    nearest = far;
    least = std::numeric_limits<double>::infinity();
    for (const Point& p : line.points)
      if (plot.shows(p)) least = std::min(least, p.y.value / std::pow(p.x, slope));
  }
  return gap * least;
}

/// Everything that must be inside the axis, as columns.
std::vector<VectorXd> drawn_values(const Plot& plot, char axis) {
  std::vector<VectorXd> out;
  std::vector<double> single;
  for (const Line& line : plot.lines)
    for (const Point& p : line.points) {
      if (!plot.shows(p)) continue;
      if (axis == 'x')
        single.push_back(p.x);
      else
        single.insert(single.end(), {p.y.value, p.y.low, p.y.high});
    }
  for (const runs::ReferenceLine& line : plot.figure.lines)
    if (line.axis == axis) single.push_back(line.value);
  out.emplace_back(Eigen::Map<const VectorXd>(single.data(), static_cast<Index>(single.size())));
  return out;
}

Range x_range(const Plot& plot) {
  constexpr double margin = 0.04;
  if (plot.names) return {-0.5, static_cast<double>(plot.along.size()) - 0.5};
  std::vector<VectorXd> values = drawn_values(plot, 'x');
  if (!plot.figure.is_log('x')) return padded(range_of(values), margin);
  for (VectorXd& column : values) column = column.array().log10();
  const Range logs = padded(range_of(values), margin);
  return {std::pow(10.0, logs.lo), std::pow(10.0, logs.hi)};
}

/// Lines that are no data: at the slopes asked for, below the data, and at single values.
struct Guides {
  Script before;
  Script plots;  ///< after the data
  std::vector<std::string> entries;
  std::vector<VectorXd> values;  ///< that the y axis must hold
};

Guides guides(const Plot& plot, const Range& x, const Unit& unit) {
  Guides out;
  const auto add = [&](const Script& drawn, const Script& style, const std::string& entry) {
    out.plots += commands(", \\\n  {} with lines lc rgb neutral {} title {}", drawn, style,
                          in_quotes(entry));
    out.entries.push_back(entry);
  };
  constexpr Words dashes[] = {"(2,2)", "(6,2,1,2)", "(1,3)"};
  for (std::size_t k = 0; k < plot.figure.guides.size(); ++k) {
    const double slope = plot.figure.guides[k], factor = below_nearest(plot, slope);
    out.values.push_back(
        VectorXd{{factor * std::pow(x.lo, slope), factor * std::pow(x.hi, slope)}});
    add(commands("{:.9g}*x**({:.9g})", factor, slope), commands("lw 1.1 dt {}", dashes[k % 3]),
        "slope " + minus(fmt::format("{:g}", slope)));
  }
  for (std::size_t k = 0; k < plot.figure.lines.size(); ++k) {
    const runs::ReferenceLine& line = plot.figure.lines[k];
    const Script style = commands("lw 1.6 dt {}", dashes[(k + 2) % 3]);
    const Script ends =
        line.axis == 'y'
            ? commands("from graph 0, first {0} to graph 1, first {0}", line.value / unit.value())
            : commands("from first {0}, graph 0 to first {0}, graph 1", line.value);
    out.before += commands("set arrow {} nohead lc rgb neutral {}\n", ends, style);
    add(Words("keyentry"), style, line.label);
  }
  return out;
}

/// Bars for a few points and bands for many.
bool with_bars(const Plot& plot) {
  constexpr Index most = 12;
  return plot.along.size() <= most;
}

bool has_intervals(const Plot& plot) {
  return std::any_of(plot.lines.begin(), plot.lines.end(), [](const Line& line) {
    return line.column(&Estimate::low).array().isFinite().any();
  });
}

/// The bands or bars first, the lines over them.
Script curves(const Plot& plot) {
  Script below, above;
  constexpr double spread = 0.6;  // of the names' distance, which the lines share
  const auto count = static_cast<double>(plot.lines.size());
  for (std::size_t k = 0; k < plot.lines.size(); ++k) {
    const Line& line = plot.lines[k];
    if (std::none_of(line.points.begin(), line.points.end(),
                     [&](const Point& p) { return plot.shows(p); }))
      continue;
    const Script x = plot.names ? commands("($1{:+.4g})",
                                           spread * ((static_cast<double>(k) + 0.5) / count - 0.5))
                                : Words("1");
    if (line.column(&Estimate::low).array().isFinite().any())
      below += commands(
          "  data index {} using {}:(low($3/unit)):{} lc {} notitle, \\\n", k, x,
          with_bars(plot)
              ? Words("(0):($4/unit-low($3/unit)) with vectors heads size screen 0.009,90 lw 1.2")
              : Words("($4/unit) with filledcurves fillstyle transparent solid 0.2 noborder"),
          line.colour);
    const Script style =
        plot.names ? Words("points") : commands("linespoints lw 1.8 dt {}", line.dash);
    above += commands("{}  data index {} using {}:($2/unit) with {} lc {} pt {} ps {} title {}",
                      above.empty() ? Words("") : Words(", \\\n"), k, x, style, line.colour,
                      line.symbol, with_bars(plot) ? 0.5 : 0.3, in_quotes(legend(line)));
  }
  return above.empty() ? Script(Words("  NaN notitle")) : below + above;
}

/// Rows and columns of a legend above the plot; beside it when there are many entries.
struct Legend {
  std::size_t rows;
  bool beside;
};

Legend legend_layout(const Plot& plot, const std::vector<std::string>& more) {
  constexpr std::size_t most_above = 8, room = 56, sample = 7;
  std::size_t longest = 1;
  std::vector<std::string> entries = more;
  for (const Line& line : plot.lines) entries.push_back(legend(line));
  for (const std::string& entry : entries) longest = std::max(longest, characters(entry));
  if (entries.size() > most_above) return {entries.size(), true};
  const std::size_t columns = std::max<std::size_t>(1, room / (longest + sample));
  return {(entries.size() + columns - 1) / columns, false};
}

Script axis_label(const std::string& given, const std::string& otherwise) {
  return in_quotes(given.empty() ? otherwise : given);
}

Tics x_scale(const Plot& plot, const Range& x) {
  const bool log = plot.figure.is_log('x');
  constexpr double room = 44.0;  // characters under the axis
  constexpr double many_decades = 3e3;
  const bool by_decades = !plot.names && x.hi > many_decades * x.lo;
  if (log && (by_decades || !plot.x_is_axis)) return {log_scale("x", x)};
  const Script range =
      commands("{}set xrange {}\n", log ? Words("set logscale x\n") : Words(""), gnuplot_range(x));
  if (!plot.names && !log) return {range + commands("set xtics {:g}\n", round_step(x, 6))};
  Tics tics = coordinate_tics(AxisLetter::x, plot.along, x, log, room);
  tics.commands = range + tics.commands;
  return tics;
}

void draw(Figure& out, const Plot& plot, const std::string& note) {
  const runs::CubeFigure& figure = plot.figure;
  const Range x = x_range(plot);
  std::vector<VectorXd> values = drawn_values(plot, 'y');
  const bool log = figure.is_log('y');
  const Unit unit = log ? Unit{} : unit_for(symmetric(range_of(values)).hi);
  const Guides more = guides(plot, x, unit);
  values.insert(values.end(), more.values.begin(), more.values.end());
  constexpr double margin = 0.06;
  const Range y = log ? log_range(values) : padded(in(unit, range_of(values)), margin);
  const Script y_scale =
      log ? log_scale("y", y)
          : commands("set yrange {}\nset ytics {:g}\n", gnuplot_range(y), round_step(y, 6));
  const Legend layout = legend_layout(plot, more.entries);
  const Tics tics = x_scale(plot, x);
  constexpr double row_cm = 0.36, axes_cm = 5.7, letter_cm = 0.115;
  const auto rows = static_cast<double>(layout.rows);
  const double hanging_cm = letter_cm * static_cast<double>(tics.hanging);
  out.width_cm = layout.beside ? 14.0 : single_column_cm;
  out.height_cm =
      hanging_cm + (layout.beside ? std::max(7.0, 1.6 + row_cm * rows) : axes_cm + row_cm * rows);
  const Script unit_label = unit.label().empty() ? Script() : commands(".'{}'", unit.label());
  out.commands = commands(
      "set key outside {} vertical maxrows {} width 0\n"
      "set palette @magnitudes\nunset colorbox\n{}{}"
      "set xlabel {}{} offset 0,1.2*lift\nset ylabel {}{}\n{}"
      "unit = {:g}\nlow(v) = v > {:.9g} ? v : {:.9g}\nplot \\\n{}{}\n",
      layout.beside ? Words("right center") : Words("top center"), layout.rows, tics.commands,
      y_scale, axis_label(figure.x_label, figure.x), note_below(note),
      axis_label(figure.y_label, figure.y.size() == 1 ? figure.y.front() : "value"), unit_label,
      more.before, unit.value(), y.lo, y.lo, curves(plot), more.plots);
}

// ---- the words and numbers around it ----

nlohmann::json extreme(const Plot& plot, const Line& line, bool greatest) {
  const Point* found = nullptr;
  for (const Point& p : line.points)
    if (std::isfinite(p.y.value) &&
        (!found || (greatest ? p.y.value > found->y.value : p.y.value < found->y.value)))
      found = &p;
  if (!found) return {};
  nlohmann::json out = in_json(found->y.value, found->y.low, found->y.high);
  if (plot.names)
    out["x"] = found->words;
  else if (found->x == std::floor(found->x))
    out["x"] = static_cast<std::int64_t>(found->x);
  else
    out["x"] = found->x;
  return out;
}

void add_numbers(CubeDrawing& out, const Plot& plot) {
  const runs::CubeFigure& figure = plot.figure;
  const std::string statistic = in_words(figure.statistic);
  out.glance.head = {"line", "least", "at", "greatest", "at"};
  if (figure.slope) out.glance.head.insert(out.glance.head.begin() + 1, "slope [95 % interval]");
  const std::string x = escaped(figure.x_label.empty() ? figure.x : figure.x_label);
  out.numbers.head = {"line", x, statistic, "from", "to", "standard error", "values"};
  DataFile file(figure.title.empty() ? figure.name : figure.title);
  for (std::size_t k = 0; k < plot.lines.size(); ++k) {
    const Line& line = plot.lines[k];
    nlohmann::json& study = out.study[line.key];
    const std::string place = study_place(figure.name, line.key);
    study["least"] = extreme(plot, line, false);
    study["greatest"] = extreme(plot, line, true);
    std::vector<std::string> row{escaped(line.name)};
    if (line.slope) {
      study["slope"] = in_json(line.slope->value, line.slope->low, line.slope->high);
      study["slope"]["points"] = line.slope->points;
      row.push_back(with_interval(study["slope"], fmt::format("{}.slope", place)));
    }
    for (const char* which : {"least", "greatest"}) {
      row.push_back(with_interval(study[which], fmt::format("{}.{}", place, which)));
      row.push_back(part(study[which], "x", fmt::format("{}.{}", place, which)));
    }
    out.glance.rows.push_back(row);
    for (const Point& p : line.points)
      out.numbers.rows.push_back({escaped(line.name), plot.x_is_axis ? escaped(p.words) : p.words,
                                  number(p.y.value), number(p.y.low), number(p.y.high),
                                  number(p.y.standard_error), std::to_string(p.y.count)});
    VectorXd counts(static_cast<Index>(line.points.size()));
    for (Index i = 0; i < counts.size(); ++i)
      counts[i] = static_cast<double>(line.points[static_cast<std::size_t>(i)].y.count);
    file.table(fmt::format("index {}: {}; the {} of so many values, its 95 % bootstrap interval "
                           "and standard error",
                           k, line.name, statistic),
               {{"x", line.x()},
                {statistic, line.column(&Estimate::value)},
                {"low", line.column(&Estimate::low)},
                {"high", line.column(&Estimate::high)},
                {"standard_error", line.column(&Estimate::standard_error)},
                {"values", counts}});
  }
  out.figure.data = file.text();
}

std::string caption(const Plot& plot, const std::string& replicates, const std::string& statistic) {
  const runs::CubeFigure& figure = plot.figure;
  std::vector<std::string> sentences;
  if (!figure.reading.empty()) sentences.push_back(figure.reading);
  if (!replicates.empty())
    sentences.push_back(fmt::format("Points are {}s over {}{}.", statistic, replicates,
                                    !has_intervals(plot) ? ""
                                    : with_bars(plot)    ? ", bars their 95 % bootstrap intervals"
                                                      : ", bands their 95 % bootstrap intervals"));
  if (figure.slope)
    sentences.push_back(
        fmt::format("Slopes are least squares of log y over log x{}.",
                    has_intervals(plot) ? ", with 95 % intervals from resampled replicates" : ""));
  if (!figure.guides.empty())
    sentences.emplace_back("The guides show a slope only: their height means nothing.");
  return fmt::format("{}{}", fmt::join(sentences, " "),
                     left_out(plot.missing, plot.total, plot.not_positive));
}

std::string alt(const Plot& plot) {
  std::vector<std::string> lines;
  for (const Line& line : plot.lines) {
    const Point &first = line.points.front(), &last = line.points.back();
    lines.push_back(
        fmt::format("{} from {:.2g} to {:.2g}", line.name, first.y.value, last.y.value));
  }
  const runs::CubeFigure& figure = plot.figure;
  return fmt::format("{} over {}{}, from left to right: {}.", plot.names ? "Points" : "Lines",
                     figure.x_label.empty() ? figure.x : figure.x_label,
                     figure.log.empty() ? "" : fmt::format(", {} logarithmic", figure.log),
                     fmt::join(lines, "; "));
}

}  // namespace

CubeDrawing draw_lines(const runs::Cube& cube, const runs::CubeFigure& figure,
                       const std::vector<std::string>& page_numbers) {
  const bool x_is_axis = runs::axis_index(cube.axes, figure.x) >= 0;
  const runs::CubeAxis& along =
      cube.axes[static_cast<std::size_t>(runs::axis_index(cube.axes, figure.along))];
  Plot plot{cube, figure, along, x_is_axis, x_is_axis && !along.labels.empty(), {}};
  make_lines(plot, page_numbers);

  CubeDrawing out;
  const std::string replicates = replicates_in_words(cube, figure.over);
  const std::string statistic = in_words(figure.statistic);
  out.figure.name = figure.name;
  out.figure.title = figure.title.empty() ? figure.name : figure.title;
  out.figure.reading = caption(plot, replicates, statistic);
  out.figure.alt = alt(plot);
  add_numbers(out, plot);
  draw(out.figure, plot,
       replicates.empty() ? std::string()
                          : fmt::format("{} of {}{}", statistic, replicates,
                                        has_intervals(plot) ? " with its 95 % interval" : ""));
  return out;
}

}  // namespace fprinciple::reports
