#include "runs/cube_figure.hpp"

#include "base/error.hpp"
#include "tests/reports/synthetic_cube.hpp"

#include <catch2/catch.hpp>

using namespace fprinciple;
using runs::read_cube_figures;
using tests::integers;
using tests::name_axis;
using tests::number_axis;

namespace {

std::vector<runs::CubeAxis> axes() {
  return {number_axis("network.width", {500, 1000, 2000}), name_axis("method", {"gd", "adam"}),
          number_axis("network.seed", integers(1, 3))};
}

/// A [[figure]] that is right, with more lines below; line 5 is the first of those.
std::string lines(const std::string& more) {
  return "[[figure]]\nname = \"f\"\nkind = \"lines\"\nover = \"network.seed\"\n" + more;
}

std::string error_of(const std::string& text) {
  try {
    read_cube_figures(text, "s.toml", axes());
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a figure of lines is read", "[cube_figure]") {
  const auto figures = read_cube_figures(lines(R"(x = "network.width"
y = "error.rmse"
at = { "method" = "adam" }
log = "xy"
slope = true
guides = [-0.5]
lines = [{ y = 0.005, label = "half a per cent" }]
statistic = "median"
names = ["network"]
)"),
                                         "s.toml", axes());
  REQUIRE(figures.size() == 1);
  const auto& f = figures.front();
  CHECK(f.y == std::vector<std::string>{"error.rmse"});
  CHECK(f.along == "network.width");
  CHECK(f.at.at("method") == 1);
  CHECK(f.is_log('x'));
  CHECK_FALSE(f.is_log('z'));
  CHECK(f.guides == std::vector<double>{-0.5});
  REQUIRE(f.lines.size() == 1);
  CHECK(f.lines[0].axis == 'y');
  CHECK(f.lines[0].value == 0.005);
  CHECK(f.statistic == compare::Statistic::median);
}

TEST_CASE("lines over another number run along the axis that is left", "[cube_figure]") {
  const auto figures = read_cube_figures(
      lines("x = \"bounds.fp_norm\"\ny = \"error.rmse\"\nby = \"method\"\n"), "s.toml", axes());
  CHECK(figures.at(0).along == "network.width");
}

TEST_CASE("a file without figures has none", "[cube_figure]") {
  CHECK(read_cube_figures("title = \"t\"\n", "s.toml", axes()).empty());
}

TEST_CASE("errors of a figure name the file, the line, the key and what is allowed",
          "[cube_figure]") {
  struct Wrong {
    std::string text, message;
  };
  const std::string map =
      "[[figure]]\nname = \"f\"\nkind = \"map\"\nover = \"network.seed\"\nz = \"error.rmse\"\n";
  const Wrong all[] = {
      {lines("x = \"network.widht\"\ny = \"a\"\n"),
       "s.toml:5: figure.x: no axis is called \"network.widht\"; there are \"network.width\", "
       "\"method\", \"network.seed\""},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"optimiser\"\n"),
       "s.toml:7: figure.by: no axis is called \"optimiser\"; there are \"network.width\", "
       "\"method\", \"network.seed\""},
      {lines("x = \"network.width\"\ny = \"a\"\n"),
       "s.toml:2: figure.name: the axis \"method\" has no part; name it in `over`, `by` or `at`"},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"network.seed\"\nat = { method = \"gd\" }\n"),
       "s.toml:2: figure.name: the axis \"network.seed\" has more than one part"},
      {lines("x = \"network.width\"\ny = \"a\"\nat = { \"method\" = \"sgd\" }\n"),
       "s.toml:7: figure.at.method: is not a coordinate; there are \"gd\", \"adam\""},
      {lines("x = \"network.width\"\ny = [\"a\", \"b\"]\nby = \"method\"\n"),
       "s.toml:6: figure.y: must be one key where `by` is given"},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\nnames = [\"one\"]\n"),
       "s.toml:8: figure.names: must be 2, one for each line, got 1"},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\nlog = \"x\"\nslope = true\n"),
       "s.toml:9: figure.slope: needs log = \"xy\""},
      {lines("x = \"method\"\ny = \"a\"\nby = \"network.width\"\nlog = \"xy\"\n"),
       "s.toml:8: figure.log: the coordinates of \"method\" are not positive numbers"},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\nlog = \"y\"\n"
             "lines = [{ y = 0.0, label = \"none\" }]\n"),
       "s.toml:9: figure.lines.y: must be a finite number > 0, got 0.0"},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\nlines = [{ label = \"none\" }]\n"),
       "s.toml:8: figure.lines: must have either x or y"},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\nz = \"b\"\n"),
       "s.toml:8: figure.z: is for kind = \"map\""},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\ntitle = \"a\\nb\"\n"),
       "s.toml:8: figure.title: must be one line"},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\ncolour = \"red\"\n"),
       "s.toml:8: figure.colour: unknown key; allowed: name, kind, x, y, z, over, by, at, log, "
       "slope, guides, lines, contours, statistic, title, x_label, y_label, z_label, names, "
       "reading"},
      {"[[figure]]\nname = \"../f\"\n",
       "s.toml:2: figure.name: must be of letters, digits, '-' and '_'"},
      {map + "x = \"network.width\"\ny = \"methods\"\n",
       "s.toml:7: figure.y: no axis is called \"methods\"; there are \"network.width\", "
       "\"method\", \"network.seed\""},
      {map + "x = \"network.width\"\ny = \"method\"\nslope = true\n",
       "s.toml:8: figure.slope: is for kind = \"lines\""},
      {lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\n") +
           lines("x = \"network.width\"\ny = \"a\"\nby = \"method\"\n"),
       "s.toml:9: figure.name: another figure has this name"},
  };
  for (const Wrong& wrong : all) CHECK(error_of(wrong.text) == wrong.message);
}

TEST_CASE("a number that the cube has not is refused with those spelt like it", "[cube_figure]") {
  const auto figures = read_cube_figures(
      lines("x = \"network.width\"\ny = \"error.rsme\"\nby = \"method\"\n"), "s.toml", axes());
  runs::Cube cube = tests::empty_cube(axes());
  for (const char* key : {"train.loss", "error.rmse", "error.max", "train.seconds", "bounds.delta"})
    tests::add_number(cube, key, [](const auto&) { return 1.0; });
  CHECK_THROWS_WITH(runs::check_numbers(figures, cube),
                    Catch::StartsWith("s.toml:6: figure.y: no number is called \"error.rsme\"; the "
                                      "nearest are \"error.rmse\", \"error.max\""));
  tests::add_number(cube, "error.rsme", [](const auto&) { return 1.0; });
  CHECK_NOTHROW(runs::check_numbers(figures, cube));
}

TEST_CASE("replicates are the cells along their axis", "[cube_figure]") {
  runs::Cube cube = tests::empty_cube(axes());
  tests::add_number(cube, "n",
                    [](const std::vector<double>& at) { return at[0] + 10 * at[1] + at[2]; });
  const auto along = runs::replicates(cube, "n", {1, 1, 0}, "network.seed");
  REQUIRE(along.size() == 3);
  CHECK(along[0] == 1011.0);
  CHECK(along[2] == 1013.0);
  const auto one = runs::replicates(cube, "n", {2, 0, 1}, "");
  REQUIRE(one.size() == 1);
  CHECK(one[0] == 2002.0);
  CHECK(runs::replicates(cube, "n", {0, 1, 2}, "network.width")[2] == 2013.0);
}
