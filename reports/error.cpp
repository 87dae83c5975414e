#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/figure.hpp"

namespace fprinciple::reports {
namespace {

using Eigen::VectorXd;

/// How far the prediction has moved from its start, root mean square on the grid at each time: what
/// the error must be small against.
VectorXd movement(const Eigen::MatrixXd& f) {
  const double points = static_cast<double>(f.rows());
  return ((f.colwise() - f.col(0)).colwise().squaredNorm() / points).cwiseSqrt().transpose();
}

}  // namespace

std::optional<Figure> error(const compare::Comparison& c) {
  const std::vector<Eigen::Index> rows = positive(c.t);
  if (rows.size() < 2) return std::nullopt;
  const std::vector<Column> columns{{"t", VectorXd(c.t(rows))},
                                    {"rmse", VectorXd(c.rmse(rows))},
                                    {"movement", VectorXd(movement(c.lfp().f)(rows))}};
  DataFile file("The distance between network and prediction over time");
  file.table(
      "index 0: t is gradient-flow time of ½Σ(f−y)²; root mean squares on the grid, in units of y: "
      "rmse of f_nn − f_lfp, movement of f_lfp − f_lfp(t = 0)",
      columns);

  Figure figure;
  figure.name = "error";
  figure.title = "Distance of network and prediction over time";
  figure.data = file.text();
  figure.commands =
      log_axis("x", {columns[0].values[0], columns[0].values[columns[0].values.size() - 1]}) +
      log_axis("y", decades({columns[1].values, columns[2].values})) +
      commands("set xlabel '{}' offset 0,1.5*lift\n", time_label) +
      "set ylabel 'root mean square on the grid'\n"
      "plot \\\n"
      "  data using 1:3 with lines lc rgb prediction lw 2.2 dt (6,4) "
      "title 'movement of prediction', \\\n"
      "  data using 1:2 with lines lc rgb samples lw 2.2 title 'network − prediction'\n";
  figure.alt =
      "Log-log plot over time of the root mean square difference of network and prediction, and, "
      "dashed, of how far the prediction has moved from its start.";
  figure.reading =
      "The solid line must stay well below the dashed one for the agreement to mean anything: a "
      "network that had not moved would differ from the prediction by the whole movement.";
  return figure;
}

}  // namespace fprinciple::reports
