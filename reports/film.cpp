#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"
#include "reports/snapshots.hpp"

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Columns NAME_1, NAME_2, … of the pictures.
void append(std::vector<Column>& columns, const char* name, const MatrixXd& values) {
  for (Index k = 0; k < values.cols(); ++k)
    columns.push_back({fmt::format("{}_{}", name, k + 1), values.col(k)});
}

/// gnuplot's list `times`, and the title of a picture.
Script time_title(const VectorXd& t) {
  Script times;
  for (const double value : t) {
    const Decimal number = decimal(value, 2);
    times += times.empty() ? Words("") : Words(" ");
    times += value == 0.0 ? commands("0")
                          : commands("{:.2f}·10^{{{}}}", number.mantissa, number.exponent);
  }
  return commands(
      "times = '{}'\n"
      "set label 9 'time {{/:Italic t}} = '.word(times, frame) at screen 0.5,0.96 center\n",
      times);
}

Script line_commands(const Snapshots& s, const MatrixXd& samples) {
  const Index frames = s.t.size();
  const bool spectra = s.frequency.size() > 0;
  const Range x = padded(range_of({s.x.row(0).transpose(), samples.row(0).transpose()}), 0.02);
  const Script target =
      s.target.size() == 0
          ? Script()
          : commands("data index 0 using 1:{} with lines lc rgb target lw 2 title 'target', ",
                     2 * frames + 2);
  Script out = time_title(s.t) +
               commands(R"gp(set multiplot
set tmargin at screen 0.80
set bmargin at screen 0.15
set lmargin at screen 0.10
set rmargin at screen {right}
set key at screen {middle},0.93 center top horizontal maxrows 1
set xrange {x}
set yrange {y}
set xlabel '{{/:Italic x}}'
set ylabel '{{/:Italic f}}({{/:Italic x}})'
plot {target}data index 0 using 1:frame + 1 with lines lc rgb network lw 3 title 'network', \
  data index 0 every 5 using 1:frame + {prediction} with points pt 7 ps 0.6 lc rgb prediction title 'prediction', \
  data index 1 using 1:2 with points pt 7 ps 1 lc rgb samples title 'samples'
)gp",
                        Argument("right", spectra ? 0.48 : 0.97),
                        Argument("middle", spectra ? 0.28 : 0.52), Argument("x", gnuplot_range(x)),
                        Argument("y", gnuplot_range(padded(s.values, 0.07))),
                        Argument("prediction", frames + 1), Argument("target", target));
  if (spectra)
    out +=
        "unset label 9\nunset key\nset lmargin at screen 0.60\nset rmargin at screen 0.97\n"
        "set xrange [*:*]\nset ylabel 'amplitude of the spectrum'\n"
        "set xlabel '{/:Italic ξ}  (cycles per unit of {/:Italic x})'\n" +
        log_axis("y", s.amplitude) +
        commands(R"gp(plot data index 2 using 1:{last} with lines lc rgb reference lw 7, \
  data index 2 using 1:frame + 1 with lines lc rgb network lw 3, \
  data index 2 using 1:frame + {prediction} with points pt 7 ps 0.6 lc rgb prediction
)gp",
                 Argument("last", 2 * frames + 1), Argument("prediction", frames + 1));
  return out + "unset multiplot\n";
}

Script map_commands(const Snapshots& s) {
  const bool is_signed = s.values.lo < 0.0 && s.values.hi > 0.0;
  return time_title(s.t) +
         commands(R"gp(set multiplot
unset key
unset grid
set size square
set xrange [*:*] noextend
set yrange [*:*] noextend
set xlabel '{{/:Italic x}}_1'
set tmargin at screen 0.82
set bmargin at screen 0.30
set palette @{palette} maxcolors 100
set cbrange {values}
set colorbox horizontal user origin screen 0.10,0.12 size screen 0.48,0.03
set lmargin at screen 0.06
set rmargin at screen 0.30
set title 'network'
set ylabel '{{/:Italic x}}_2'
plot data index 0 using 1:2:frame + 2 with image, \
  data index 1 using 1:2:3 with points pt 7 ps 1.2 lc palette, \
  data index 1 using 1:2 with points pt 6 ps 1.2 lc rgb samples
unset label 9
unset colorbox
unset ylabel
set lmargin at screen 0.38
set rmargin at screen 0.62
set title 'prediction'
plot data index 0 using 1:2:frame + {prediction} with image, \
  data index 1 using 1:2:3 with points pt 7 ps 1.2 lc palette, \
  data index 1 using 1:2 with points pt 6 ps 1.2 lc rgb samples
set palette @signed_values maxcolors 100
set cbrange {difference}
set cbtics {step:g}
set colorbox horizontal user origin screen 0.70,0.12 size screen 0.26,0.03
set lmargin at screen 0.71
set rmargin at screen 0.95
set title 'network − prediction'
plot data index 0 using 1:2:(column(frame + 2) - column(frame + {prediction})) with image, \
  data index 1 using 1:2 with points pt 6 ps 1.2 lc rgb samples
unset multiplot
)gp",
                  Argument("palette", is_signed ? Words("signed_values") : Words("magnitudes")),
                  Argument("values", gnuplot_range(is_signed ? symmetric(s.values) : s.values)),
                  Argument("difference", gnuplot_range(s.difference)),
                  Argument("step", round_step(s.difference, 4)),
                  Argument("prediction", s.t.size() + 2));
}

}  // namespace

std::optional<Figure> film(const compare::Comparison& c) {
  const Index dim = c.grid.dim();
  if (dim > 2 || (dim == 2 && !c.grid.regular()) || c.grid.size() < 2 || c.t.size() < 2)
    return std::nullopt;
  const Snapshots s = snapshots(c, 24, dim == 1 ? 160 : 24);

  DataFile file("The trained network and its prediction over time");
  file.set_digits(4);  // more than can be seen: there are many columns
  std::vector<Column> columns, samples;
  for (Index k = 0; k < dim; ++k) {
    const std::string name = dim == 1 ? "x" : fmt::format("x{}", k + 1);
    columns.push_back({name, s.x.row(k).transpose()});
    samples.push_back({name, c.samples.x.row(k).transpose()});
  }
  samples.push_back({"y", c.samples.y});
  append(columns, "f_nn", s.network);
  append(columns, "f_lfp", s.prediction);
  if (dim == 1 && c.target) columns.push_back({"target", s.target});
  file.table("index 0: the functions on the grid, a column for each picture", columns);
  file.table("index 1: the samples", samples);
  if (dim == 1 && s.frequency.size() > 0) {
    std::vector<Column> spectrum{{"frequency", s.frequency}};
    append(spectrum, "nn", s.spectrum_network);
    append(spectrum, "lfp", s.spectrum_prediction);
    file.table("index 2: amplitude spectra, a column for each picture", spectrum);
  }

  Figure figure;
  figure.name = "film";
  figure.title = "The experiment as a film";
  figure.width_cm = 17.0;
  figure.height_cm = dim == 1 ? 8.5 : 7.6;
  figure.frames = s.t.size();
  figure.data = file.text();
  figure.commands = dim == 1 ? line_commands(s, c.samples.x) : map_commands(s);
  return figure;
}

}  // namespace fprinciple::reports
