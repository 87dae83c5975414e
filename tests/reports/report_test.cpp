#include "reports/report.hpp"

#include "base/error.hpp"
#include "reports/figure.hpp"
#include "reports/gnuplot.hpp"
#include "reports/html.hpp"
#include "reports/overlay.hpp"
#include "reports/text_file.hpp"
#include "tests/reports/page_checks.hpp"
#include "tests/reports/synthetic.hpp"

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace fprinciple;
using reports::read_text;
using runs::FigureName;
using tests::balanced;
using tests::count;
using tests::has;
using tests::ScratchDirectory;
using tests::synthetic;
namespace fs = std::filesystem;

namespace {

/// The figures of a results directory, each of which must be complete. The film has one output, the
/// others two.
std::set<std::string> drawn(const fs::path& results) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(results / "figures")) {
    const std::string extension = entry.path().extension().string();
    CHECK((extension == ".gp" || extension == ".dat" || extension == ".svg" ||
           extension == ".pdf" || extension == ".gif"));
    CHECK(entry.file_size() > 0);
    names.insert(entry.path().stem().string());
  }
  for (const std::string& name : names)
    for (const char* extension : name == "film"
                                     ? std::vector<const char*>{".gp", ".dat", ".gif"}
                                     : std::vector<const char*>{".gp", ".dat", ".svg", ".pdf"})
      CHECK(fs::exists(results / "figures" / (name + extension)));
  return names;
}

/// The page without its images, which are long and encoded.
std::string without_images(const std::string& html) {
  std::string out;
  const std::string start = "data:image/svg+xml;base64,";
  std::size_t from = 0;
  for (std::size_t at = 0; (at = html.find(start, from)) != std::string::npos;) {
    out += html.substr(from, at - from);
    from = html.find('"', at);
  }
  return out + html.substr(from);
}

/// Sets PATH, and sets it back.
struct PathVariable {
  std::string before = std::getenv("PATH");
  explicit PathVariable(const std::string& value) { setenv("PATH", value.c_str(), 1); }
  ~PathVariable() { setenv("PATH", before.c_str(), 1); }
  PathVariable(const PathVariable&) = delete;
  PathVariable& operator=(const PathVariable&) = delete;
};

/// With a ladder whose rungs are constant over the grid: non-linearity 0.004, finite width 0.03,
/// zero frequency 0.0002, divergence term 0.1.
runs::Run with_ladder() {
  using compare::Model;
  runs::Run run = synthetic(1, false);
  compare::Comparison& c = run.comparison;
  const auto above = [&](Model model, double distance) {
    compare::ModelValues values = c.models.front();
    values.model = model;
    values.f.array() += distance;
    c.models.insert(c.models.begin(), values);
  };
  above(Model::lfp2020, 0.1);
  above(Model::complete, 2e-4);
  above(Model::linearised, 0.03);
  c.prediction = 3;
  c.f_nn = c.models.front().f.array() - 4e-3;
  return run;
}

/// One that the ladder has.
Eigen::MatrixXd& values(runs::Run& run, std::size_t place) {
  return run.comparison.models.at(place).f;
}
void remove_model(runs::Run& run, std::size_t place) {
  run.comparison.models.erase(run.comparison.models.begin() + static_cast<std::ptrdiff_t>(place));
  --run.comparison.prediction;
}

/// With bounds: ρ P_S is twice the limit's error and 0.1, the levels are those of the summary.
runs::Run with_bounds() {
  runs::Run run = synthetic(1, true);
  compare::Comparison& c = run.comparison;
  c.models.front().limit.array() += 0.05;
  c.power_function = 2.0 * (*c.target - c.lfp().limit).cwiseAbs().array() + 0.1;
  run.summary["bounds"] = {{"fp_norm", 3.25},
                           {"data_norm", 3.125},
                           {"delta", 0.05},
                           {"published", 1234.5},
                           {"sharper", 321.5},
                           {"power_function", 0.0625},
                           {"radius", 0.0185},
                           {"measured_lfp", 0.00925},
                           {"measured_lfp_l2", 0.0151},
                           {"measured_nn", 0.0138},
                           {"measured_nn_l2", nullptr},
                           {"measured_error", 3e-5},
                           {"tightness", {{"published", 134072.0}, {"radius", 1.5}}},
                           {"note", "the lattice <ends>"}};
  return run;
}

/// The second column of a figure's last table.
std::vector<double> last_table(const reports::Figure& figure) {
  std::istringstream rows(figure.data.substr(figure.data.rfind('#')));
  std::string line;
  std::getline(rows, line);
  std::vector<double> out;
  for (double first = 0.0, second = 0.0; rows >> first >> second;) out.push_back(second);
  return out;
}

}  // namespace

TEST_CASE("every figure that applies is drawn, and no other", "[reports]") {
  const bool with_target = GENERATE(false, true);
  const ScratchDirectory line, plane;
  reports::write_report(synthetic(1, with_target), line.path);
  CHECK(drawn(line.path) ==
        std::set<std::string>{"curves", "error", "film", "loss", "scatter", "spectrum"});
  reports::write_report(synthetic(2, with_target), plane.path);
  CHECK(drawn(plane.path) ==
        std::set<std::string>{"error", "film", "loss", "maps", "scatter", "spectrum"});
}

TEST_CASE("a list of points has no maps", "[reports]") {
  auto run = synthetic(2, false);
  run.comparison.grid.axes.clear();
  run.comparison.frequency.resize(0);
  const ScratchDirectory scratch;
  reports::write_report(run, scratch.path);
  CHECK(drawn(scratch.path) == std::set<std::string>{"error", "loss", "scatter"});
}

TEST_CASE("one snapshot is enough for the figures without a time axis", "[reports]") {
  auto run = synthetic(1, false);
  run.comparison.t.conservativeResize(1);
  const ScratchDirectory scratch;
  reports::write_report(run, scratch.path);
  CHECK(drawn(scratch.path) == std::set<std::string>{"curves", "scatter"});
}

TEST_CASE("the figures that were asked for, and the page names one that does not apply",
          "[reports]") {
  const ScratchDirectory scratch;
  reports::write_report(synthetic(1, false), scratch.path, {FigureName::loss, FigureName::maps});
  CHECK(drawn(scratch.path) == std::set<std::string>{"loss"});
  CHECK(has(read_text(scratch.path / "report.html"), "Asked for, but not applicable here: maps."));
}

TEST_CASE("drawings stand alone", "[reports]") {
  const ScratchDirectory scratch;
  reports::write_report(synthetic(2, true), scratch.path);
  for (const std::string& name : drawn(scratch.path)) {
    INFO(name);
    if (name == "film") continue;
    const std::string svg = read_text(scratch.path / "figures" / (name + ".svg"));
    CHECK(balanced(svg));
    CHECK(svg.size() < 400'000);
    CHECK(count(svg, "http") == count(svg, "xmlns"));  // the namespaces' names only
    static const std::regex reference("href\\s*=\\s*['\"](?!#|data:)");
    CHECK_FALSE(std::regex_search(svg, reference));
    CHECK(read_text(scratch.path / "figures" / (name + ".pdf")).substr(0, 5) == "%PDF-");
  }
}

TEST_CASE("a user can redraw a figure from its script and data", "[reports]") {
  const ScratchDirectory scratch;
  reports::write_report(synthetic(1, true), scratch.path, {FigureName::curves});
  const fs::path figures = scratch.path / "figures";
  const std::string before = read_text(figures / "curves.svg");
  fs::remove(figures / "curves.svg");
  fs::remove(figures / "curves.pdf");
  REQUIRE(std::system(("cd '" + figures.string() + "' && gnuplot curves.gp").c_str()) == 0);
  CHECK(read_text(figures / "curves.svg") == before);
  CHECK(fs::exists(figures / "curves.pdf"));
}

TEST_CASE("the page is well formed, self-contained and escaped", "[reports]") {
  const ScratchDirectory scratch;
  reports::write_report(synthetic(1, true), scratch.path);
  const std::string html = read_text(scratch.path / "report.html");
  CHECK(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  CHECK(balanced(html));
  CHECK_FALSE(has(html, "http:"));
  CHECK_FALSE(has(html, "https:"));
  CHECK(count(html, "<script") == 2);  // the player's data and its script
  CHECK_FALSE(has(html, "<b>"));
  CHECK(has(html, "<h1>Sines, &lt;b&gt;low &amp; first&lt;/b&gt; &quot;quoted&quot;</h1>"));
  CHECK(has(html, "&lt;/pre&gt;&lt;script&gt;"));
  CHECK(has(html, "<li>p_b(0) was estimated &amp; &lt;may&gt; be off</li>"));
  CHECK(has(html, "not run: the lattice is &lt;too&gt; large"));
  CHECK(has(html, "fprinciple run synthetic.toml"));
  CHECK(count(html, "<figure") == 6);
  CHECK(count(html, "<img alt=\"") == 5);
  CHECK(count(html, "<figcaption>") == 6);
  CHECK(has(html, "<strong>Figure B. Loss over time.</strong>"));
}

TEST_CASE("links lead to files", "[reports]") {
  const ScratchDirectory scratch;
  reports::write_report(synthetic(1, true), scratch.path);
  const std::string html = without_images(read_text(scratch.path / "report.html"));
  static const std::regex link("href=\"([^\"]+)\"");
  std::set<std::string> others;
  for (auto it = std::sregex_iterator(html.begin(), html.end(), link); it != std::sregex_iterator();
       ++it) {
    const std::string target = (*it)[1];
    if (target.starts_with("#"))
      CHECK(count(html, "id=\"" + target.substr(1) + "\"") == 1);
    else if (target.starts_with("figures/"))
      CHECK(fs::exists(scratch.path / target));
    else
      others.insert(target);
  }
  CHECK(others == std::set<std::string>{"data:,", "result.nc", "summary.json"});
}

TEST_CASE("every number on the page is one of the summary", "[reports]") {
  const auto run = synthetic(1, true);
  const ScratchDirectory scratch;
  reports::write_report(run, scratch.path);
  const std::string html = without_images(read_text(scratch.path / "report.html"));
  for (const char* exact :
       {"0.00381249\">0.00381<", "0.99951\">1.00<", "9.9999e-07\">1.00 × 10<sup>−6<",
        "8.76543e-13\">8.77 × 10<sup>−13<", "54321.5\">54322<", "4.5678e-14\">4.57 × 10<sup>−14<"})
    CHECK(has(html, std::string("value=\"") + exact));
  CHECK(has(html, ">12345678</data></dd>"));
  CHECK(has(html, ">18446744073709551615</data></dd>"));
  CHECK(has(html, "<dd>–</dd>"));

  static const std::regex data("<data data-key=\"([^\"]+)\" value=\"([^\"]+)\">");
  std::size_t numbers = 0;
  for (auto it = std::sregex_iterator(html.begin(), html.end(), data); it != std::sregex_iterator();
       ++it, ++numbers) {
    std::string path = fmt::format("/{}", (*it)[1].str());
    std::replace(path.begin(), path.end(), '.', '/');
    CHECK(run.summary.at(nlohmann::json::json_pointer(path)).get<double>() == std::stod((*it)[2]));
  }
  CHECK(numbers == count(html, "<data"));  // none without its key
  CHECK(numbers > 10);
}

TEST_CASE("an empty summary makes a page of dashes", "[reports]") {
  auto run = synthetic(1, false);
  run.summary = nlohmann::json::object();
  run.title.clear();
  const ScratchDirectory scratch;
  reports::write_report(run, scratch.path, {FigureName::loss});
  const std::string html = read_text(scratch.path / "report.html");
  CHECK(balanced(html));
  CHECK(has(html, "<h1>synthetic</h1>"));
  CHECK_FALSE(has(html, "<data"));
}

TEST_CASE("values that are not finite or all equal can be drawn", "[reports]") {
  auto run = synthetic(1, false);
  SECTION("not a number") { run.comparison.f_nn(3, 19) = std::nan(""); }
  SECTION("no difference at all") {
    run.comparison.f_nn = run.comparison.models.front().f;
    run.comparison.rmse.setZero();
  }
  SECTION("all zero") {
    run.comparison.f_nn.setZero();
    run.comparison.models.front().f.setZero();
    run.comparison.models.front().limit.setZero();
    run.comparison.samples.y.setZero();
    run.comparison.loss_nn.setZero();
    run.comparison.loss_lfp.setZero();
    run.comparison.rmse.setZero();
    run.comparison.spectrum_lfp.setZero();
    run.comparison.spectrum_error_lfp.setConstant(std::nan(""));
    run.comparison.spectrum_error_nn.setConstant(std::nan(""));
  }
  const ScratchDirectory scratch;
  reports::write_report(run, scratch.path);
  CHECK(drawn(scratch.path).size() == 6);
}

TEST_CASE("the spectrum's file says that low frequencies come first", "[reports]") {
  const auto figure = reports::make_figure(FigureName::spectrum, synthetic(1, false));
  REQUIRE(figure);
  // The last table: frequency and log10 of the time at which half is left, (i + 1)³ ln 2 here.
  std::istringstream rows(figure->data.substr(figure->data.rfind('#')));
  std::string line;
  std::getline(rows, line);
  double frequency = 0.0;
  std::string network, prediction;
  while (rows >> frequency >> network >> prediction) {
    const double expected = 3 * std::log10(frequency + 1) + std::log10(std::log(2.0));
    if (expected > 2.9) continue;  // the last time is 10³
    CHECK(std::stod(prediction) == Approx(expected).margin(0.1));
    CHECK(network == prediction);
  }
}

TEST_CASE("the ladder has a rung for each step and their total", "[reports]") {
  const auto run = with_ladder();
  const auto figure = reports::make_figure(FigureName::ladder, run);
  REQUIRE(figure);
  const std::vector<double> expected{0.004, 0.03, 0.0002, 0.1, 0.1262};
  const std::vector<double> rungs = last_table(*figure);
  REQUIRE(rungs.size() == expected.size());
  for (std::size_t k = 0; k < rungs.size(); ++k) CHECK(rungs[k] == Approx(expected[k]));
  for (const char* name : {"'non-linearity'", "'finite width'", "'zero frequency'",
                           "'divergence term'", "'total'", "'4.0·10^{−3}'", "'1.3·10^{−1}'"})
    CHECK(has(figure->commands.text(), name));
  CHECK(has(figure->alt, "zero frequency (complete − LFP-2020) 2.0e-04"));

  const ScratchDirectory scratch;
  reports::write_report(run, scratch.path);
  CHECK(drawn(scratch.path).count("ladder") == 1);
  CHECK(has(read_text(scratch.path / "report.html"), "The error ladder"));
}

TEST_CASE("a rung across a missing model is named by its neighbours", "[reports]") {
  auto run = with_ladder();
  remove_model(run, 1);
  const auto figure = reports::make_figure(FigureName::ladder, run);
  REQUIRE(figure);
  const std::vector<double> rungs = last_table(*figure);
  REQUIRE(rungs.size() == 4);
  CHECK(rungs[1] == Approx(0.0302));
  CHECK(has(figure->commands.text(), "'linearised − LFP-2020'"));
  CHECK(has(figure->commands.text(), "'divergence term'"));
  CHECK_FALSE(has(figure->commands.text(), "'finite width'"));
  CHECK_FALSE(has(figure->commands.text(), "'zero frequency'"));
  const ScratchDirectory scratch;
  CHECK_FALSE(reports::draw(*figure, scratch.path));
}

TEST_CASE("there is no ladder without the linearised network", "[reports]") {
  auto run = with_ladder();
  remove_model(run, 0);
  CHECK_FALSE(reports::make_figure(FigureName::ladder, run));
}

TEST_CASE("the bounds' figure has the errors under their bounds", "[reports]") {
  auto run = with_bounds();
  const ScratchDirectory results;
  reports::write_report(run, results.path, {FigureName::bounds});
  CHECK(drawn(results.path) == std::set<std::string>{"bounds"});
  const auto figure = reports::make_figure(FigureName::bounds, run);
  REQUIRE(figure);
  std::istringstream rows(
      figure->data.substr(figure->data.find('\n', figure->data.find("index 0"))));
  std::string names;
  std::getline(rows >> std::ws, names);
  int points = 0;
  for (double x, lfp, nn, bound; rows >> x >> lfp >> nn >> bound; ++points) {
    CHECK(lfp == Approx(0.05));
    CHECK(bound == Approx(0.2));
    CHECK(nn < 0.011);  // 0.01 times a wave of height 1/3, and what has not been learnt yet
  }
  CHECK(points == run.comparison.grid.size());
  for (const char* level : {"1234.5 with lines", "321.5 with lines", "0.0185 with lines"})
    CHECK(has(figure->commands.text(), level));
  run.comparison.power_function.resize(0);
  CHECK_FALSE(reports::make_figure(FigureName::bounds, run));
}

TEST_CASE("the page tells what each bound knows, where there are bounds", "[reports]") {
  const ScratchDirectory results;
  reports::write_report(with_bounds(), results.path, {FigureName::loss});
  const std::string page = without_images(read_text(results.path / "report.html"));
  CHECK(balanced(page));
  CHECK(has(page, "Generalisation bounds"));
  CHECK(has(page, "no method can promise a lower"));
  CHECK(has(page, "Note: the lattice &lt;ends&gt;."));
  CHECK(has(page, "value=\"134072"));
  reports::write_report(synthetic(1, true), results.path, {FigureName::loss});
  CHECK_FALSE(has(read_text(results.path / "report.html"), "Generalisation bounds"));
}

TEST_CASE("a ladder with rungs that cannot be drawn as bars", "[reports]") {
  auto run = with_ladder();
  SECTION("zero") { run.comparison.f_nn = values(run, 0); }
  SECTION("not a number") { values(run, 1)(3, 19) = std::nan(""); }
  SECTION("all zero") {
    for (std::size_t k = 0; k < 3; ++k) values(run, k) = values(run, 3);
    run.comparison.f_nn = values(run, 3);
  }
  SECTION("far apart") { run.comparison.f_nn.array() += 1e12; }
  SECTION("one only") {
    run.comparison.models.resize(1);
    run.comparison.prediction = 0;
  }
  const ScratchDirectory scratch;
  reports::write_report(run, scratch.path, {FigureName::ladder});
  CHECK(drawn(scratch.path) == std::set<std::string>{"ladder"});
}

TEST_CASE("the combined page has a section for each experiment", "[reports]") {
  const ScratchDirectory scratch;
  std::vector<runs::Run> all{synthetic(1, true), synthetic(2, false)};
  all[0].name = "one";
  all[1].name = "two & a half";
  for (const runs::Run& run : all) std::filesystem::create_directory(scratch.path / run.name);
  reports::write_report(all[0], scratch.path / all[0].name, {FigureName::curves, FigureName::loss});
  reports::write_report(all[1], scratch.path / all[1].name);
  reports::write_combined_report(all, {}, scratch.path);
  const std::string html = read_text(scratch.path / "report.html");
  CHECK(balanced(html));
  CHECK_FALSE(has(html, "http:"));
  CHECK_FALSE(has(html, "https:"));
  CHECK(count(html, "<script") == 3);
  CHECK(count(html, "<nav") == 1);
  CHECK(count(html, "<section class=\"experiment\"") == 2);
  CHECK(count(html, "<figure") == 2 + 5 + 2);
  CHECK(has(html, "href=\"one/figures/curves.pdf\""));
  CHECK(has(html, "href=\"two%20%26%20a%20half/result.nc\""));
}

TEST_CASE("runs are overlaid, each with its name and its numbers", "[reports]") {
  const ScratchDirectory scratch;
  std::vector<reports::OverlaidRun> runs{{"a", synthetic(1, true)}, {"b", synthetic(1, false)}};
  SECTION("titles that differ") {
    runs[1].run.title = "It's {another} run_2";
    reports::write_overlay(runs, scratch.path);
    CHECK(has(read_text(scratch.path / "figures" / "loss.gp"),
              "title 'It{\\047}s \\{another\\} run\\_2'"));
  }
  SECTION("titles that coincide") {
    reports::write_overlay(runs, scratch.path);
    CHECK(has(read_text(scratch.path / "figures" / "loss.gp"), "{\\042}quoted{\\042} (b)'"));
  }
  CHECK(drawn(scratch.path) == std::set<std::string>{"curves", "error", "loss"});
  const std::string html = read_text(scratch.path / "report.html");
  CHECK(balanced(html));
  CHECK(count(html, "data-key=\"error.rmse\" value=\"0.00381249\"") == 2);
}

TEST_CASE("runs that cannot be overlaid are refused", "[reports]") {
  const ScratchDirectory scratch;
  CHECK_THROWS_WITH(
      reports::write_overlay({{"a", synthetic(1, true)}, {"b", synthetic(2, true)}}, scratch.path),
      "b: has dimension 2, a has 1; only runs of one dimension can be overlaid");
  const reports::OverlaidRun run{"a", synthetic(1, true)};
  CHECK_THROWS_AS(reports::write_overlay(std::vector(9, run), scratch.path), InputError);
  CHECK(fs::is_empty(scratch.path));
}

TEST_CASE("the film has a picture for each snapshot and is small enough to send", "[reports]") {
  const auto dim = GENERATE(1, 2);
  const ScratchDirectory scratch;
  reports::write_report(synthetic(dim, true), scratch.path,
                        {dim == 1 ? FigureName::curves : FigureName::maps});
  const std::string gif = read_text(scratch.path / "figures" / "film.gif");
  CHECK(gif.starts_with("GIF89a"));
  // Each picture has one graphic control extension; 20 snapshots, and the last one held.
  CHECK(count(gif, std::string("\x21\xF9\x04", 3)) == 20 + 4);
  CHECK(gif.size() < (1U << 20));
}

TEST_CASE("without gnuplot the error says what to install", "[reports]") {
  const ScratchDirectory scratch, empty;
  const PathVariable path(empty.path.string());
  CHECK_THROWS_AS(reports::require_gnuplot(), RunError);
  CHECK_THROWS_WITH(reports::require_gnuplot(), Catch::Contains("apt install gnuplot-nox"));
  // And when it goes away before the end, no result is lost.
  const auto failed =
      reports::write_report(synthetic(1, false), scratch.path, {runs::FigureName::loss});
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].figure == "loss");
  CHECK(has(failed[0].why, "gnuplot-nox"));
  const std::string html = read_text(scratch.path / "report.html");
  CHECK(balanced(html));
  CHECK(has(html, "<li>loss: gnuplot, which draws the figures, was not found"));
  CHECK(has(html, "gnuplot could not draw this figure."));
  CHECK_FALSE(has(html, "<img"));
  CHECK_FALSE(has(html, "loss.svg"));
}

TEST_CASE("gnuplot's own message is passed on", "[reports]") {
  const ScratchDirectory scratch;
  reports::Figure figure = *reports::make_figure(FigureName::loss, synthetic(1, false));
  figure.commands = reports::Words("plot nothing_of_this_name\n");
  const auto why = reports::draw(figure, scratch.path);
  REQUIRE(why);
  CHECK(has(*why, "undefined variable: nothing_of_this_name"));
  CHECK_FALSE(has(*why, "\n"));
}
