#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using compare::Model;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// How the network, or a model of the ladder, is shown, and the rung from it down to the next one.
struct Look {
  std::optional<Model> model;  ///< none: the network
  const char* name;
  const char* rung;  ///< what the next model leaves out
  Words colour;      ///< of that rung; a variable of the figures' style
  Words dash;
};

constexpr Look looks[] = {
    {{}, "network", "non-linearity", "nonlinearity", "solid"},
    {Model::linearised, "linearised", "finite width", "finite_width", "(9,4)"},
    {Model::complete, "complete", "zero frequency", "zero_frequency", "(4,3)"},
    {Model::lfp2020, "LFP-2020", "divergence term", "divergence", "(9,3,2,3)"},
    {Model::lfp2019, "LFP-2019", "", "", ""}};

/// A function of the ladder.
struct Step {
  const Look* look;
  const MatrixXd* f;

  /// Its name in result.nc.
  std::string field() const {
    return look->model ? fmt::format("f_{}", base::name_of(*look->model)) : "f_nn";
  }
  /// Whether `below` is the next one of the whole ladder.
  bool is_just_above(const Step& below) const {
    return std::any_of(compare::rungs.begin(), compare::rungs.end(),
                       [&](const compare::Rung& rung) {
                         return rung.upper == look->model && rung.lower == below.look->model;
                       });
  }
};

/// The functions that are there, from the network down.
std::vector<Step> steps(const compare::Comparison& c) {
  std::vector<Step> out;
  for (const Look& look : looks) {
    if (!look.model) out.push_back({&look, &c.f_nn});
    if (const auto* values = look.model ? c.find(*look.model) : nullptr)
      out.push_back({&look, &values->f});
  }
  return out;
}

/// One line of the left panel and one bar of the right: the distance of two models.
struct Rung {
  std::string name;
  std::string between;  ///< the models, where the name does not say them
  std::string fields;
  Script style;  ///< of the line
  Script colour;
  VectorXd rmse;  ///< on the grid, at the drawn times
};

VectorXd rmse_of(const MatrixXd& difference, const std::vector<Index>& times) {
  const VectorXd mean_square =
      difference.colwise().squaredNorm().transpose() / static_cast<double>(difference.rows());
  return mean_square.cwiseSqrt()(times);
}

/// The distance of each model to the next one that is there, and of the first to the last. A rung
/// across a missing model has the models' names instead of its own: it has more than one cause.
std::vector<Rung> rungs(const compare::Comparison& c, const std::vector<Index>& times) {
  const std::vector<Step> ladder = steps(c);
  const auto distance = [&](const Step& from, const Step& to) {
    const Look& look = *from.look;
    const std::string between = fmt::format("{} − {}", look.name, to.look->name);
    const std::string fields = fmt::format("{}-{}", from.field(), to.field());
    const Script style = commands("lc rgb {} lw 2.2 dt {}", look.colour, look.dash);
    return Rung{look.rung, between, fields, style, look.colour, rmse_of(*from.f - *to.f, times)};
  };
  std::vector<Rung> out;
  for (std::size_t k = 0; k + 1 < ladder.size(); ++k) {
    Rung rung = distance(ladder[k], ladder[k + 1]);
    if (!ladder[k].is_just_above(ladder[k + 1])) rung.name = std::exchange(rung.between, "");
    out.push_back(std::move(rung));
  }
  if (out.size() > 1) {
    Rung total = distance(ladder.front(), ladder.back());
    total.name = "total";
    total.style = Words("lc rgb samples lw 1.3 dt solid");
    total.colour = Words("samples");
    out.push_back(std::move(total));
  }
  return out;
}

/// "1.4·10^{−3}", enhanced text for the inside of quotes; a dash for what is not a number.
Script number(double value) {
  if (!std::isfinite(value)) return Words("–");
  if (value == 0.0) return Words("0");
  const auto [mantissa, exponent] = decimal(value, 1);
  if (exponent == 0) return commands("{:.1f}", mantissa);
  return commands("{:.1f}·10^{{{}{}}}", mantissa, exponent < 0 ? Words("−") : Words(""),
                  std::abs(exponent));
}

/// How the bars are drawn: from range.lo to value/unit, on an axis that leaves room for the numbers
/// beside them.
struct BarAxis {
  Range range;
  Unit unit;
  bool log = false;
};

BarAxis bar_axis(const VectorXd& values) {
  constexpr double log_above = 30.0, share_of_longest = 0.68;
  double least = std::numeric_limits<double>::infinity(), largest = 0.0;
  for (const double value : values)
    if (std::isfinite(value) && value > 0.0) {
      least = std::min(least, value);
      largest = std::max(largest, value);
    }
  if (!(largest > 0.0)) return {{0.0, 1.0}, {}, false};
  if (largest <= log_above * least) {
    const Unit unit = unit_for(largest);
    return {{0.0, largest / unit.value() / share_of_longest}, unit, false};
  }
  // A decade's edge that leaves the shortest bar some length.
  const double lo = decades({VectorXd::Constant(1, least / 1.5), values}).lo;
  return {{lo, lo * std::pow(largest / lo, 1.0 / share_of_longest)}, {}, true};
}

Script lines_panel(const std::vector<Rung>& all, const VectorXd& t) {
  std::vector<VectorXd> values;
  Script plots;
  for (std::size_t k = 0; k < all.size(); ++k) {
    values.push_back(all[k].rmse);
    plots += commands("{}data index 0 using 1:{} with lines {}",
                      k == 0 ? Words("") : Words(", \\\n  "), k + 2, all[k].style);
  }
  return commands(R"gp(set multiplot
unset key
set tmargin at screen 0.90
set bmargin at screen 0.17
set title offset 0,-0.5

# Left panel: the rungs over time.
set lmargin at screen 0.08
set rmargin at screen 0.435
{}{}set xlabel '{}' offset 0,1.5*lift
set label 1 'root mean square on the grid' at screen 0.012, graph 0.5 center rotate
set title 'over time'
plot {}
)gp",
                  log_axis("x", {t[0], t[t.size() - 1]}), log_axis("y", decades(values)),
                  time_label, plots);
}

/// The name of each row, with a sample of its line: the legend of both panels.
Script row_names(const std::vector<Rung>& all) {
  Script out;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Rung& rung = all[k];
    const auto row = static_cast<double>(k + 1);
    out +=
        commands("set arrow from screen 0.463, first {0} to screen 0.501, first {0} nohead {1}\n",
                 row, rung.style);
    const auto text = [&](const std::string& words, Words place) {
      out += commands("set label {} at screen 0.511, first {} {}\n", in_quotes(words), row, place);
    };
    text(rung.name, rung.between.empty() ? Words("") : Words("offset 0,0.5"));
    if (!rung.between.empty()) text(rung.between, "offset 0,-0.5 textcolor rgb neutral");
  }
  return out;
}

Script bars_panel(const std::vector<Rung>& all, const VectorXd& last, double time) {
  const BarAxis axis = bar_axis(last);
  // Few bars stand further apart instead of being thicker.
  const double half = 0.33 * std::min(1.0, static_cast<double>(all.size()) / 5.0);
  Script numbers, plots;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const double value = last[static_cast<Index>(k)] / axis.unit.value();
    const bool seen = std::isfinite(value) && value > axis.range.lo;
    numbers += commands("set label '{}' at first {:.9g}, first {} offset 0.6,0 front\n",
                        number(last[static_cast<Index>(k)]), seen ? value : axis.range.lo, k + 1);
    if (seen)
      plots += commands(
          "{}data index 1 every ::{}::{} using (start):1:(start):($2/unit):($1-half):($1+half) "
          "with boxxyerror fillstyle solid noborder lc rgb {}",
          plots.empty() ? Words("") : Words(", \\\n  "), k, k, all[k].colour);
  }
  if (plots.empty()) plots = Words("NaN");
  const Script scale =
      axis.log ? log_axis("x", axis.range)
               : commands(
                     "unset logscale x\nset xrange {}\nset format x '%g'\nset xtics {:g}\n"
                     "unset mxtics\n",
                     gnuplot_range(axis.range), round_step(axis.range, 5));
  return commands(R"gp(
# Right panel: the rungs at the last time.
set lmargin at screen 0.712
set rmargin at screen 0.985
unset logscale y
set yrange [{rows}:0.4]
unset ytics
unset mytics
{scale}unset label
set xlabel 'root mean square on the grid{unit}' offset 0,1.5*lift
set title 'at the last time, {{/:Italic t}} = {time}'
{names}{numbers}start = {start:.9g}
half = {half:g}
unit = {unit_value:g}
plot {plots}
unset multiplot
)gp",
                  Argument("rows", static_cast<double>(all.size()) + 0.6), Argument("scale", scale),
                  Argument("unit", axis.unit.label()), Argument("time", number(time)),
                  Argument("names", row_names(all)), Argument("numbers", numbers),
                  Argument("start", axis.range.lo), Argument("half", half),
                  Argument("unit_value", axis.unit.value()), Argument("plots", plots));
}

/// "non-linearity (network − linearised) 1.4e-03, …"
std::string in_words(const std::vector<Rung>& all, const VectorXd& last) {
  std::vector<std::string> out;
  for (std::size_t k = 0; k < all.size(); ++k)
    out.push_back(fmt::format("{}{} {:.1e}", all[k].name,
                              all[k].between.empty() ? "" : " (" + all[k].between + ")",
                              last[static_cast<Index>(k)]));
  return fmt::format("{}", fmt::join(out, ", "));
}

}  // namespace

std::optional<Figure> ladder(const compare::Comparison& c) {
  const std::vector<Index> times = positive(c.t);
  if (!c.find(Model::linearised) || times.size() < 2) return std::nullopt;
  const std::vector<Rung> all = rungs(c, times);
  const VectorXd t = c.t(times);

  std::vector<Column> columns{{"t", t}};
  VectorXd last(static_cast<Index>(all.size()));
  for (std::size_t k = 0; k < all.size(); ++k) {
    columns.push_back({all[k].fields, all[k].rmse});
    last[static_cast<Index>(k)] = all[k].rmse[t.size() - 1];
  }
  DataFile file("The error ladder: what each simplification from the network to LFP costs");
  file.table(
      "index 0: t is gradient-flow time of ½Σ(f−y)²; root mean squares on the grid of these "
      "differences, in units of y",
      columns);
  file.table("index 1: the same at the last time, one row for each column above",
             {{"rung", VectorXd::LinSpaced(last.size(), 1.0, static_cast<double>(last.size()))},
              {"rmse", last}});

  Figure figure;
  figure.name = "ladder";
  figure.title = "The error ladder, from the network to LFP";
  figure.width_cm = double_column_cm;
  figure.height_cm = 6.6;
  figure.data = file.text();
  figure.commands = lines_panel(all, t) + bars_panel(all, last, t[t.size() - 1]);
  figure.alt = fmt::format(
      "Two panels, of the root mean square difference on the grid between neighbouring models from "
      "the network to LFP. Left, lines over time on logarithmic axes; right, bars at the last "
      "time: {}.",
      in_words(all, last));
  figure.reading =
      "Each rung is what one simplification costs; the largest one says where the prediction "
      "parts from the network.";
  if (all.size() > 1)
    figure.reading +=
        " Root mean squares do not add up: the total is at most the sum of the rungs, and less "
        "than one of them where they cancel.";
  return figure;
}

}  // namespace fprinciple::reports
