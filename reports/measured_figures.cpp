#include "reports/measured_figures.hpp"

#include "reports/axis.hpp"
#include "reports/cube_drawing.hpp"
#include "reports/data_file.hpp"
#include "reports/thinning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using measure::Measured;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr Words kTime = "{/:Italic t}  (in the unit of the recording)";

/// No map has more cells along an axis.
constexpr Index kMostTimes = 160, kMostRows = 128;

/// Half-way between neighbours, and as far beyond the ends; one more than the values.
VectorXd edges(const VectorXd& values, double single) {
  const Index n = values.size();
  if (n == 1) return VectorXd{{values[0] - single, values[0] + single}};
  VectorXd out(n + 1);
  for (Index i = 1; i < n; ++i) out[i] = 0.5 * (values[i - 1] + values[i]);
  out[0] = 2.0 * values[0] - out[1];
  out[n] = 2.0 * values[n - 1] - out[n - 1];
  return out;
}

/// The times that are drawn: positive ones, thinned.
std::vector<Index> drawn_times(const VectorXd& t) {
  const std::vector<Index> all = positive(t);
  std::vector<Index> out;
  for (const Index i : evenly(static_cast<Index>(all.size()), kMostTimes))
    out.push_back(all[static_cast<std::size_t>(i)]);
  return out;
}

/// "set xtics …" of a logarithmic time axis that ends where the data do.
Script time_axis(double lo, double hi) {
  const Range range{lo, hi > lo ? hi : 2.0 * lo};
  return log_scale("x", range) + commands("set xrange {}\n", gnuplot_range(range)) +
         commands("set xlabel \"{}\" offset 0,1.5*lift\n", kTime);
}

/// A map of shares that are left over time: values (rows × T) at `rows` places on a linear axis,
/// nan where there is nothing to learn. `crossed`: when each row is below `threshold` for good,
/// empty for none.
struct ShareMap {
  const char* name;
  std::string title, alt, reading, what;
  VectorXd rows;
  Script row_label;
  MatrixXd share;
  VectorXd crossed;
};

std::optional<Figure> draw_map(const ShareMap& map, const VectorXd& t, double threshold) {
  const std::vector<Index> times = drawn_times(t);
  if (times.size() < 2 || map.rows.size() < 1) return std::nullopt;
  const std::vector<Index> kept = evenly(map.rows.size(), kMostRows);
  const VectorXd rows = map.rows(kept), at = t(times);
  const VectorXd x = edges(at.array().log10(), 0.5), y = edges(rows, 0.5);
  const auto count = static_cast<Index>(times.size());
  MatrixXd table(count * rows.size(), 7);
  Index line = 0;
  for (Index k = 0; k < rows.size(); ++k)
    for (Index j = 0; j < count; ++j, ++line)
      table.row(line) << at[j], rows[k], std::pow(10.0, x[j]), std::pow(10.0, x[j + 1]), y[k],
          y[k + 1],
          map.share(kept[static_cast<std::size_t>(k)], times[static_cast<std::size_t>(j)]);
  DataFile file(map.title);
  std::vector<Column> columns;
  const char* names[] = {"t", "row", "t_low", "t_high", "row_low", "row_high", "left"};
  for (Index c = 0; c < 7; ++c) columns.push_back({names[c], table.col(c)});
  file.table(
      "index 0: " + map.what + "; the edges of the cells are half-way between recorded times",
      columns);
  const double first = std::pow(10.0, x[0]), last = std::pow(10.0, x[count]);
  Script marks;
  if (map.crossed.size() > 0) {
    VectorXd crossed = map.crossed(kept);
    for (double& time : crossed)
      if (!(time > 0.0) || !std::isfinite(time)) time = kNan;
    file.table(
        fmt::format("index 1: from when on it is below {:g} for good (NaN: never)", threshold),
        {{"t", crossed}, {"row", rows}});
    if (crossed.array().isFinite().any())
      marks = Words(
          ", \\\n  data index 1 using 1:2 with points pt 7 ps 0.42 lc rgb 'white', \\\n"
          "  data index 1 using 1:2 with points pt 7 ps 0.26 lc rgb samples");
  }
  Figure figure;
  figure.name = map.name;
  figure.title = map.title;
  figure.alt = map.alt;
  figure.reading = map.reading;
  figure.height_cm = 6.6;
  figure.data = file.text();
  const Range row_range{y[0], y[rows.size()]};
  figure.commands =
      Words(
          "unset grid\nunset key\nset border front\nset tics front\n"
          "set object 1 rectangle from graph 0,0 to graph 1,1 behind fillcolor rgb reference "
          "fillstyle solid noborder\n") +
      time_axis(first, last) +
      commands(
          "set yrange {}\nset ytics {:g}\nset label 2 '{}' at screen 0.025, graph 0.5 center "
          "rotate\n"
          "set palette @magnitudes\nset logscale cb\nset cbrange [0.01:1]\n"
          "set cbtics ('1 %%' 0.01, '3 %%' 0.03, '10 %%' 0.1, '30 %%' 0.3, '100 %%' 1)\n"
          "set label 1 'share left' at screen 0.985, graph 1.07 right\n"
          "set lmargin at screen 0.145\nset rmargin at screen 0.8\n"
          "set tmargin at screen 0.91\nset bmargin at screen 0.165\n"
          "set colorbox user origin screen 0.815,0.165 size screen 0.03,0.745\n"
          "plot data index 0 using 1:2:3:4:5:6:7 with boxxyerror fillstyle solid noborder lc "
          "palette{}\n",
          gnuplot_range(row_range), std::max(round_step(row_range, 7), rows.size() > 1 ? 0.0 : 1.0),
          map.row_label, marks);
  return figure;
}

constexpr Words kFrequency = "{/:Italic k}  (cycles per unit of {/:Italic x})";

std::optional<Figure> heat_map(const Measured& m, double threshold) {
  if (m.present.empty()) return std::nullopt;
  ShareMap map{
      .name = "heat_map",
      .title = "What is left to learn, over frequency and time",
      .what =
          "Δ = |f̂ − ŷ|/|ŷ| along the direction (NaN: the target has next to nothing "
          "there)",
      .rows = m.projection.frequency,
      .row_label = kFrequency,
      .share = MatrixXd::Constant(m.projection.delta.rows(), m.projection.delta.cols(), kNan),
      .crossed = VectorXd::Constant(m.projection.frequency.size(), kNan)};
  for (const Index k : m.present) {
    map.share.row(k) = m.projection.delta.row(k);
    map.crossed[k] = m.crossing_time[k];
  }
  map.alt = fmt::format(
      "Colour map of the relative error of {} Fourier coefficients over logarithmic time and "
      "frequency, with the crossing times as dots.",
      m.projection.frequency.size());
  map.reading = fmt::format(
      "Dark is learnt, yellow is all still to learn. Dots: from when on the relative error Δ of a "
      "frequency is below {:g} for good. Where dots lean to the right, higher frequencies come "
      "later. Grey: the target has next to nothing there.",
      threshold);
  return draw_map(map, m.t, threshold);
}

/// Shares without a value where the target has less than 1 % of its largest amplitude.
MatrixXd blank_below(MatrixXd share, const VectorXd& amplitude) {
  constexpr double kFloor = 0.01;
  for (Index k = 0; k < amplitude.size(); ++k)
    if (!(amplitude[k] >= kFloor * amplitude.maxCoeff())) share.row(k).setConstant(kNan);
  return share;
}

std::optional<Figure> shell_map(const Measured& m, double threshold) {
  if (!m.shells || m.projection.direction.size() < 2) return std::nullopt;
  ShareMap map{.name = "heat_map_grid",
               .title = "The same over the whole grid, by |k|",
               .what = "(Σ|f̂ − ŷ|²/Σ|ŷ|²)^{1/2} over shells of |k| (NaN: next to nothing there)",
               .rows = m.shells->frequency,
               .row_label = Words("|{/:Italic k}|  (cycles per unit of {/:Italic x})"),
               .share = blank_below(m.shells->delta, m.shells->amplitude)};
  map.alt =
      "Colour map of the relative error over logarithmic time and the length of the frequency.";
  map.reading =
      "All frequencies of the grid's Fourier transform in shells of the same length. Grey: the "
      "target has less than 1 % of its largest amplitude there.";
  return draw_map(map, m.t, threshold);
}

std::optional<Figure> kernel_map(const Measured& m, double threshold) {
  if (!m.kernel_modes) return std::nullopt;
  const Index modes = m.kernel_modes->eigenvalue.size();
  ShareMap map{.name = "kernel",
               .title = "What is left to learn, over a kernel's eigenvectors",
               .what =
                   "|c(f − y)|/|c(y)| in the eigenvectors of the Gaussian kernel, the largest "
                   "eigenvalue first",
               .rows = VectorXd::LinSpaced(modes, 1.0, static_cast<double>(modes)),
               .row_label = Words("number of the eigenvector"),
               .share = blank_below(m.kernel_modes->share, m.kernel_modes->target)};
  map.alt = "Colour map of the share of each eigenvector's coefficient that is left over time.";
  map.reading = fmt::format(
      "The eigenvectors of a Gaussian kernel of width {:.3g}, from the smoothest on: frequencies "
      "for data that have no regular order. Grey: "
      "the target has less than 1 % of its largest coefficient there.",
      m.kernel_width.value_or(kNan));
  return draw_map(map, m.t, threshold);
}

std::optional<Figure> crossing(const Measured& m, double threshold) {
  const std::vector<Index> times = positive(m.t);
  if (times.size() < 2 || m.present.empty()) return std::nullopt;
  const VectorXd k = m.projection.frequency(m.present);
  const auto count = static_cast<Index>(m.present.size());
  const double last = m.t[m.t.size() - 1], first = m.t[times.front()];
  VectorXd time(count), low(count), high(count), never(count);
  for (Index i = 0; i < count; ++i) {
    const Index f = m.present[static_cast<std::size_t>(i)];
    const auto [from, to] = m.intervals.time[static_cast<std::size_t>(f)];
    const bool crossed = std::isfinite(m.crossing_time[f]);
    const auto drawn = [&](double t) { return t > 0.0 ? std::min(t, last) : first; };
    time[i] = crossed ? drawn(m.crossing_time[f]) : kNan;
    never[i] = crossed ? kNan : last;
    low[i] = crossed && !std::isnan(from) ? drawn(from) : kNan;
    high[i] = crossed && !std::isnan(to) ? drawn(to) : kNan;
  }
  DataFile file("Crossing times over frequency");
  file.table(fmt::format("index 0: from when on Δ is below {:g} for good, its 95 % interval within "
                         "the recording, and the recording's end where it never is",
                         threshold),
             {{"frequency", k}, {"t", time}, {"low", low}, {"high", high}, {"never", never}});
  Figure figure;
  figure.name = "crossing";
  figure.title = "When each frequency is learnt";
  figure.data = file.text();
  const bool any = time.array().isFinite().any();
  const Range times_shown = decades(any ? std::vector<VectorXd>{time, low, high, never}
                                        : std::vector<VectorXd>{m.t(times)});
  const bool some_never = never.array().isFinite().any();
  const double room = 0.04 * (k[count - 1] - k[0]);
  const Range x = count > 1 ? Range{k[0] - room, k[count - 1] + room}
                            : Range{0.0, 2.0 * std::abs(k[0]) + (k[0] == 0.0 ? 1.0 : 0.0)};
  figure.commands =
      commands("set xrange {}\nset xtics {:g}\nset xlabel '{}' offset 0,1.5*lift\n",
               gnuplot_range(x), round_step(x, 6), kFrequency) +
      log_axis("y", times_shown) +
      commands("set ylabel 'crossing time, Δ < {:g} for good'\nplot ", threshold) +
      (any ? Words("\\\n  data index 0 using 1:3:(0):($4-$3) with vectors heads size screen "
                   "0.009,90 lc rgb network lw 1.2 notitle, \\\n"
                   "  data index 0 using 1:2 with points pt 7 ps 0.5 lc rgb network title "
                   "'crossing time'")
           : Words("")) +
      (any && some_never ? Words(", ") : Words("")) +
      (some_never ? Words("\\\n  data index 0 using 1:5 with points pt 8 ps 0.7 lc rgb prediction "
                          "title 'not within the recording'\n")
                  : Words("\n"));
  figure.alt =
      fmt::format("Crossing times of {} frequencies on a logarithmic axis, with intervals.", count);
  figure.reading =
      "Rising points are the frequency principle. Bars are 95 % intervals over resampled samples, "
      "as far as the recording goes.";
  return figure;
}

Script colour_of(std::size_t k, std::size_t count) {
  constexpr Words colours[] = {"#440154", "#414487", "#2A788E", "#22A884", "#7AD151", "#BDDF26"};
  const std::size_t last = std::size(colours) - 1;
  return colours[count < 2 ? 0 : k * last / (count - 1)];
}

std::optional<Figure> filtering(const Measured& m) {
  const std::vector<Index> times = positive(m.t);
  if (times.size() < 2) return std::nullopt;
  const std::vector<Index> widths = evenly(m.filtering.delta.size(), 6);
  const VectorXd t = m.t(times);
  DataFile file("Errors of the low- and high-pass parts over time");
  std::vector<Column> columns{{"t", t}};
  std::vector<VectorXd> all;
  Script plots;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    const Index w = widths[k];
    for (const auto& [name, e] :
         {std::pair("e_low", &m.filtering.e_low), std::pair("e_high", &m.filtering.e_high)}) {
      columns.push_back(
          {fmt::format("{}({:.3g})", name, m.filtering.delta[w]), e->row(w).transpose()(times)});
      all.push_back(columns.back().values);
    }
    const Script colour = colour_of(k, widths.size());
    plots += commands(
        "{}  data index 0 using 1:{} with lines lw 1.8 lc rgb '{}' title '{{/:Italic δ}} = "
        "{:.3g}', "
        "\\\n  data index 0 using 1:{} with lines lw 1.8 dt (5,3) lc rgb '{}' notitle",
        plots.empty() ? Words("") : Words(", \\\n"), 2 + 2 * k, colour, m.filtering.delta[w],
        3 + 2 * k, colour);
  }
  file.table("index 0: e_low and e_high for each width of the filter", columns);
  Figure figure;
  figure.name = "filtering";
  figure.title = "Low- and high-pass parts by a Gaussian filter";
  figure.data = file.text();
  figure.height_cm = 7.2;
  figure.commands = time_axis(t[0], t[t.size() - 1]) + log_axis("y", decades(all)) +
                    commands(
                        "set key maxrows {}\nset ylabel 'relative error'\nplot \\\n{}, \\\n"
                        "  keyentry with lines lw 1.8 lc rgb neutral title "
                        "'{{/:Italic e}}_{{low}}', \\\n"
                        "  keyentry with lines lw 1.8 dt (5,3) lc rgb neutral title "
                        "'{{/:Italic e}}_{{high}}'\n",
                        (widths.size() + 2 + 2) / 3, plots);
  figure.alt = fmt::format(
      "Lines over logarithmic time: errors of the low-pass part, and dashed of the high-pass part, "
      "for {} widths.",
      widths.size());
  figure.reading =
      "Each colour is a width δ of the filter, in units of x. A solid line below the dashed one of "
      "its colour: what is coarser than δ is ahead of what is finer.";
  return figure;
}

std::optional<Figure> bias(const Measured& m) {
  const std::vector<Index> times = positive(m.t);
  const auto& b = m.spectral_bias;
  if (times.size() < 2 || !std::isfinite(b.value)) return std::nullopt;
  const VectorXd t = m.t(times), low = b.e_low(times), high = b.e_high(times),
                 value = b.over_time(times);
  DataFile file("Residual energies of low and high frequencies, and the spectral bias");
  file.table(fmt::format("index 0: low is up to {:g} cycles per unit of x", b.cut),
             {{"t", t}, {"E_low", low}, {"E_high", high}, {"bias", value}});
  Figure figure;
  figure.name = "spectral_bias";
  figure.title = "Energy that is left below and above the cut";
  figure.data = file.text();
  figure.commands =
      Words(
          "set multiplot\nset lmargin at screen 0.155\nset rmargin at screen 0.97\n"
          "set tmargin at screen 0.90\nset bmargin at screen 0.48\n") +
      time_axis(t[0], t[t.size() - 1]) + Words("unset xlabel\nset format x ''\n") +
      log_axis("y", decades({low, high})) +
      Words(
          "set label 1 'energy left' at screen 0.025, graph 0.5 center rotate\nset key maxrows "
          "1\nplot \\\n"
          "  data index 0 using 1:2 with lines lw 2 lc rgb network title 'low, "
          "{/:Italic E}_{low}', \\\n"
          "  data index 0 using 1:3 with lines lw 2 dt (5,3) lc rgb prediction title 'high, "
          "{/:Italic E}_{high}'\n"
          "set tmargin at screen 0.42\nset bmargin at screen 0.165\nunset logscale y\n") +
      time_axis(t[0], t[t.size() - 1]) +
      Words(
          "set yrange [-1:1]\nset ytics 0.5\nset format y '%g'\nset label 1 'bias' at screen "
          "0.025, graph 0.5 center rotate\nunset key\n"
          "set xzeroaxis lt 1 lc rgb neutral lw 0.8\n"
          "plot data index 0 using 1:4 with lines lw 1.6 lc rgb samples\nunset multiplot\n");
  figure.alt =
      "Two panels over logarithmic time: residual energy of low and high frequencies, and below "
      "their difference over their sum.";
  figure.reading = fmt::format(
      "Low frequencies are those up to {:.4g} cycles per unit of x. Below: (E_high − "
      "E_low)/(E_high "
      "+ E_low), 1 where only high ones are left.",
      b.cut);
  return figure;
}

}  // namespace

std::vector<Figure> measured_figures(const Measured& m, double threshold) {
  std::vector<Figure> out;
  for (auto figure : {heat_map(m, threshold), shell_map(m, threshold), crossing(m, threshold),
                      filtering(m), bias(m), kernel_map(m, threshold)})
    if (figure) out.push_back(std::move(*figure));
  return out;
}

}  // namespace fprinciple::reports
