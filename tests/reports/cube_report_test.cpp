#include "reports/cube_report.hpp"

#include "base/error.hpp"
#include "reports/text_file.hpp"
#include "tests/reports/page_checks.hpp"
#include "tests/reports/synthetic.hpp"
#include "tests/reports/synthetic_cube.hpp"

#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace fprinciple;
using reports::read_text;
using runs::Cube;
using namespace tests;

namespace {

nlohmann::json report(const Cube& cube, const std::string& figures,
                      const std::filesystem::path& directory) {
  auto drawings =
      reports::cube_drawings(cube, runs::read_cube_figures(figures, "s.toml", cube.axes));
  const nlohmann::json study = reports::study_of(drawings);
  CHECK(reports::write_cube_report(cube, std::move(drawings), directory).empty());
  return study;
}

std::string data_of(const ScratchDirectory& scratch, const std::string& name) {
  return read_text(scratch.path / "figures" / (name + ".dat"));
}

std::string script(const ScratchDirectory& scratch, const std::string& name) {
  return read_text(scratch.path / "figures" / (name + ".gp"));
}

/// 4 widths × 5 seeds; error.rmse is m^(−1/2) times factors whose mean over the seeds is 1.
Cube widths() {
  Cube cube = empty_cube({number_axis("network.width", {100, 400, 1600, 6400}),
                          number_axis("network.seed", integers(1, 5))});
  add_number(cube, "error.rmse", [](const std::vector<double>& at) {
    return (1 + 0.1 * (at[1] - 3)) / std::sqrt(at[0]);
  });
  return cube;
}

constexpr const char* width_figure = R"([[figure]]
name = "width"
kind = "lines"
x = "network.width"
y = "error.rmse"
over = "network.seed"
log = "xy"
slope = true
guides = [-0.5, -1]
lines = [{ y = 0.05, label = "five & a half" }, { x = 300, label = "x_0" }]
title = "Error <over> width"
reading = "It falls."
)";

}  // namespace

TEST_CASE("a study has figures, a page and numbers", "[cube_report]") {
  const ScratchDirectory scratch;
  const Cube cube = widths();
  const auto study = report(cube, width_figure, scratch.path);
  for (const char* extension : {".gp", ".dat", ".svg", ".pdf"})
    CHECK(std::filesystem::file_size(scratch.path / "figures" /
                                     (std::string("width") + extension)) > 0);
  // Seeds scale whole lines, so every resample has the slope of the mean.
  const auto& line = study.at("width").at("error_rmse");
  for (const char* key : {"value", "low", "high"})
    CHECK(line.at("slope").at(key).get<double>() == Approx(-0.5).epsilon(1e-12));
  CHECK(line.at("slope").at("points") == 4);
  CHECK(line.at("least").at("x") == 6400);
  CHECK(line.at("least").at("value").get<double>() == Approx(1.0 / 80));
  CHECK(line.at("greatest").at("value").get<double>() == Approx(0.1));
  // The means of resamples of 0.8 … 1.2 lie within those, and not all in one place.
  CHECK(line.at("greatest").at("low").get<double>() > 0.08);
  CHECK(line.at("greatest").at("low").get<double>() < 0.095);

  const std::string gp = script(scratch, "width");
  CHECK(has(gp, "slope −0.50 [−0.50, −0.50]"));
  CHECK(has(gp, "mean of 5 seeds with its 95 {\\045} interval"));
  CHECK(has(gp, "'five \\& a half'"));
  CHECK(has(gp, "'x\\_0'"));

  const std::string html = read_text(scratch.path / "report.html");
  CHECK(balanced(html));
  CHECK_FALSE(has(html, "http:"));
  CHECK_FALSE(has(html, "https:"));
  CHECK_FALSE(has(html, "<script"));
  CHECK(has(html, "<h1>A &lt;b&gt;synthetic&lt;/b&gt; cube</h1>"));
  CHECK(has(html, "Error &lt;over&gt; width"));
  CHECK(has(html, "fprinciple sweep synthetic.toml"));
  for (const char* target : {"result.nc", "summary.json", "figures/width.svg", "figures/width.pdf",
                             "figures/width.dat", "figures/width.gp"})
    CHECK(has(html, std::string("href=\"") + target + "\""));
  CHECK_FALSE(has(html, "cells failed"));
  // The digits of the study.
  CHECK(has(html, fmt::format("<data data-key=\"study.width.error_rmse.slope.low\" value=\"{}\">",
                              line.at("slope").at("low").dump())));
}

TEST_CASE("the data file has the means and intervals of every point", "[cube_report]") {
  const ScratchDirectory scratch;
  report(widths(), width_figure, scratch.path);
  std::istringstream rows(data_of(scratch, "width"));
  std::string line;
  for (int k = 0; k < 3; ++k) std::getline(rows, line);
  double x = 0, mean = 0, low = 0, high = 0, error = 0, count = 0;
  int points = 0;
  while (rows >> x >> mean >> low >> high >> error >> count) {
    ++points;
    CHECK(mean == Approx(1 / std::sqrt(x)));
    CHECK(low < mean);
    CHECK(high > mean);
    CHECK(error == Approx(0.1 * std::sqrt(2.5) / std::sqrt(5.0) * mean));
    CHECK(count == 5);
  }
  CHECK(points == 4);
}

TEST_CASE("failed cells are left out, counted and listed", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = widths();
  fail(cube, 7, "diverged at <t> = 3");
  for (Eigen::Index cell = 15; cell < 20; ++cell) fail(cube, cell, "diverged");
  const auto study = report(cube, width_figure, scratch.path);
  CHECK(study["width"]["error_rmse"]["slope"]["points"] == 3);
  CHECK(study["width"]["error_rmse"]["least"]["x"] == 1600);
  const std::string html = read_text(scratch.path / "report.html");
  CHECK(balanced(html));
  CHECK(has(html, "6 of 20 cells failed"));
  CHECK(has(html, "6 of 20 values are missing"));
  CHECK(has(html, "network.width = 400, network.seed = 3"));
  CHECK(has(html, "diverged at &lt;t&gt; = 3"));
}

TEST_CASE("one seed has a line and no interval", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = empty_cube({number_axis("network.width", {100, 400}), number_axis("seed", {1})});
  add_number(cube, "e", [](const std::vector<double>& at) { return 1 / at[0]; });
  const auto study = report(cube,
                            "[[figure]]\nname = \"f\"\nkind = \"lines\"\nx = \"network.width\"\n"
                            "y = \"e\"\nover = \"seed\"\nlog = \"xy\"\nslope = true\n",
                            scratch.path);
  CHECK(study["f"]["e"]["slope"]["value"].get<double>() == Approx(-1.0));
  CHECK(study["f"]["e"]["slope"]["low"].is_null());
  CHECK(has(script(scratch, "f"), "slope −1.00'"));
  CHECK_FALSE(has(script(scratch, "f"), "interval"));
  CHECK_FALSE(has(script(scratch, "f"), "vectors"));
}

TEST_CASE("what is not positive is not drawn on a logarithmic axis, and said", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = widths();
  const bool all = GENERATE(false, true);
  add_number(cube, "error.rmse", [&](const std::vector<double>& at) {
    return all || at[0] < 200 ? -1.0 : 1.0 / at[0];
  });
  report(cube, width_figure, scratch.path);
  const std::string html = read_text(scratch.path / "report.html");
  CHECK(has(html, all ? "4 points are not drawn" : "1 point is not drawn"));
}

TEST_CASE("twenty lines have their legend beside them", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = empty_cube({number_axis("n", integers(1, 20)), number_axis("m", {1, 2, 4})});
  add_number(cube, "e", [](const std::vector<double>& at) { return at[0] / at[1]; });
  const auto study =
      report(cube, "[[figure]]\nname = \"f\"\nkind = \"lines\"\nx = \"m\"\ny = \"e\"\nby = \"n\"\n",
             scratch.path);
  CHECK(study["f"].size() == 20);
  const std::string gp = script(scratch, "f");
  CHECK(has(gp, "maxrows 20"));
  CHECK(has(gp, "palette frac 0.900"));
  CHECK(has(gp, "title 'n = 20'"));
}

TEST_CASE("names are places on an axis, and their points are not joined", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = empty_cube({name_axis("method", {"gd", "it's_adam"}), number_axis("s", {1, 2, 3})});
  add_number(cube, "e", [](const std::vector<double>& at) { return at[0] + 0.1 * at[1]; });
  const auto study = report(
      cube, "[[figure]]\nname = \"f\"\nkind = \"lines\"\nx = \"method\"\ny = \"e\"\nover = \"s\"\n",
      scratch.path);
  CHECK(study["f"]["e"]["greatest"]["x"] == "it's_adam");
  CHECK(has(script(scratch, "f"), "'it{\\047}s\\_adam' 1"));
  CHECK_FALSE(has(script(scratch, "f"), "with linespoints"));
}

TEST_CASE("lines over another number are in its order", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = empty_cube({number_axis("v", {1, 2, 3})});
  add_number(cube, "norm", [](const std::vector<double>& at) { return 10 - 2 * at[0]; });
  add_number(cube, "bound", [](const std::vector<double>& at) { return at[0]; });
  const auto study =
      report(cube, "[[figure]]\nname = \"f\"\nkind = \"lines\"\nx = \"norm\"\ny = \"bound\"\n",
             scratch.path);
  CHECK(study["f"]["bound"]["least"]["x"] == 8);
  const std::string text = data_of(scratch, "f");
  CHECK(text.find("  4  ") < text.find("  6  "));
  CHECK(text.find("  6  ") < text.find("  8  "));
}

TEST_CASE("a map has cells, contours and its extremes", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = empty_cube({number_axis("a", {0.1, 1, 10}), number_axis("m", {1, 10, 100}),
                          number_axis("seed", integers(1, 3))});
  add_number(cube, "z", [](const std::vector<double>& at) { return at[0] * at[1]; });
  for (Eigen::Index cell = 24; cell < 27; ++cell) fail(cube, cell, "diverged");  // a = 10, m = 100
  const auto study = report(cube,
                            "[[figure]]\nname = \"f\"\nkind = \"map\"\nx = \"a\"\ny = \"m\"\n"
                            "z = \"z\"\nover = \"seed\"\nlog = \"xyz\"\ncontours = [30]\n",
                            scratch.path);
  CHECK(study["f"]["greatest"]["value"] == 100.0);
  CHECK(study["f"]["greatest"]["x"] == "1");
  CHECK(study["f"]["least"]["value"].get<double>() == Approx(0.1));
  const std::string text = data_of(scratch, "f");
  CHECK(count(text, "NaN") == 4);  // the failed cell's value, interval and standard error
  const std::string contour = text.substr(text.find("index 1"));
  std::istringstream rows(contour.substr(contour.find("y2") + 2));
  int pieces = 0;
  for (double x1 = 0, y1 = 0, x2 = 0, y2 = 0; rows >> x1 >> y1 >> x2 >> y2; ++pieces) {
    CHECK(x1 * y1 == Approx(30).epsilon(1e-6));  // nine digits in the file
    CHECK(x2 * y2 == Approx(30).epsilon(1e-6));
  }
  CHECK(pieces == 2);  // of the three squares that z = 30 crosses one has the failed corner
  CHECK(has(script(scratch, "f"), "set label '30'"));
  CHECK(has(read_text(scratch.path / "report.html"), "left blank"));
}

TEST_CASE("maps of names, of both signs, of one row, of nothing at all", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = empty_cube({name_axis("method", {"gd", "adam"}), number_axis("m", {7})});
  const double scale = GENERATE(1.0, 0.0, std::numeric_limits<double>::quiet_NaN());
  add_number(cube, "z", [&](const std::vector<double>& at) { return scale * (at[0] - 0.5); });
  const std::string log = GENERATE("", "log = \"z\"\n");
  CHECK_NOTHROW(report(cube,
                       "[[figure]]\nname = \"f\"\nkind = \"map\"\nx = \"method\"\ny = \"m\"\nz = "
                       "\"z\"\n" +
                           log,
                       scratch.path));
}

TEST_CASE("a section for a page of several studies", "[cube_report]") {
  const ScratchDirectory scratch;
  const Cube cube = widths();
  const auto figures = runs::read_cube_figures(width_figure, "s.toml", cube.axes);
  CHECK(reports::write_cube_report(cube, reports::cube_drawings(cube, figures), scratch.path)
            .empty());
  const std::string html =
      reports::cube_body(reports::cube_section({cube, figures}, scratch.path, "study/"), 3);
  CHECK(balanced(html));
  CHECK(has(html, "href=\"study/result.nc\""));
  CHECK(has(html, "href=\"study/figures/width.pdf\""));
  CHECK(has(html, "<h3>"));
  CHECK_FALSE(has(html, "<h2>"));
}

TEST_CASE("a number that the cube has not leaves nothing behind", "[cube_report]") {
  const ScratchDirectory scratch;
  Cube cube = widths();
  cube.numbers["error.rmsd"] = cube.numbers["error.rmse"];
  cube.numbers.erase("error.rmse");
  CHECK_THROWS_AS(report(cube, width_figure, scratch.path / "out"), InputError);
  CHECK_FALSE(std::filesystem::exists(scratch.path / "out"));
}
