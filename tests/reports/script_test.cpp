#include "reports/script.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "reports/cube_drawing.hpp"
#include "reports/gnuplot.hpp"
#include "reports/overlay.hpp"
#include "reports/text_file.hpp"
#include "tests/reports/hostile.hpp"
#include "tests/reports/page_checks.hpp"
#include "tests/reports/synthetic.hpp"
#include "tests/reports/synthetic_cube.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace fprinciple;
using namespace tests;
using base::excerpt;
using reports::Figure;
namespace fs = std::filesystem;

namespace {

/// A cube whose axes, coordinates and numbers are called by this text.
runs::Cube hostile_cube(const std::string& text) {
  runs::Cube cube =
      empty_cube({number_axis("m" + text, {100, 400, 1600}), number_axis("seeds." + text, {1, 2}),
                  name_axis("method" + text, {text + "1", text + "2"})});
  cube.name = cube.title = text;
  add_number(cube, "e" + text, [](const std::vector<double>& at) {
    return (1.0 + at[2]) / at[0] * (1 + 0.01 * at[1]);
  });
  return cube;
}

/// Every text of a sweep's figure that a user writes is `text`, or holds it.
std::vector<Figure> figures_of_sweeps(const std::string& text) {
  const runs::Cube cube = hostile_cube(text);
  const std::string &m = cube.axes[0].name, &seeds = cube.axes[1].name, &method = cube.axes[2].name,
                    e = "e" + text;
  runs::CubeFigure lines;
  lines.name = "lines";
  lines.x = lines.along = m;
  lines.y = {e};
  lines.over = seeds;
  lines.by = method;
  lines.log = "xy";
  lines.slope = true;
  lines.guides = {-0.5, 1e300};
  lines.lines = {{'y', 1e-3, text}, {'x', 300.0, text}};
  lines.title = lines.x_label = lines.y_label = lines.reading = text;
  runs::CubeFigure named = lines;  // names for the lines, and those of the keys for the axes
  named.name = "named";
  named.names = {text, text};
  named.x_label.clear();
  named.y_label.clear();
  named.log.clear();
  named.guides.clear();
  runs::CubeFigure places = named;  // names along the axis
  places.name = "places";
  places.x = places.along = method;
  places.by.clear();
  places.at[m] = 1;
  places.names.clear();
  places.slope = false;
  places.lines.resize(1);
  runs::CubeFigure map = places;
  map.name = "map";
  map.map = true;
  map.at.clear();
  map.x = map.along = m;
  map.y = {method};
  map.z = e;
  map.x_label = text;
  map.z_label = text;
  map.contours = {1e-3, 1e-2};
  runs::CubeFigure keys = map;  // with the keys instead of labels
  keys.name = "keys";
  keys.x_label.clear();
  keys.z_label.clear();
  std::vector<Figure> out;
  for (const runs::CubeFigure& figure : {lines, named, places})
    out.push_back(reports::draw_lines(cube, figure, {e}).figure);
  for (const runs::CubeFigure& figure : {map, keys})
    out.push_back(reports::draw_map(cube, figure).figure);
  return out;
}

/// Two runs with titles that differ, and two whose places part them.
std::vector<Figure> overlays(const std::string& text) {
  std::vector<reports::OverlaidRun> runs(2, {text + "p", synthetic(1, false)});
  runs[1].place = text + "q";
  runs[0].run.title = text + "a";
  runs[1].run.title = text + "b";
  std::vector<Figure> out = reports::overlay_figures(runs);
  for (reports::OverlaidRun& run : runs) run.run.title = text;
  if (text.empty())
    for (reports::OverlaidRun& run : runs) run.run.name = "";
  for (Figure& figure : reports::overlay_figures(runs)) {
    figure.name += "_of_places";
    out.push_back(std::move(figure));
  }
  return out;
}

/// A run's own figures, the film among them; every text of the run is `text`.
std::vector<Figure> figures_of_runs(const std::string& text) {
  std::vector<Figure> out;
  for (const Eigen::Index dim : {1, 2}) {
    runs::Run run = synthetic(dim, true);
    compare::Comparison& c = run.comparison;
    for (const compare::Model model : {compare::Model::linearised, compare::Model::complete}) {
      compare::ModelValues values = c.models.front();
      values.model = model;
      values.f.array() += 0.1;
      c.models.insert(c.models.begin(), values);
      ++c.prediction;
    }
    c.power_function = Eigen::VectorXd::Constant(c.grid.size(), 0.2);
    run.summary["bounds"] = {{"published", 3.0},
                             {"sharper", 2.0},
                             {"radius", 1.0},
                             {"measured_lfp_l2", 0.5},
                             {"note", text}};
    run.summary["warnings"] = {text};
    run.name = run.title = run.experiment_text = text;
    for (const runs::FigureName name : base::all_values<runs::FigureName>())
      if (auto figure = reports::make_figure(name, run)) out.push_back(*std::move(figure));
    out.push_back(reports::film(c).value());
    for (Figure& figure : out)
      if (!figure.name.ends_with("_d")) figure.name += fmt::format("_{}_d", dim);
  }
  return out;
}

/// As long on paper, and nothing but letters.
std::string harmless(const std::string& text) {
  return std::string(reports::characters(text), 'x');
}

bool is_text_byte(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '\x7f'; }

/// What a script says besides texts: comments are left out, strings in single quotes are all ''.
/// Fails when a text does what none of ours may. Lines of the whole are joined where they end in a
/// backslash, as gnuplot does.
std::string skeleton(const std::string& script) {
  std::string out;
  bool fine = true;
  for (std::size_t at = 0; at < script.size(); ++at) {
    const char c = script[at];
    fine = fine && (c == '\n' || is_text_byte(c));
    if (c == '#') {
      const std::size_t end = script.find('\n', at);
      if (end == std::string::npos) FAIL("a comment without an end");
      fine = fine && script[end - 1] != '\\';
      at = end - 1;
    } else if (c == '\'') {
      const std::size_t end = script.find('\'', at + 1);
      if (end == std::string::npos) FAIL("a string without an end");
      const std::string inside = script.substr(at + 1, end - at - 1);
      fine = fine && inside.find_first_of("\"`@$\n") == std::string::npos &&
             script[end + 1] != '\'' && excerpt(inside, 1U << 20) == inside;
      for (std::size_t k = 0; (k = inside.find('\\', k)) != std::string::npos; k += 2)
        fine = fine && k + 1 < inside.size() &&
               (std::string("{}_^&~").find(inside[k + 1]) != std::string::npos ||
                (inside[k + 1] >= '0' && inside[k + 1] <= '7'));
      out += "''";
      at = end;
    } else if (c == '"') {
      const std::size_t end = script.find('"', at + 1);  // the program's own have no quotes inside
      if (end == std::string::npos) FAIL("a string without an end");
      out += script.substr(at, end - at + 1);
      at = end;
    } else {
      out += c;
    }
  }
  CHECK(fine);
  return out;
}

/// The lines of a data file that are no comments.
std::string numbers(const std::string& data) {
  std::string out;
  bool fine = true;
  std::istringstream lines(data);
  for (std::string line; std::getline(lines, line);) {
    fine = fine && std::all_of(line.begin(), line.end(), is_text_byte);
    if (line.starts_with('#')) continue;
    fine = fine && line.find_first_not_of(" 0123456789+-.einaN") == std::string::npos;
    out += line + '\n';
  }
  CHECK(fine);
  return out;
}

void check_scripts(const std::vector<std::string>& texts,
                   const std::function<std::vector<Figure>(const std::string&)>& figures) {
  for (const std::string& text : texts) {
    INFO(fmt::format("the text, in octal as gnuplot has it: {}", reports::in_quotes(text).text()));
    const std::vector<Figure> drawn = figures(text), expected = figures(harmless(text));
    REQUIRE(drawn.size() == expected.size());
    for (std::size_t k = 0; k < drawn.size(); ++k) {
      INFO(drawn[k].name);
      const std::string bones = skeleton(reports::script(drawn[k]).text());
      CHECK(bones == skeleton(reports::script(expected[k]).text()));
      std::string found;
      for (const char* word : {"system", "load", "call", "eval", "shell", "PWNED", "`", "!"})
        if (has(bones, word)) found = word;
      CHECK(found.empty());
      CHECK(numbers(drawn[k].data) == numbers(expected[k].data));
    }
  }
}

/// Every text of an SVG as a reader sees it.
std::vector<std::string> texts_of(const std::string& svg) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = svg.find("<text", at)) != std::string::npos;) {
    const std::size_t end = svg.find("</text>", at);
    std::string text;
    for (bool inside = false; at < end; ++at) {
      if (svg[at] == '<') inside = true;
      if (!inside) text += svg[at];
      if (svg[at] == '>') inside = false;
    }
    for (const auto& [entity, letter] :
         {std::pair("&lt;", "<"), {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}})
      for (std::size_t k = 0; (k = text.find(entity, k)) != std::string::npos; ++k)
        text.replace(k, std::string(entity).size(), letter);
    out.push_back(text);
  }
  return out;
}

}  // namespace

TEST_CASE("text in quotes has nothing that gnuplot reads as more than text", "[script]") {
  using reports::in_quotes;
  CHECK(in_quotes("plain γ² text, 1.5 (a)").text() == "'plain γ² text, 1.5 (a)'");
  CHECK(in_quotes("x_0").text() == "'x\\_0'");
  CHECK(in_quotes("it's").text() == "'it{\\047}s'");
  CHECK(in_quotes("\\U+0041").text() == "'{\\134}U+0041'");
  CHECK(in_quotes("a\nb\tc").text() == "'a{\\134}x0ab{\\134}x09c'");
  CHECK(in_quotes("10 % of $x #1").text() == "'10 {\\045} of {\\044}x {\\043}1'");
  CHECK(in_quotes("@data `id` \"q\"").text() == "'{\\100}data {\\140}id{\\140} {\\042}q{\\042}'");
  CHECK(reports::characters(in_quotes(std::string(5000, 'x')).text()) == 403);
  for (const std::string& text : hostile_texts(5000, 3)) {
    const std::string script = in_quotes(text).text();
    REQUIRE((script.front() == '\'' && script.back() == '\''));
    REQUIRE(script.substr(1, script.size() - 2).find_first_of("'\"`@%$#\n\r\t") ==
            std::string::npos);
  }
  CHECK(reports::comment("a\\").text() == "# a\\ \n");
  CHECK(reports::comment("a\nb").text() == "# a\\x0ab\n");
}

TEST_CASE("numbers that gnuplot has no word for", "[script]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(reports::commands("{:g} {:.3f} {n:.2e}", -nan, 1.0 / 0.0, reports::Argument("n", 5.0))
            .text() == "NaN NaN 5.00e+00");
}

TEST_CASE("no text of a sweep leaves its place in a script", "[script]") {
  check_scripts(hostile_texts(1000, 1), figures_of_sweeps);
}

TEST_CASE("no text of overlaid runs leaves its place in a script", "[script]") {
  check_scripts(hostile_texts(1000, 2), overlays);
}

TEST_CASE("no text of a run leaves its place in a script", "[script]") {
  check_scripts(classic_texts(), figures_of_runs);
}

TEST_CASE("a figure's name must be plain", "[script]") {
  const ScratchDirectory scratch;
  Figure figure = reports::make_figure(runs::FigureName::loss, synthetic(1, false)).value();
  std::vector<std::string> names = classic_texts();
  names.insert(names.end(), {"../a", "a/b", ".", "..", "a b", "a.gp", "-\n", "é"});
  for (const std::string& name : names) {
    if (name == std::string(5000, 'x')) continue;  // only too long
    figure.name = name;
    INFO(name);
    CHECK_THROWS_AS(reports::draw(figure, scratch.path), InputError);
  }
  CHECK(fs::is_empty(scratch.path));
}

TEST_CASE("hostile texts are shown as they were written, and do nothing else", "[script]") {
  const ScratchDirectory scratch;
  const std::vector<std::string> texts = classic_texts();
  std::size_t k = 0;
  std::set<std::string> expected;
  for (const std::string& text : texts) {
    INFO(reports::in_quotes(text).text());
    // One figure each, so that every kind has many.
    std::vector<Figure> all = figures_of_sweeps(text);
    std::vector<Figure> over = overlays(text);
    std::move(over.begin(), over.end(), std::back_inserter(all));
    Figure figure = std::move(all[k++ % all.size()]);
    const std::string kind = figure.name;
    INFO(kind);
    figure.name = fmt::format("{}_{}", kind, k);
    CHECK(reports::draw(figure, scratch.path).value_or("drawn") == "drawn");
    for (const char* extension : {".gp", ".dat", ".svg", ".pdf"})
      expected.insert(figure.name + extension);
    const std::string svg = reports::read_text(scratch.path / (figure.name + ".svg"));
    CHECK(balanced(svg));
    if (text.empty() || text.size() > 150) continue;
    bool shown = false;
    for (const std::string& line : texts_of(svg)) shown = shown || has(line, excerpt(text, 400));
    CHECK(shown);
  }
  for (const auto& entry : fs::directory_iterator(scratch.path))
    CHECK(expected.count(entry.path().filename().string()) == 1);
  CHECK_FALSE(fs::exists(canary));
}

TEST_CASE("commands that did get into a script can start nothing", "[script]") {
  const ScratchDirectory scratch;
  Figure figure = reports::make_figure(runs::FigureName::loss, synthetic(1, false)).value();
  for (const reports::Words words :
       {reports::Words("system('touch PWNED')\n"), reports::Words("!touch PWNED\n"),
        reports::Words("x = system('touch PWNED')\n"), reports::Words("x = `touch PWNED`\n"),
        reports::Words("plot '<touch PWNED; echo 1 1'\n"), reports::Words("shell touch PWNED\n"),
        reports::Words("set output '|touch PWNED'\nplot x\n"),
        reports::Words("set print '|touch PWNED'\nprint 1\n"),
        reports::Words("load '<touch PWNED; echo x=1'\n")}) {
    INFO(words.text());
    Figure here = figure;
    here.commands = words + figure.commands;
    (void)reports::draw(here, scratch.path);
    for (const auto& entry : fs::directory_iterator(scratch.path))
      CHECK(entry.path().filename().string() != canary);
  }
}
