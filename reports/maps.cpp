#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"
#include "reports/thinning.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// No map has more points a side.
constexpr Index most = 128;

Index drawn(const data::Axis& axis) { return (axis.count - 1) / stride(axis.count, most) + 1; }

/// The cells of an image reach half a spacing beyond their centres.
Script axis_range(const data::Axis& axis) {
  const double step = axis.spacing() * static_cast<double>(stride(axis.count, most));
  const double last = axis.lo + step * static_cast<double>(drawn(axis) - 1);
  return gnuplot_range({axis.lo - step / 2, last + step / 2});
}

/// A field with both signs is drawn around zero, in colours that part there.
Script colours(const Range& values) {
  if (values.lo < 0.0 && values.hi > 0.0)
    return Words("set palette @signed_values\nset cbrange ") + gnuplot_range(symmetric(values)) +
           "\n";
  return Words("set palette @magnitudes\nset cbrange ") + gnuplot_range(values) + "\n";
}

/// Discs in the colour of y, with a white and a black ring that show where they are.
constexpr Words sample_marks = R"gp(\
  data index 1 using 1:2 with points pt 7 ps 0.8 lc rgb 'white', \
  data index 1 using 1:2:3 with points pt 7 ps 0.55 lc palette, \
  data index 1 using 1:2 with points pt 6 ps 0.8 lw 1.2 lc rgb samples)gp";

Script drawing(const data::Grid& grid, const Range& values, const Range& difference) {
  const Unit unit = unit_for(difference.hi);
  return commands(R"gp(set multiplot
unset grid
unset key
set size square
set tmargin at screen 0.885
set bmargin at screen 0.20
set xrange {x_range}
set yrange {y_range}
set xlabel '{{/:Italic x}}_1' offset 0,1.5*lift
set title offset 0,-0.5
{colours}
set lmargin at screen 0.065
set rmargin at screen 0.285
set title 'network'
set label 1 '{{/:Italic x}}_2' at screen 0.012, graph 0.5 center rotate
unset colorbox
plot data index 0 using 1:2:3 with image, {samples}

set lmargin at screen 0.325
set rmargin at screen 0.545
set title 'prediction'
set format y ''
set label 1 '{{/:Italic f}}({{/:Italic x}})' at screen 0.64, graph 0.5
set colorbox user origin screen 0.56,0.20 size screen 0.016,0.685
plot data index 0 using 1:2:4 with image, {samples}

set lmargin at screen 0.675
set rmargin at screen 0.895
set title 'network − prediction'
set palette @signed_values
set cbrange {difference}
set cbtics {difference_step:g}
set label 1 'difference{unit_label}' at screen 0.985, graph 0.5
set colorbox user origin screen 0.91,0.20 size screen 0.016,0.685
plot data index 0 using 1:2:($5/{unit:g}) with image, \
  data index 1 using 1:2 with points pt 6 ps 0.8 lw 1.2 lc rgb samples
unset multiplot
)gp",
                  Argument("x_range", axis_range(grid.axes[0])),
                  Argument("y_range", axis_range(grid.axes[1])),
                  Argument("colours", colours(values)), Argument("samples", sample_marks),
                  Argument("difference", gnuplot_range(in(unit, difference))),
                  Argument("difference_step", round_step(in(unit, difference), 6)),
                  Argument("unit", unit.value()), Argument("unit_label", unit.label()));
}

}  // namespace

std::optional<Figure> maps(const compare::Comparison& c) {
  if (c.grid.dim() != 2 || !c.grid.regular() || c.t.size() < 1) return std::nullopt;
  if (std::min(c.grid.axes[0].count, c.grid.axes[1].count) < 2) return std::nullopt;
  const Index last = c.t.size() - 1;
  const std::vector<Index> rows = thinned(c.grid, most);
  const VectorXd network = c.f_nn.col(last)(rows);
  const VectorXd prediction = c.lfp().f.col(last)(rows);
  const VectorXd difference = network - prediction;

  DataFile file("The trained network and its prediction at the last time, over the plane");
  file.table("index 0: the functions on the grid; x and f in the units of the samples",
             {{"x1", VectorXd(c.grid.points.row(0).transpose()(rows))},
              {"x2", VectorXd(c.grid.points.row(1).transpose()(rows))},
              {"f_nn", network},
              {"f_lfp", prediction},
              {"f_nn-f_lfp", difference}},
             drawn(c.grid.axes[1]));
  file.table("index 1: the samples", {{"x1", c.samples.x.row(0).transpose()},
                                      {"x2", c.samples.x.row(1).transpose()},
                                      {"y", c.samples.y}});

  Figure figure;
  figure.name = "maps";
  figure.title = "Maps of network and prediction";
  figure.width_cm = double_column_cm;
  figure.height_cm = 5.8;
  figure.data = file.text();
  figure.commands = drawing(c.grid, range_of({network, prediction, c.samples.y}),
                            symmetric(range_of({difference})));
  figure.alt = fmt::format(
      "Three colour maps over the plane: the trained network and the prediction in one colour "
      "scale, and their difference in its own, with the {} samples marked.",
      c.samples.size());
  figure.reading =
      "Network and prediction share one colour scale, and so do the samples, which vanish into the "
      "map where they are fitted. The difference has its own, finer scale.";
  return figure;
}

}  // namespace fprinciple::reports
