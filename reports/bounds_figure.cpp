#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// A level across the figure, by its key in `bounds`.
struct Level {
  const char* key;
  Words title;
  Words style;
};

constexpr std::array<Level, 4> levels = {{
    {"published", "published bound of the mean", "lc rgb samples lw 1.2"},
    {"sharper", "sharper bound of the mean", "lc rgb samples lw 1.2 dt (6,4)"},
    {"radius", "radius, bound of the r.m.s.", "lc rgb nonlinearity lw 1.6"},
    {"measured_lfp_l2", "r.m.s. of |{/:Italic f} − {/:Italic h_n}|",
     "lc rgb prediction lw 1.6 dt (2,3)"},
}};

/// Grid indices by increasing x.
std::vector<Index> by_x(const VectorXd& x) {
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) { return x[i] < x[j]; });
  return order;
}

/// Errors vanish at every sample: three decades below their root mean square say enough.
Range drawn_range(const std::vector<double>& heights, double rms, const VectorXd& power) {
  const double top = std::max(*std::max_element(heights.begin(), heights.end()), power.maxCoeff());
  return {std::pow(10.0, std::floor(std::log10(rms)) - 3.0),
          std::pow(10.0, std::ceil(std::log10(2.0 * top)))};
}

}  // namespace

std::optional<Figure> bounds(const runs::Run& run) {
  const compare::Comparison& c = run.comparison;
  if (c.grid.dim() != 1 || c.power_function.size() == 0 || !c.target) return std::nullopt;
  const nlohmann::json& numbers = run.summary.at("bounds");
  std::vector<double> heights;
  heights.reserve(levels.size());
  for (const Level& level : levels) heights.push_back(numbers.at(level.key));
  const double rms = heights.back();
  if (!(rms > 0.0)) return std::nullopt;

  const VectorXd x = c.grid.points.row(0);
  const std::vector<Index> rows = by_x(x);
  const VectorXd& f = *c.target;
  const VectorXd lfp = (f - c.lfp().limit).cwiseAbs();
  const VectorXd nn = (f - c.f_nn.col(c.t.size() - 1)).cwiseAbs();
  const VectorXd sample_x = c.samples.x.row(0);
  const Range y = drawn_range(heights, rms, c.power_function);
  DataFile file("The error of prediction and network, and its bounds");
  file.table("index 0: on the grid; |f-h_n| is that of the prediction's limit",
             {{"x", VectorXd(x(rows))},
              {"|f-h_n|", VectorXd(lfp(rows))},
              {"|f-f_nn|", VectorXd(nn(rows))},
              {"rho*P_S", VectorXd(c.power_function(rows))}});
  file.table("index 1: the samples", {{"x", sample_x}});

  Figure figure;
  figure.name = "bounds";
  figure.title = "Error and generalisation bounds";
  figure.width_cm = double_column_cm;
  figure.height_cm = 8.0;
  figure.data = file.text();
  Script lines;
  for (std::size_t k = 0; k < levels.size(); ++k)
    lines += commands(", \\\n  {:.9g} with lines {} title '{}'", heights[k], levels[k].style,
                      levels[k].title);
  figure.commands =
      log_axis("y", y) + commands("set xrange {}\n", gnuplot_range(range_of({x}))) +
      "set xlabel '{/:Italic x}' offset 0,1.5*lift\nset ylabel 'error'\n"
      "set key outside right center vertical maxrows 10\n"
      "plot \\\n"
      "  data index 0 using 1:4 with filledcurves y1=" +
      commands("{:.9g}", y.lo) +
      " fc rgb '#EEEEEE' notitle, \\\n"
      "  data index 0 using 1:4 with lines lc rgb neutral lw 1.2 "
      "title 'power function, bound at {/:Italic x}', \\\n"
      "  data index 0 using 1:3 with lines lc rgb network lw 1.6 "
      "title '|{/:Italic f} − {/:Italic f}_{nn}|, network', \\\n"
      "  data index 0 using 1:2 with lines lc rgb prediction lw 1.6 "
      "title '|{/:Italic f} − {/:Italic h_n}|, limit'" +
      lines +
      commands(
          ", \\\n  data index 1 using 1:({:.9g}) with points pt 7 ps 0.45 lc rgb samples "
          "title 'samples'\n",
          1.3 * y.lo);
  figure.alt = fmt::format(
      "Logarithmic plot over x of the error of the prediction's limit and of the network, between "
      "{} samples. The limit's error stays under the grey curve of the power function; level lines "
      "show the published and the sharper bound, the radius and the limit's root mean square.",
      c.samples.size());
  figure.reading =
      "The limit's error is nowhere above the power function's curve, which knows where the "
      "samples are, and its root mean square not above the radius, the least that any method can "
      "promise. The two uppermost lines know only how many samples there are. The network is "
      "drawn for comparison: no bound is for it.";
  return figure;
}

}  // namespace fprinciple::reports
