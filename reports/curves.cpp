#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"
#include "reports/thinning.hpp"

#include <utility>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// The classical interpolants that are there, the one nearest to the prediction's limit first.
std::vector<Column> interpolants(const compare::Comparison& c) {
  std::vector<Column> out;
  if (c.cubic_spline) out.push_back({"cubic_spline", *c.cubic_spline});
  if (c.piecewise_linear) out.push_back({"piecewise_linear", *c.piecewise_linear});
  const auto distance = [&](const Column& column) {
    return (column.values - c.lfp().limit).squaredNorm();
  };
  if (out.size() == 2 && distance(out[1]) < distance(out[0])) std::swap(out[0], out[1]);
  return out;
}

Words legend_name(const std::string& column) {
  return column == "cubic_spline" ? Words("cubic spline") : Words("piecewise linear");
}

/// The columns of the curves table, in its order; the first four are always there.
std::vector<Column> table_columns(const compare::Comparison& c) {
  const Index last = c.t.size() - 1;
  std::vector<Column> columns{{"x", c.grid.points.row(0).transpose()},
                              {"f_nn", c.f_nn.col(last)},
                              {"f_lfp", c.lfp().f.col(last)},
                              {"f_nn-f_lfp", c.f_nn.col(last) - c.lfp().f.col(last)},
                              {"f_lfp_limit", c.lfp().limit}};
  for (Column& column : interpolants(c)) columns.push_back(std::move(column));
  if (c.target) columns.push_back({"target", *c.target});
  constexpr Index most = 2000;
  const std::vector<Index> rows = thinned(c.grid, most);
  for (Column& column : columns) column.values = VectorXd(column.values(rows));
  return columns;
}

/// The prediction at the last time hides its limit unless the training was stopped early.
bool limit_differs(const std::vector<Column>& columns, const Range& values) {
  const VectorXd& at_end = columns[2].values;
  const VectorXd& limit = columns[4].values;
  return (at_end - limit).cwiseAbs().maxCoeff() > 0.02 * (values.hi - values.lo);
}

constexpr double height_cm = 8.8;

/// One curve of the upper panel and its line of the legend.
struct Curve {
  Script table;  ///< "index 0 using 1:2"
  Words style;
  Words title;
};

/// From the bottom to the top: what lies on top of a wide line leaves its edges to be seen.
std::vector<Curve> drawn_curves(const compare::Comparison& c, const std::vector<Column>& columns,
                                const Range& y) {
  constexpr int limit = 5, reference = 6;  // gnuplot counts columns from 1
  std::vector<Curve> out;
  const auto add = [&](std::size_t column, Words style, Words title) {
    out.push_back({commands("index 0 using 1:{}", column), style, title});
  };
  if (c.cubic_spline || c.piecewise_linear)
    add(reference, "lines lc rgb reference lw 5", legend_name(columns[reference - 1].name));
  if (c.target) add(columns.size(), "lines lc rgb target lw 1.6", "target");
  if (limit_differs(columns, y))
    add(limit, "lines lc rgb prediction lw 1 dt (2,3)", "limit, t → ∞");
  add(2, "lines lc rgb network lw 2.2", "network");
  add(3, "lines lc rgb prediction lw 2.2 dt (6,4)", "prediction");
  out.push_back({Words("index 1 using 1:2"), "points pt 7 ps 0.55 lc rgb samples", "samples"});
  return out;
}

Script upper_panel(const std::vector<Curve>& curves, const Range& x, const Range& y) {
  Script plots;
  for (const Curve& curve : curves)
    plots += commands("{}data {} with {} title '{}'", plots.empty() ? Words("") : Words(", \\\n  "),
                      curve.table, curve.style, curve.title);
  const std::size_t legend_rows = (curves.size() + 1) / 2;
  constexpr double legend_row_cm = 0.42, legend_edge_cm = 0.35;
  const double legend_cm = legend_edge_cm + legend_row_cm * static_cast<double>(legend_rows);
  return commands(R"gp(set multiplot
set lmargin at screen 0.165
set rmargin at screen 0.97
set xrange {x}
set xtics {x_step:g}

# Upper panel: the functions.
set tmargin at screen {top:.3f}
set bmargin at screen 0.395
set yrange {y}
set ytics {y_step:g}
set format x ''
set label 1 '{{/:Italic f}}({{/:Italic x}})' at screen 0.035, graph 0.5 center rotate
set key at screen 0.575,0.99 center top maxrows {rows}
plot \
  {plots}
)gp",
                  Argument("x", gnuplot_range(x)), Argument("x_step", round_step(x, 6)),
                  Argument("y", gnuplot_range(y)), Argument("y_step", round_step(y, 6)),
                  Argument("top", 1.0 - legend_cm / height_cm), Argument("rows", legend_rows),
                  Argument("plots", plots));
}

Script lower_panel(const Range& residual) {
  const Unit unit = unit_for(residual.hi);
  const Range drawn = padded(in(unit, residual), 0.12);
  return commands(R"gp(
# Lower panel: network − prediction.
set tmargin at screen 0.355
set bmargin at screen 0.135
set yrange {}
set ytics {:g}
set format x '%g'
set xlabel '{{/:Italic x}}' offset 0,1.5*lift
set label 1 'difference{}' at screen 0.035, graph 0.5 center rotate
set xzeroaxis lt 1 lc rgb neutral lw 0.8
plot data index 0 using 1:($4/{:g}) with lines lc rgb samples lw 1.3 notitle
unset multiplot
)gp",
                  gnuplot_range(drawn), round_step(drawn, 4), unit.label(), unit.value());
}

}  // namespace

std::optional<Figure> curves(const compare::Comparison& c) {
  if (c.grid.dim() != 1 || c.grid.size() < 2 || c.t.size() < 1) return std::nullopt;
  const std::vector<Column> columns = table_columns(c);
  const VectorXd sample_x = c.samples.x.row(0).transpose();
  const Range x = padded(range_of({columns[0].values, sample_x}), 0.02);
  const Range y = padded(range_of({columns[1].values, columns[2].values, c.samples.y}), 0.07);

  DataFile file("The trained network and its prediction at the last time");
  file.table("index 0: the functions on the grid; x and f in the units of the samples", columns);
  file.table("index 1: the samples", {{"x", sample_x}, {"y", c.samples.y}});

  Figure figure;
  figure.name = "curves";
  figure.title = "Trained network and prediction";
  figure.height_cm = height_cm;
  figure.data = file.text();
  figure.commands = upper_panel(drawn_curves(c, columns, y), x, y) +
                    lower_panel(symmetric(range_of({columns[3].values})));
  const bool reference = c.cubic_spline || c.piecewise_linear;
  const std::string reference_name = reference ? legend_name(columns[5].name).text() : "";
  figure.alt = fmt::format(
      "Line plot over x of the trained network and, dashed, the prediction, through {} sample "
      "points{}{}. Below it, the difference of network and prediction.",
      c.samples.size(), reference ? ", with the " + reference_name + " interpolant in grey" : "",
      c.target ? " and the target in green" : "");
  figure.reading =
      "Where the dashed prediction covers the network's line, the theory tells what the network "
      "has learned between the samples; the lower panel magnifies what is left.";
  if (reference)
    figure.reading +=
        " The grey line is the classical interpolant nearest to the prediction, the " +
        reference_name + " one.";
  return figure;
}

}  // namespace fprinciple::reports
