#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double empty_below = 1e-3;

/// At which of these frequencies there is next to nothing to learn: there a share has no meaning.
std::vector<bool> is_empty(const VectorXd& amplitude) {
  std::vector<bool> out;
  for (const double value : amplitude) out.push_back(value < empty_below * amplitude.maxCoeff());
  return out;
}

/// How many of the lowest frequencies are drawn: those that hold 99.9 % of the power of what is
/// learned and half as many again, less empty ones at the upper end.
Index drawn_frequencies(const VectorXd& amplitude) {
  constexpr Index fewest = 8, most = 32;
  const VectorXd power = amplitude.cwiseAbs2();
  const double enough = 0.999 * power.sum();
  Index count = 0;
  for (double sum = 0.0; count < power.size() && sum < enough; ++count) sum += power[count];
  count = std::min(power.size(), std::clamp(count + count / 2, fewest, most));
  const std::vector<bool> empty = is_empty(amplitude);
  while (count > 2 && empty[static_cast<std::size_t>(count - 1)]) --count;
  return count;
}

/// The lowest shares, without a value where there is next to nothing to learn.
MatrixXd drawn_shares(const MatrixXd& share, const VectorXd& amplitude) {
  const Index count = drawn_frequencies(amplitude);
  MatrixXd out = share.topRows(count);
  const std::vector<bool> empty = is_empty(amplitude);
  for (Index i = 0; i < count; ++i)
    if (empty[static_cast<std::size_t>(i)])
      out.row(i).setConstant(std::numeric_limits<double>::quiet_NaN());
  return out;
}

/// Where the drawn time begins: a decade before the first share falls below 95 %.
double first_log_time(const MatrixXd& share, const VectorXd& log_t,
                      const std::vector<Index>& rows) {
  for (const Index j : rows)
    if ((share.col(j).array() < 0.95).any()) return std::max(log_t[rows.front()], log_t[j] - 1.0);
  return log_t[rows.front()];
}

/// log10 of a share, kept off log 0.
double log_share(double share) { return share < 1e-12 ? -12.0 : std::log10(share); }

/// Shares at other times, interpolated between the snapshots `rows` linearly in log t and log
/// share.
MatrixXd at_times(const MatrixXd& share, const VectorXd& log_t, const std::vector<Index>& rows,
                  const VectorXd& times) {
  MatrixXd out(share.rows(), times.size());
  std::size_t k = 0;
  for (Index j = 0; j < times.size(); ++j) {
    while (k + 2 < rows.size() && log_t[rows[k + 1]] < times[j]) ++k;
    const double left = log_t[rows[k]], right = log_t[rows[k + 1]];
    const double weight = std::clamp((times[j] - left) / (right - left), 0.0, 1.0);
    for (Index i = 0; i < share.rows(); ++i)
      out(i, j) = std::pow(10.0, (1 - weight) * log_share(share(i, rows[k])) +
                                     weight * log_share(share(i, rows[k + 1])));
  }
  return out;
}

/// log10 of the first time at which half of each frequency's error is gone; NaN where it never is.
VectorXd half_times(const MatrixXd& share, const VectorXd& times) {
  VectorXd out = VectorXd::Constant(share.rows(), std::numeric_limits<double>::quiet_NaN());
  for (Index i = 0; i < share.rows(); ++i)
    for (Index j = 1; j < times.size(); ++j) {
      if (!(share(i, j) < 0.5)) continue;
      const double before = log_share(share(i, j - 1)), after = log_share(share(i, j));
      const double half = log_share(0.5);
      const double weight = before > half ? (half - before) / (after - before) : 0.0;
      out[i] = times[j - 1] + weight * (times[j] - times[j - 1]);
      break;
    }
  return out;
}

VectorXd repeated(const VectorXd& values, Index times) {
  return values.transpose().colwise().replicate(times).reshaped();
}

/// Frequency by frequency, the times within each.
VectorXd flattened(const MatrixXd& share) { return share.transpose().reshaped(); }

Script drawing(const VectorXd& frequency, const VectorXd& times, const Range& difference) {
  const double df = frequency[1] - frequency[0];
  const double dt = times[1] - times[0];
  const Range log_t{times[0] - dt / 2, times[times.size() - 1] + dt / 2};
  const Range y{frequency[0] - df / 2, frequency[frequency.size() - 1] + df / 2};
  const double step = std::max(1.0, round_step(log_t, 7));
  return commands(R"gp(set multiplot
unset grid
unset key
set object 1 rectangle from graph 0,0 to graph 1,1 behind fillcolor rgb reference fillstyle solid noborder
set tmargin at screen 0.83
set bmargin at screen 0.165
set xrange {x_range}
set yrange {y_range}
set xtics {step:g}
set ytics {y_step:g}
set format x '10^{{%.0f}}'
set xlabel "{{/:Italic t}}" offset 0,1.5*lift
set title offset 0,-0.5
set palette @magnitudes
set logscale cb
set cbrange [0.01:1]
set cbtics ('1 %%' 0.01, '3 %%' 0.03, '10 %%' 0.1, '30 %%' 0.3, '100 %%' 1)
set label 2 'white line: half of the error is left' at screen 0.32,0.965 center

set lmargin at screen 0.065
set rmargin at screen 0.305
set title 'network'
set label 1 '{{/:Italic ξ}}  (cycles per unit of {{/:Italic x}})' at screen 0.011, graph 0.5 center rotate
unset colorbox
plot data index 0 using 3:1:4 with image pixels, \
  data index 1 using 2:1 with linespoints pt 7 ps 0.3 lw 2 lc rgb 'white'

unset label
set lmargin at screen 0.33
set rmargin at screen 0.57
set title 'prediction'
set format y ''
set label 1 'share left' at screen 0.585,0.895
set colorbox user origin screen 0.582,0.165 size screen 0.012,0.665
plot data index 0 using 3:1:5 with image pixels, \
  data index 1 using 3:1 with linespoints pt 7 ps 0.3 lw 2 lc rgb 'white'

set lmargin at screen 0.675
set rmargin at screen 0.905
set title 'network − prediction'
set palette @signed_values
unset logscale cb
set cbrange {difference}
set cbtics {difference_step:g}
set label 1 'points of %' at screen 0.995,0.895 right
set colorbox user origin screen 0.918,0.165 size screen 0.012,0.665
plot data index 0 using 3:1:(100*$6) with image pixels
unset multiplot
)gp",
                  Argument("x_range", gnuplot_range(log_t)), Argument("y_range", gnuplot_range(y)),
                  Argument("step", step), Argument("y_step", round_step(y, 6)),
                  Argument("difference", gnuplot_range(difference)),
                  Argument("difference_step", round_step(difference, 6)));
}

}  // namespace

std::optional<Figure> spectrum(const compare::Comparison& c) {
  const std::vector<Index> rows = positive(c.t);
  if (c.frequency.size() < 2 || rows.size() < 2) return std::nullopt;  // no regular grid, no time
  // What there is to learn, to a good approximation: what the prediction has learned at the end.
  const VectorXd amplitude = c.spectrum_lfp.col(c.t.size() - 1);
  const Index count = drawn_frequencies(amplitude);
  const VectorXd frequency = c.frequency.head(count);
  const VectorXd log_t = c.t.array().log10();
  const MatrixXd share_nn = drawn_shares(c.spectrum_error_nn, amplitude);
  const MatrixXd share_lfp = drawn_shares(c.spectrum_error_lfp, amplitude);
  const auto cells = std::clamp<Index>(static_cast<Index>(rows.size()), 12, 40);
  const VectorXd times =
      VectorXd::LinSpaced(cells, first_log_time(share_lfp, log_t, rows), log_t[rows.back()]);
  const MatrixXd network = at_times(share_nn, log_t, rows, times);
  const MatrixXd prediction = at_times(share_lfp, log_t, rows, times);
  const MatrixXd difference = network - prediction;

  const VectorXd all_times = times.replicate(count, 1);
  DataFile file("How much of each frequency's initial error is left, over time");
  file.table(
      "index 0: frequency in cycles per unit of x; t, gradient-flow time of ½Σ(f−y)² "
      "(interpolated between the snapshots); share |F[f(t) − r]| / |F[f(0) − r]| of network and "
      "prediction, and their difference, r the target where known, else the prediction's limit "
      "(NaN: next to nothing to "
      "learn, below 1e-3 of the largest amplitude)",
      {{"frequency", repeated(frequency, cells)},
       {"t", Eigen::pow(10.0, all_times.array())},
       {"log10_t", all_times},
       {"share_nn", flattened(network)},
       {"share_lfp", flattened(prediction)},
       {"difference", flattened(difference)}},
      cells);
  file.table("index 1: when half is left, log10 t (NaN: never)",
             {{"frequency", frequency},
              {"half_nn", half_times(network, times)},
              {"half_lfp", half_times(prediction, times)}});

  Figure figure;
  figure.name = "spectrum";
  figure.title = "What is left of each frequency's error";
  figure.width_cm = double_column_cm;
  figure.height_cm = 6.6;
  figure.data = file.text();
  figure.commands = drawing(
      frequency, times,
      symmetric(range_of({(100.0 * difference.reshaped()).cwiseMax(-100.0).cwiseMin(100.0)})));
  figure.alt =
      "Three heat maps over time and frequency. For the network and for the prediction, in one "
      "colour scale, the share of the initial spectral error that is left, with a white line where "
      "it is one half; and the difference of the two shares.";
  figure.reading = fmt::format(
      "The frequency principle says that low frequencies are learned first: the white line, where "
      "half of the error is left, then leans to later times as the frequency grows. The error is "
      "taken to {}; the third map is the difference of the first two, red where the network is "
      "behind. Shares below 1 % are drawn as 1 %, differences beyond 100 points as 100, and at "
      "grey frequencies there is next to "
      "nothing to learn.",
      c.target ? "the target" : "the prediction's long-time limit");
  return figure;
}

}  // namespace fprinciple::reports
