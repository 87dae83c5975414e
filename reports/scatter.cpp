#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"

#include <cmath>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// At most 1200 grid points, spread evenly: steps of the golden ratio never fall in with the rows
/// of a regular grid, as a fixed stride would.
std::vector<Index> drawn_points(Index size) {
  constexpr Index most = 1200;
  constexpr double golden = 0.6180339887498949;
  std::vector<Index> out;
  for (Index i = 0; i < std::min(size, most); ++i) {
    const double turn = golden * static_cast<double>(i);
    const double share = turn - std::floor(turn);
    out.push_back(size <= most ? i : static_cast<Index>(share * static_cast<double>(size)));
  }
  return out;
}

}  // namespace

std::optional<Figure> scatter(const compare::Comparison& c) {
  if (c.grid.size() < 2 || c.t.size() < 1) return std::nullopt;
  const Index last = c.t.size() - 1;
  const std::vector<Index> rows = drawn_points(c.grid.size());
  const std::vector<Column> columns{{"f_nn", VectorXd(c.f_nn.col(last)(rows))},
                                    {"f_lfp", VectorXd(c.lfp().f.col(last)(rows))}};
  DataFile file("The prediction over the network at the last time");
  file.table(
      rows.size() < static_cast<std::size_t>(c.grid.size())
          ? fmt::format("index 0: {} of the {} points of the grid, evenly spread, in units of y",
                        rows.size(), c.grid.size())
          : "index 0: every point of the grid, in units of y",
      columns);

  Figure figure;
  figure.name = "scatter";
  figure.title = "Prediction over network";
  figure.height_cm = 8.0;
  figure.data = file.text();
  const Script range =
      gnuplot_range(padded(range_of({columns[0].values, columns[1].values}), 0.05));
  figure.commands = commands(R"gp(set size square
set key maxrows 1
set xrange {0}
set yrange {0}
set xlabel 'network {{/:Italic f}}({{/:Italic x}})' offset 0,1.5*lift
set ylabel 'prediction {{/:Italic f}}({{/:Italic x}})'
plot \
  x with lines lc rgb neutral lw 1 title 'equal', \
  data using 1:2 with points pt 7 ps 0.28 lc rgb network title 'points of the grid'
)gp",
                             range);
  figure.alt =
      "Scatter plot of the prediction over the trained network, one dot for each point of the "
      "grid, "
      "with the diagonal on which both are equal.";
  figure.reading =
      "Every dot is one point of the grid. Dots on the diagonal are predicted exactly; a tilt "
      "would "
      "mean a wrong size, a spread a wrong shape.";
  return figure;
}

}  // namespace fprinciple::reports
