#include "reports/theory_page.hpp"

#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/document.hpp"
#include "reports/html.hpp"
#include "reports/text_file.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using nlohmann::json;
using runs::TheoryFile;

/// The places of times that a logarithmic axis shows.
std::vector<Index> drawn(const VectorXd& t) {
  std::vector<Index> out;
  for (Index k = 0; k < t.size(); ++k)
    if (t[k] > 0.0 && std::isfinite(t[k])) out.push_back(k);
  return out;
}

std::optional<Figure> errors_over_time(const TheoryFile& file) {
  const VectorXd& t = file.theory.t;
  const std::vector<Index> rows = drawn(t);
  if (rows.size() < 2) return std::nullopt;
  const compare::ModelAlone& lfp = file.theory.lfp();
  const auto values = static_cast<double>(file.y.size());
  std::vector<Column> columns{{"t", VectorXd(t(rows))},
                              {"rms_train", (2.0 / values * lfp.loss(rows)).cwiseSqrt()}};
  if (lfp.test) columns.push_back({"rms_test", VectorXd(lfp.test->rmse(rows))});
  std::vector<VectorXd> all;
  for (std::size_t k = 1; k < columns.size(); ++k) all.push_back(columns[k].values);
  DataFile data("Errors of the prediction over time");
  data.table("index 0: root mean squares of f − y, at the samples and at the test points", columns);
  Figure figure;
  figure.name = "loss";
  figure.title = "Error over time";
  figure.data = data.text();
  figure.commands =
      log_axis("x", {columns[0].values[0], columns[0].values[columns[0].values.size() - 1]}) +
      log_axis("y", decades(all)) + commands("set xlabel '{}' offset 0,1.5*lift\n", time_label) +
      "set ylabel 'root mean square of {/:Italic f} − {/:Italic y}'\nset key maxrows 1 width "
      "1\nplot \\\n"
      "  data using 1:2 with lines lc rgb prediction lw 2.2 dt (6,4) title 'samples'" +
      (lfp.test ? Words(", \\\n  data using 1:3 with lines lc rgb network lw 2.2 title 'test'\n")
                : Words("\n"));
  figure.alt =
      "Log-log plot of the prediction's error over time, at the samples and the test points.";
  figure.reading =
      "The error at the samples falls to zero, or to what a ridge, or samples at one x, leave. "
      "Where the error at the test points has its least, training should stop.";
  return figure;
}

std::optional<Figure> accuracy_over_time(const TheoryFile& file) {
  const std::vector<Index> rows = drawn(file.theory.t);
  const compare::ModelAlone& lfp = file.theory.lfp();
  if (rows.size() < 2 || !lfp.test || lfp.test->accuracy.size() == 0) return std::nullopt;
  const VectorXd t = file.theory.t(rows), accuracy = 100.0 * lfp.test->accuracy(rows);
  DataFile data("Test accuracy of the prediction over time");
  data.table("index 0: share of the test points that are classified right, in per cent",
             {{"t", t}, {"accuracy", accuracy}});
  Figure figure;
  figure.name = "accuracy";
  figure.title = "Test accuracy over time";
  figure.data = data.text();
  figure.commands =
      log_axis("x", {t[0], t[t.size() - 1]}) +
      commands("set xlabel '{}' offset 0,1.5*lift\nset yrange [0:100]\n", time_label) +
      "set ylabel 'classified right (%)'\nunset key\nplot data using 1:2 with lines lc rgb network "
      "lw 2.2\n";
  figure.alt = "The share of test points classified right over logarithmic time.";
  figure.reading = "The class is the sign of f, or the largest of several outputs.";
  return figure;
}

std::optional<Figure> curve(const TheoryFile& file) {
  if (file.x.rows() != 1 || file.y.cols() != 1 || file.points.cols() < 2) return std::nullopt;
  std::vector<Index> order(static_cast<std::size_t>(file.points.cols()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(),
            [&](Index i, Index j) { return file.points(0, i) < file.points(0, j); });
  const auto& f = file.theory.lfp().f.front();
  const VectorXd x = file.points.row(0).transpose()(order), last = f.col(f.cols() - 1)(order);
  const VectorXd at = file.x.row(0);
  DataFile data("The prediction at the last time, and the samples");
  std::vector<Column> columns{{"x", x}, {"f", last}};
  std::vector<VectorXd> shown{last, file.y.col(0)};
  const bool band = file.theory.deviation.has_value();
  if (band) {  // 95 % of a normal law
    const VectorXd wide = 1.96 * file.theory.deviation->col(f.cols() - 1)(order);
    for (const double side : {-1.0, 1.0}) shown.emplace_back(last + side * wide);
    columns.push_back({"low", shown[2]});
    columns.push_back({"high", shown[3]});
  }
  data.table("index 0: the prediction at the last time" +
                 std::string(band ? ", and between which bounds 95 % of the networks are" : ""),
             columns);
  data.table("index 1: the samples", {{"x", at}, {"y", file.y.col(0)}});
  Figure figure;
  figure.name = "curves";
  figure.title = "The prediction at the last time";
  figure.data = data.text();
  figure.commands =
      commands("set xrange {}\nset yrange {}\n", gnuplot_range(range_of({x, at})),
               gnuplot_range(padded(range_of(shown), 0.1))) +
      (band ? Words("set key maxrows 2\n") : Words("set key maxrows 1\n")) +
      "set xlabel '{/:Italic x}' offset 0,1.5*lift\nset ylabel '{/:Italic f}'\nplot \\\n" +
      (band ? Words("  data index 0 using 1:3:4 with filledcurves lc rgb prediction fillstyle "
                    "transparent solid 0.2 noborder title '95 % of networks', \\\n")
            : Words("")) +
      "  data index 0 using 1:2 with lines lc rgb prediction lw 2.2 title "
      "'prediction', \\\n  data index 1 using 1:2 with points pt 7 ps 0.5 lc rgb samples title "
      "'samples'\n";
  figure.alt = "The prediction over x, through the samples.";
  figure.reading = "What the network will have learnt at the last time that was asked for.";
  if (band)
    figure.reading +=
        " Networks that are drawn anew differ by their first outputs, of which training leaves the "
        "band.";
  return figure;
}

std::optional<Figure> rates(const TheoryFile& file) {
  VectorXd rate = file.theory.rates.reverse();
  const Index moving = (rate.array() > 0.0).count();
  if (moving < 2) return std::nullopt;
  rate.conservativeResize(moving);
  const VectorXd number = VectorXd::LinSpaced(moving, 1.0, static_cast<double>(moving));
  DataFile data("The rates of the prediction");
  data.table("index 0: the eigenvalues of the kernel at the samples, the largest first",
             {{"number", number}, {"rate", rate}});
  Figure figure;
  figure.name = "rates";
  figure.title = "How fast each direction is learnt";
  figure.data = data.text();
  figure.commands =
      log_axis("x", {0.8, 1.25 * static_cast<double>(moving)}) +
      log_axis("y", {0.7 * rate[moving - 1], rate[0] / 0.7}) +
      "set xlabel 'direction, the fastest first' offset 0,1.5*lift\nset ylabel 'rate (1/{/:Italic "
      "t})'\nunset key\nplot data using 1:2 with points pt 7 ps 0.3 lc rgb network\n";
  figure.alt = "Log-log plot of the rates over their number, falling.";
  figure.reading =
      "What is left of a direction falls as e^(−rate·t): a rate of 1 takes t = 2.3 for a tenth.";
  return figure;
}

std::string in_per_cent(double share) { return fmt::format("{:.2f} %", 100.0 * share); }

}  // namespace

std::vector<std::string> reading(const TheoryFile& file) {
  const compare::TheoryAlone& theory = file.theory;
  const VectorXd& rates = theory.rates;
  std::vector<std::string> out;
  const Index moving = (rates.array() > 0.0).count();
  if (moving > 0)
    out.push_back(fmt::format(
        "{} of {} directions are learnt, at rates from {:.3g} down to {:.3g}; gradient descent is "
        "stable below a step of {:.3g}.",
        moving, rates.size(), rates[rates.size() - 1], rates[rates.size() - moving],
        2.0 / rates[rates.size() - 1]));
  const compare::ModelAlone& lfp = theory.lfp();
  if (lfp.test) {
    const compare::TestScores& test = *lfp.test;
    out.push_back(
        fmt::format("At t = {:g} the test error is {:.3g} (root mean square), the least is {:.3g} "
                    "at t = {:.3g}.",
                    theory.t[theory.t.size() - 1], test.error.rmse, test.error.best_rmse,
                    test.error.best_time));
    if (test.accuracy.size() > 0)
      out.push_back(fmt::format("Of the test points {} are classified right, at best {}.",
                                in_per_cent(test.accuracy[test.accuracy.size() - 1]),
                                in_per_cent(test.accuracy.maxCoeff())));
  }
  out.emplace_back(theory.network_drawn
                       ? "The first weights of one network were drawn; it was not trained."
                       : "No network was drawn or trained.");
  return out;
}

std::vector<NotDrawn> write_theory_report(const TheoryFile& file,
                                          const std::filesystem::path& directory) {
  const json& s = file.summary;
  make_directory(directory / "figures");
  std::vector<NotDrawn> failed;
  std::string figures;
  std::size_t letter = 0;
  for (const auto& figure :
       {curve(file), errors_over_time(file), accuracy_over_time(file), rates(file)}) {
    if (!figure) continue;
    draw(*figure, directory / "figures", failed);
    figures += figure_html(*figure, figure_letter(letter++), drawing_of(*figure, directory), "");
  }
  std::string sentences = "<ul>\n";
  for (const std::string& sentence : reading(file))
    sentences += "<li>" + escaped(sentence) + "</li>\n";
  sentences += "</ul>\n";
  std::vector<Fact> numbers{{"model", value_at(s, "lfp.model")},
                            {"dimension", value_at(s, "problem.dim")},
                            {"samples", value_at(s, "problem.samples")},
                            {"outputs", value_at(s, "problem.outputs")},
                            {"points", value_at(s, "problem.points")},
                            {"largest rate", value_at(s, "rates.largest")},
                            {"smallest rate", value_at(s, "rates.smallest")},
                            {"loss at the start", value_at(s, "loss.first")},
                            {"loss at the last time", value_at(s, "loss.last")},
                            {"predicting took (s)", value_at(s, "seconds")}};
  if (s.contains("test"))
    for (const auto& [model, scores] : s.at("test").items())
      if (scores.is_object())
        numbers.push_back(
            {"test error, " + escaped(model), value_at(s, "test." + model + ".rmse")});
  const std::string files = fmt::format(
      "<p>Made by <code>fprinciple predict {}.toml</code></p>\n<p>Results: {} (every array, "
      "NetCDF-4) · {} (every number)</p>\n",
      escaped(file.name), link("result.nc", "result.nc"), link("summary.json", "summary.json"));
  write_text(
      directory / "report.html",
      document(file.title,
               fmt::format("<header>\n<h1>{}</h1>\n<p>What theory predicts, without a network "
                           "trained.</p>\n</header>\n<main>\n{}{}{}<div class=\"figures\">\n"
                           "{}</div>\n{}<div class=\"cards\">\n{}{}</div>\n</main>\n{}",
                           escaped(file.title), not_drawn_html(failed),
                           heading(2, "What this says"), sentences, figures,
                           heading(2, "The numbers"), card(2, "Numbers", facts(numbers)),
                           card(2, "Files, and how to get them again", files), footer(s))));
  return failed;
}

}  // namespace fprinciple::reports
