#include "reports/overlay.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "reports/axis.hpp"
#include "reports/data_file.hpp"
#include "reports/document.hpp"
#include "reports/html.hpp"
#include "reports/text_file.hpp"
#include "reports/thinning.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

namespace fs = std::filesystem;
using Eigen::Index;
using Eigen::VectorXd;

/// Names of gnuplot.cpp's colours, with a dash each.
constexpr std::array<Words, 8> styles{"lc rgb network",
                                      "lc rgb prediction dt (6,4)",
                                      "lc rgb target dt (2,3)",
                                      "lc rgb divergence dt (10,3,2,3)",
                                      "lc rgb zero_frequency dt (12,3)",
                                      "lc rgb nonlinearity dt (4,2)",
                                      "lc rgb finite_width dt (8,3,2,3,2,3)",
                                      "lc rgb samples dt (1,2)"};

void require_comparable(const std::vector<OverlaidRun>& runs) {
  if (runs.size() > styles.size())
    throw InputError(fmt::format("{} runs cannot be told apart in one figure; at most {} can",
                                 runs.size(), styles.size()));
  const OverlaidRun& first = runs.front();
  for (const OverlaidRun& laid : runs)
    if (laid.run.comparison.grid.dim() != first.run.comparison.grid.dim())
      throw InputError(
          fmt::format("{}: has dimension {}, {} has {}; only runs of one dimension can be overlaid",
                      laid.place.string(), laid.run.comparison.grid.dim(), first.place.string(),
                      first.run.comparison.grid.dim()));
}

/// As much of a label as a line of the legend has room for: gnuplot leaves a wider legend out.
std::string fitted(const std::string& label) {
  constexpr std::size_t kRoom = 64;
  std::string shown = base::excerpt(label, 400);
  std::size_t letters = 0;
  for (std::size_t at = 0; at < shown.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(shown[at]) & 0xC0U) != 0x80U;
    if (begins && ++letters > kRoom) return shown.substr(0, at) + "…";
  }
  return shown;
}

std::vector<std::string> labels(const std::vector<OverlaidRun>& runs) {
  std::vector<std::string> titles, out;
  for (const OverlaidRun& laid : runs)
    titles.push_back(laid.run.title.empty() ? laid.run.name : laid.run.title);
  for (std::size_t k = 0; k < runs.size(); ++k)
    out.push_back(fitted(std::count(titles.begin(), titles.end(), titles[k]) == 1
                             ? titles[k]
                             : fmt::format("{} ({})", titles[k], runs[k].place.string())));
  return out;
}

/// One line for each run, of its own table x, y.
struct Lines {
  std::string name, title, what;  ///< of the figure, and of each table
  std::vector<VectorXd> x, y;
  Script axes;
};

Figure figure(const Lines& lines, const std::vector<std::string>& names,
              const std::string& reading) {
  DataFile file(lines.title);
  Script plots;
  for (std::size_t k = 0; k < names.size(); ++k) {
    file.table(fmt::format("index {}: {}, of {}", k, lines.what, names[k]),
               {{"x", lines.x[k]}, {"y", lines.y[k]}});
    plots += commands("{}data index {} using 1:2 with lines lw 2 {} title {}",
                      k == 0 ? Words("") : Words(", \\\n  "), k, styles[k], in_quotes(names[k]));
  }
  Figure out;
  out.name = lines.name;
  out.title = lines.title;
  out.width_cm = 12.0;
  out.height_cm = 7.0 + 0.45 * static_cast<double>(names.size());
  out.data = file.text();
  out.commands = lines.axes + commands("set key maxrows {}\nplot \\\n  {}\n", names.size(), plots);
  out.alt =
      fmt::format("Line plot of {}, a line for each of {}.", lines.what, fmt::join(names, ", "));
  out.reading = reading;
  return out;
}

Figure curves(const std::vector<OverlaidRun>& runs, const std::vector<std::string>& names) {
  Lines lines{"curves", "The trained networks", "f(x) at the last time", {}, {}, {}};
  for (const OverlaidRun& laid : runs) {
    const compare::Comparison& c = laid.run.comparison;
    const std::vector<Index> points = thinned(c.grid, 2000);
    lines.x.emplace_back(c.grid.points.row(0).transpose()(points));
    lines.y.emplace_back(c.f_nn.col(c.t.size() - 1)(points));
  }
  lines.axes = commands(
      "set xrange {}\nset yrange {}\nset xlabel '{{/:Italic x}}' offset 0,1.5*lift\n"
      "set ylabel '{{/:Italic f}}({{/:Italic x}})'\n",
      gnuplot_range(range_of(lines.x)), gnuplot_range(padded(range_of(lines.y), 0.07)));
  return figure(lines, names, "Each line is the network of one run at the run's own last time.");
}

/// A quantity over time, both axes logarithmic.
Figure over_time(Lines lines, const std::vector<OverlaidRun>& runs,
                 const std::vector<std::string>& names, VectorXd compare::Comparison::*values,
                 Words label, const std::string& reading) {
  for (const OverlaidRun& laid : runs) {
    const std::vector<Index> rows = positive(laid.run.comparison.t);
    lines.x.emplace_back(laid.run.comparison.t(rows));
    lines.y.emplace_back((laid.run.comparison.*values)(rows));
  }
  lines.axes = log_axis("x", range_of(lines.x)) + log_axis("y", decades(lines.y)) +
               commands("set xlabel '{}' offset 0,1.5*lift\nset ylabel '{}'\n", time_label, label);
  return figure(lines, names, reading);
}

std::string table(const std::vector<OverlaidRun>& runs, const std::vector<std::string>& names) {
  std::string rows;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    rows +=
        fmt::format("<tr data-experiment=\"{}\"><th scope=\"row\">{}</th>", k, escaped(names[k]));
    for (const char* key : {"problem.dim", "problem.samples", "problem.width", "train.time",
                            "train.loss", "error.rmse", "error.relative_l2", "train.seconds"})
      rows += "<td>" + value_at(runs[k].run.summary, key) + "</td>";
    rows += "</tr>\n";
  }
  return "<div class=\"card scroll\" tabindex=\"0\" role=\"group\" aria-label=\"runs\"><table>\n"
         "<thead><tr><th scope=\"col\">run</th><th scope=\"col\"><i>d</i></th>"
         "<th scope=\"col\"><i>n</i></th><th scope=\"col\"><i>m</i></th>"
         "<th scope=\"col\">last <i>t</i></th><th scope=\"col\">last loss</th>"
         "<th scope=\"col\">rmse network − prediction</th><th scope=\"col\">relative L²</th>"
         "<th scope=\"col\">training (s)</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

}  // namespace

std::vector<Figure> overlay_figures(const std::vector<OverlaidRun>& runs) {
  require_comparable(runs);
  const std::vector<std::string> names = labels(runs);
  std::vector<Figure> figures;
  if (runs.front().run.comparison.grid.dim() == 1) figures.push_back(curves(runs, names));
  if (std::all_of(runs.begin(), runs.end(), [](const OverlaidRun& laid) {
        return positive(laid.run.comparison.t).size() > 1;
      })) {
    figures.push_back(over_time({"loss", "Loss over time", "the network's loss over t", {}, {}, {}},
                                runs, names, &compare::Comparison::loss_nn,
                                "½Σ({/:Italic f} − {/:Italic y})²",
                                "The loss of each network on its own samples."));
    figures.push_back(over_time(
        {"error",
         "Distance of network and prediction over time",
         "the root mean square of network − prediction over t",
         {},
         {},
         {}},
        runs, names, &compare::Comparison::rmse, "root mean square on the grid",
        "How far each network is from its own prediction, root mean square on its grid."));
  }
  return figures;
}

std::vector<NotDrawn> write_overlay(const std::vector<OverlaidRun>& runs,
                                    const fs::path& directory) {
  const std::vector<Figure> figures = overlay_figures(runs);
  make_directory(directory / "figures");
  std::string body;
  std::vector<NotDrawn> failed;
  for (std::size_t k = 0; k < figures.size(); ++k) {
    draw(figures[k], directory / "figures", failed);
    body += figure_html(figures[k], figure_letter(k), drawing_of(figures[k], directory), "");
  }
  const std::string title = fmt::format("{} runs, overlaid", runs.size());
  write_text(directory / "report.html",
             document(title, "<header>\n" + heading(1, title) +
                                 "<p>In every figure each run has its own colour and dash. The "
                                 "times are of each run's own gradient flow.</p>\n</header>\n"
                                 "<main>\n" +
                                 not_drawn_html(failed) + table(runs, labels(runs)) +
                                 heading(2, "Figures") + "<div class=\"figures\">\n" + body +
                                 "</div>\n</main>\n"));
  return failed;
}

}  // namespace fprinciple::reports
