#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fprinciple::reports {
namespace {

using Eigen::VectorXd;

double least_positive(const std::vector<VectorXd>& values) {
  double least = std::numeric_limits<double>::infinity();
  for (const VectorXd& column : values)
    for (const double value : column)
      if (value > 0.0) least = std::min(least, value);
  return least;
}

/// Whole decades. The prediction's loss falls on towards zero when the network's has stopped, so
/// the network's alone sets the lower end; below 1e-30 of the first loss is rounding.
Range loss_range(const std::vector<VectorXd>& all, const std::vector<VectorXd>& network) {
  constexpr double rounding = 1e-30;
  const double hi = range_of(all).hi;
  const double lo = std::max(least_positive(network), rounding * hi);
  if (!std::isfinite(lo) || !(hi > 0.0)) return {1e-3, 1.0};
  return {std::pow(10.0, std::floor(std::log10(lo / 2))),
          std::pow(10.0, std::ceil(std::log10(hi)))};
}

}  // namespace

std::optional<Figure> loss(const compare::Comparison& c) {
  const std::vector<Eigen::Index> rows = positive(c.t);
  if (rows.size() < 2) return std::nullopt;
  const bool test = c.test_loss_nn && c.test_loss_lfp;
  std::vector<Column> columns{{"t", VectorXd(c.t(rows))},
                              {"loss_nn", VectorXd(c.loss_nn(rows))},
                              {"loss_lfp", VectorXd(c.loss_lfp(rows))}};
  if (test) {
    columns.push_back({"test_loss_nn", VectorXd((*c.test_loss_nn)(rows))});
    columns.push_back({"test_loss_lfp", VectorXd((*c.test_loss_lfp)(rows))});
  }
  std::vector<VectorXd> all, network{columns[1].values};
  for (std::size_t k = 1; k < columns.size(); ++k) all.push_back(columns[k].values);
  if (test) network.push_back(columns[3].values);

  DataFile file("The loss of the network and of its prediction over time");
  file.table(
      "index 0: t is gradient-flow time of ½Σ(f−y)², losses are ½Σ(f−y)² on the samples; test "
      "losses, where there is a test set or a target, the same there, scaled to the number of "
      "samples",
      columns);

  Figure figure;
  figure.name = "loss";
  figure.title = "Loss over time";
  figure.data = file.text();
  figure.commands =
      log_axis("x", {columns[0].values[0], columns[0].values[columns[0].values.size() - 1]}) +
      log_axis("y", loss_range(all, network)) +
      commands("set xlabel '{}' offset 0,1.5*lift\n", time_label) +
      "set ylabel '½Σ({/:Italic f} − {/:Italic y})²'\n" +
      (test ? Words("") : Words("set key maxrows 1\n")) +
      "plot \\\n"
      "  data using 1:2 with lines lc rgb network lw 2.2 title 'network', \\\n"
      "  data using 1:3 with lines lc rgb prediction lw 2.2 dt (6,4) title 'prediction'" +
      (test ? Words(", \\\n"
                    "  data using 1:4 with lines lc rgb network lw 1.1 title 'network, test', \\\n"
                    "  data using 1:5 with lines lc rgb prediction lw 1.1 dt (6,4) "
                    "title 'prediction, test'\n")
            : Words("\n"));
  figure.alt = std::string(
                   "Log-log plot of the loss on the samples over time, for the network and, "
                   "dashed, the prediction") +
               (test ? "; thin lines show the test loss of both." : ".");
  figure.reading =
      "Both sides run on one clock: where the lines coincide, the prediction tells not only what "
      "is "
      "learned but when.";
  if (test)
    figure.reading +=
        " The thin lines are the test loss: at the test points, or where there are none against "
        "the target on the grid.";
  return figure;
}

}  // namespace fprinciple::reports
