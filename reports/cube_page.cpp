#include "reports/cube_page.hpp"

#include "reports/html.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;

/// The first cell of a row heads it.
std::string row(const std::vector<std::string>& cells, bool head) {
  std::string out = "<tr>";
  for (std::size_t k = 0; k < cells.size(); ++k)
    out += head     ? fmt::format("<th scope=\"col\">{}</th>", cells[k])
           : k == 0 ? fmt::format("<th scope=\"row\">{}</th>", cells[k])
                    : fmt::format("<td>{}</td>", cells[k]);
  return out + "</tr>\n";
}

std::string table(const Table& table, const std::string& label) {
  std::string rows;
  for (const std::vector<std::string>& cells : table.rows) rows += row(cells, false);
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table>\n<thead>{}"
      "</thead>\n<tbody>\n{}</tbody></table></div>\n",
      escaped(label), row(table.head, true), rows);
}

std::string details(const std::string& summary, const std::string& body) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", summary, body);
}

std::string numbers(const CubeDrawing& drawing) {
  const std::string title = drawing.figure.title;
  return fmt::format(
      "\n{}{}", table(drawing.glance, fmt::format("{}, at a glance", title)),
      details(fmt::format("The {} values behind the figure", drawing.numbers.rows.size()),
              table(drawing.numbers, fmt::format("{}, every value", title))));
}

std::string size_in_words(const runs::Cube& cube) {
  std::vector<std::string> sizes;
  sizes.reserve(cube.axes.size());
  for (const runs::CubeAxis& axis : cube.axes) sizes.push_back(std::to_string(axis.size()));
  return sizes.size() < 2 ? fmt::format("{}", cube.size())
                          : fmt::format("{} = {}", fmt::join(sizes, " × "), cube.size());
}

std::string axes(const runs::Cube& cube) {
  constexpr Index most = 12;
  std::vector<Fact> lines;
  for (const runs::CubeAxis& axis : cube.axes) {
    std::vector<std::string> shown;
    for (Index i = 0; i < axis.size(); ++i)
      if (axis.size() <= most || i < 3 || i == axis.size() - 1)
        shown.push_back(escaped(coordinate(axis, i)));
      else if (i == 3)
        shown.emplace_back("…");
    lines.push_back({escaped(axis.name), fmt::format("{}", fmt::join(shown, ", "))});
  }
  lines.push_back({"cells", size_in_words(cube)});
  return facts(lines);
}

/// The coordinates of a cell; the last axis runs fastest.
std::string cell_in_words(const runs::Cube& cube, Index cell) {
  std::vector<std::string> words;
  for (std::size_t k = cube.axes.size(); k-- > 0;) {
    const runs::CubeAxis& axis = cube.axes[k];
    words.push_back(fmt::format("{} = {}", axis.name, coordinate(axis, cell % axis.size())));
    cell /= axis.size();
  }
  std::reverse(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string failures(const runs::Cube& cube) {
  Table list{{"cell", "why it failed"}, {}};
  for (std::size_t k = 0; k < cube.failures.size(); ++k)
    if (!cube.failures[k].empty())
      list.rows.push_back(
          {escaped(cell_in_words(cube, static_cast<Index>(k))), escaped(cube.failures[k])});
  if (list.rows.empty()) return {};
  return fmt::format("<div class=\"card warnings\" role=\"note\">{}</div>\n",
                     details(fmt::format("<strong>{} of {} cells failed</strong>", list.rows.size(),
                                         cube.failures.size()),
                             table(list, "failed cells")));
}

std::string reproduction(const CubeSection& section) {
  const runs::Cube& cube = *section.cube;
  return fmt::format(
      "<p>Made by <code>fprinciple sweep {}.toml</code></p>\n"
      "<p>Results: {} (every number in every cell, NetCDF-4) · {} (every number at a glance on "
      "this page, under study)</p>\n{}{}",
      escaped(cube.name), link(section.folder + "result.nc", "result.nc"),
      link(section.folder + "summary.json", "summary.json"),
      details("The sweep file", fmt::format("<pre>{}</pre>", escaped(cube.text))),
      details("The experiment that it varies",
              fmt::format("<pre>{}</pre>", escaped(cube.experiment_text))));
}

}  // namespace

std::string cube_body(const CubeSection& section, Level level) {
  const runs::Cube& cube = *section.cube;
  std::string figures;
  for (std::size_t k = 0; k < section.drawings.size(); ++k)
    figures += figure_html(section.drawings[k].figure, figure_letter(k), section.svg[k],
                           section.folder, numbers(section.drawings[k]));
  return fmt::format("{}{}<div class=\"figures\">\n{}</div>\n{}<div class=\"cards\">\n{}{}</div>\n",
                     not_drawn_html(section.failed), failures(cube), figures,
                     heading(level, "How it was made"), card(level, "What was varied", axes(cube)),
                     card(level, "Files, and how to get them again", reproduction(section)));
}

std::string cube_lede(const runs::Cube& cube) {
  return fmt::format("<p>One experiment in {} cells.</p>\n", size_in_words(cube));
}

std::string cube_page(const CubeSection& section) {
  const runs::Cube& cube = *section.cube;
  const std::string title = cube.title.empty() ? cube.name : cube.title;
  return document(title, fmt::format("<header>\n<h1>{}</h1>\n{}</header>\n<main>\n{}</main>\n{}",
                                     escaped(title), cube_lede(cube), cube_body(section, 2),
                                     footer(cube.summary)));
}

}  // namespace fprinciple::reports
