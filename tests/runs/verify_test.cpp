#include "runs/verify.hpp"

#include "base/error.hpp"

#include <cmath>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

using namespace fprinciple;
using nlohmann::json;
using runs::Expectation;
using runs::Verdict;
namespace fs = std::filesystem;

namespace {

const json kSummary = json::parse(R"({
  "program": "fprinciple", "version": "1", "name": "small", "seconds": 3.5,
  "error": {"rmse": 0.01, "max": 0.5}, "train": {"loss": 1e-6, "method": "flow", "seconds": 2},
  "lfp": {"kernel": false, "ridge": 0}, "report": {"figures": [1, 2]}, "undefined": null,
  "memory": {"peak_mib": 20}, "warnings": ["beware"]})");

Verdict against(const std::string& expected) {
  Expectation expectation;
  expectation.values = json::parse(expected);
  return runs::verify(expectation, kSummary);
}

std::vector<std::string> keys(const Verdict& verdict) {
  std::vector<std::string> out;
  for (const runs::Moved& moved : verdict.moved) out.push_back(moved.key);
  return out;
}

using Keys = std::vector<std::string>;

/// Reads `text` as the file of what is expected of the experiment "small".
Expectation read(const std::string& text, const runs::Tolerance& tolerance = {},
                 const Keys& only = {}) {
  const fs::path file =
      fs::temp_directory_path() / fmt::format("fprinciple_verify_{}.json", getpid());
  struct Removal {
    const fs::path& file;
    ~Removal() { fs::remove(file); }
  } removal{file};
  std::ofstream(file) << text;
  return runs::read_expectation(file, "small", tolerance, only);
}

void refuses(const std::string& text, const std::string& why, const runs::Tolerance& tolerance = {},
             const Keys& only = {}) {
  INFO(text);
  CHECK_THROWS_AS(read(text, tolerance, only), InputError);
  CHECK_THROWS_WITH(read(text, tolerance, only),
                    Catch::Contains(".json: ") && Catch::Contains(why));
}

}  // namespace

TEST_CASE("a summary is as expected by itself, number for number") {
  Expectation itself{kSummary, {{"", 0.0}}, {{"", 0.0}}, {}};
  const Verdict verdict = runs::verify(itself, kSummary);
  CHECK(verdict.moved.empty());
  CHECK(verdict.unexpected.empty());
  CHECK(verdict.version.empty());
  CHECK(verdict.numbers == 6);  // rmse, max, loss, ridge and two figures
}

TEST_CASE("a number may move by atol + rtol |expected|, and no further") {
  // Powers of two, so that the bound itself is met without rounding.
  Expectation expectation{{{"x", -8.0}}, {{"", 0.25}}, {{"", 0.5}}, {}};
  const auto moves = [&](double got) {
    return !runs::verify(expectation, {{"x", got}}).moved.empty();
  };
  CHECK_FALSE(moves(-8.0));
  CHECK_FALSE(moves(-5.5));
  CHECK_FALSE(moves(-10.5));
  CHECK(moves(std::nextafter(-5.5, 0.0)));
  CHECK(moves(std::nextafter(-10.5, -11.0)));
  CHECK(moves(8.0));
  CHECK(moves(std::nan("")));
  CHECK(moves(std::numeric_limits<double>::infinity()));
  const Verdict verdict = runs::verify(expectation, {{"x", -4}});
  REQUIRE(verdict.moved.size() == 1);
  CHECK(verdict.moved[0].key == "/x");
  CHECK(verdict.moved[0].expected == "-8.0");
  CHECK(verdict.moved[0].got == "-4");
  CHECK(verdict.moved[0].difference == 0.5);
  CHECK(verdict.moved[0].allowed == 0.3125);  // (0.5 + 0.25 · 8)/8
}

TEST_CASE("what is expected to be 0 is 0, unless atol allows more") {
  Expectation expectation{{{"x", 0}}, {{"", 1.0}}, {{"", 0.0}}, {}};
  CHECK(runs::verify(expectation, {{"x", 0.0}}).moved.empty());
  const Verdict verdict = runs::verify(expectation, {{"x", 1e-300}});
  REQUIRE(verdict.moved.size() == 1);
  CHECK(verdict.moved[0].difference == 1e-300);  // absolute
  expectation.atol[""] = 1e-300;
  CHECK(runs::verify(expectation, {{"x", 1e-300}}).moved.empty());
}

TEST_CASE("the tolerance is 1e-6 of what is expected") {
  CHECK(against(R"({"error": {"rmse": 0.010000009}})").moved.empty());
  CHECK(keys(against(R"({"error": {"rmse": 0.010000011}})")) == Keys{"/error/rmse"});
}

TEST_CASE("texts, booleans and null are equal, and no type stands for another") {
  CHECK(against(R"({"train": {"method": "flow"}, "lfp": {"kernel": false}, "undefined": null})")
            .moved.empty());
  CHECK(keys(against(R"({"train": {"method": "gd"}})")) == Keys{"/train/method"});
  CHECK(keys(against(R"({"lfp": {"kernel": true}})")) == Keys{"/lfp/kernel"});
  CHECK(keys(against(R"({"lfp": {"kernel": 0}})")) == Keys{"/lfp/kernel"});
  CHECK(keys(against(R"({"lfp": {"ridge": false}})")) == Keys{"/lfp/ridge"});
  CHECK(keys(against(R"({"lfp": {"ridge": null}})")) == Keys{"/lfp/ridge"});
  CHECK(keys(against(R"({"undefined": 0})")) == Keys{"/undefined"});
  CHECK(keys(against(R"({"error": {}, "lfp": 0, "undefined": {}})")) == Keys{"/lfp", "/undefined"});
}

TEST_CASE("nan is null, as in the file") {
  Expectation expectation;
  expectation.values = {{"x", nullptr}};
  CHECK(runs::verify(expectation, {{"x", std::nan("")}}).moved.empty());
  CHECK_FALSE(runs::verify(expectation, {{"x", 0.0}}).moved.empty());
}

TEST_CASE("arrays are compared elementwise, and their length is") {
  CHECK(against(R"({"report": {"figures": [1, 2.0000001]}})").moved.empty());
  CHECK(keys(against(R"({"report": {"figures": [1, 3]}})")) == Keys{"/report/figures/1"});
  CHECK(keys(against(R"({"report": {"figures": [1]}})")) == Keys{"/report/figures/1"});
  CHECK(keys(against(R"({"report": {"figures": []}})")).size() == 2);
  const Verdict longer = against(R"({"report": {"figures": [1, 2, 3]}})");
  CHECK(keys(longer) == Keys{"/report/figures/2"});
  CHECK(longer.moved[0].got == "missing");
}

TEST_CASE("a key that is missing has moved, below it all has, and one that is new is mentioned") {
  const Verdict verdict = against(R"({"error": {"rmse": 0.01, "l2": 1}, "bound": {"a": 1, "b": ""},
                                      "none": {}, "train": {"loss": {"first": 2}}})");
  CHECK(keys(verdict) == Keys{"/bound/a", "/bound/b", "/error/l2", "/none", "/train/loss/first"});
  CHECK(verdict.moved[0].expected == "1");
  CHECK(verdict.moved[0].got == "missing");
  CHECK(std::isnan(verdict.moved[0].difference));
  CHECK(verdict.numbers == 4);
  CHECK(verdict.unexpected ==
        Keys{"/lfp", "/name", "/program", "/report", "/undefined", "/error/max", "/train/method"});
}

TEST_CASE("seconds, memory, version and warnings are left out, at any depth") {
  const Verdict verdict = against(R"({"seconds": 9, "train": {"loss": 1e-6, "seconds": "x"},
      "memory": {"peak_mib": 1}, "version": "0", "warnings": [], "error": {"memory": 7}})");
  CHECK(verdict.moved.empty());
  CHECK(verdict.numbers == 1);
  CHECK(verdict.version == "\"0\"");
}

TEST_CASE("what moved farthest over its tolerance comes first") {
  const Verdict verdict = against(R"({"error": {"max": 0.51, "rmse": 0.02}, "lfp": {"ridge": 1e-9},
                                      "train": {"loss": 1.1e-6, "method": "gd"}})");
  CHECK(keys(verdict) ==
        Keys{"/train/method", "/lfp/ridge", "/error/rmse", "/train/loss", "/error/max"});
}

TEST_CASE("the nearest tolerance holds, and a key is more than the start of another") {
  const Expectation expectation = read(R"({"error": {"max": 0.6, "rmse": 0.011},
      "errors": 1, "verify": {"rtol": {"/error": 0.2, "/error/rmse": 0.01}, "atol": {"/x": 1}}})");
  const json summary = {{"error", {{"max", 0.5}, {"rmse", 0.01}}}, {"errors", 1.1}};
  CHECK(keys(runs::verify(expectation, summary)) == Keys{"/errors", "/error/rmse"});
}

TEST_CASE("only the keys that are asked for are compared and mentioned") {
  const std::string expected = R"({"error": {"rmse": 1}, "errors": 1, "lfp": {"ridge": 1}})";
  const Verdict verdict = runs::verify(read(expected, {}, {"/error", "/lfp/ridge"}), kSummary);
  CHECK(keys(verdict) == Keys{"/lfp/ridge", "/error/rmse"});
  CHECK(verdict.numbers == 2);
  CHECK(verdict.unexpected == Keys{"/error/max"});
}

TEST_CASE("of a reproduction the experiment's part is taken") {
  const Expectation expectation = read(R"({"program": "fprinciple", "version": "1",
      "verify": {"atol": {"/x": 2}},
      "experiments": {"small": {"x": 1}, "large": {"x": 7}}})");
  CHECK(expectation.values == json{{"x", 1}});
  CHECK(runs::verify(expectation, {{"x", 3}}).moved.empty());
  CHECK_FALSE(runs::verify(expectation, {{"x", 3.1}}).moved.empty());
  refuses(R"({"experiments": {"large": {"x": 7}}})", "experiments: has no summary of small");
  refuses(R"({"experiments": [1]})", "experiments: has no summary of small");
}

TEST_CASE("what a verdict repeats of an expectation is short and harmless") {
  const Verdict verdict =
      against(R"({"a\tb\n": {"c": "\u2028"}, "name": ")" + std::string(10'000, 'x') + "\"}");
  REQUIRE(verdict.moved.size() == 2);
  CHECK(verdict.moved[0].key == "/a\\x09b\\x0a/c");
  CHECK(verdict.moved[0].expected == "\"\\xe2\\x80\\xa8\"");
  CHECK(verdict.moved[1].expected.size() < 200);
}

TEST_CASE("what cannot be held against a summary is refused") {
  CHECK_THROWS_WITH(runs::read_expectation("none.json", "small", {}, {}),
                    "none.json: cannot be read");
  CHECK_THROWS_WITH(runs::read_expectation(".", "small", {}, {}),
                    ".: cannot be read: it is not a file");
  refuses("", "parse error at line 1, column 1");
  refuses("{\"x\": 1,\n \"y\": }", "parse error at line 2, column 7");
  refuses(R"({"x": 1e999})", "1e999");
  refuses("[1]", "not a summary of fprinciple");
  refuses(R"({"program": "another", "x": 1})", "not a summary of fprinciple");
  refuses("{}", "there is no number to compare");
  refuses(R"({"name": "small", "seconds": 1})", "there is no number to compare");
  const std::string fine = R"({"x": 1, "name": "small"})";
  CHECK_NOTHROW(read(fine));
  refuses(fine, "there is no number to compare", {}, {"/name"});
  refuses(fine, "--only /y: there is no such key", {}, {"/x", "/y"});
  refuses(fine, "--only x: there is no such key", {}, {"x"});
  refuses(fine, "rtol must be a number >= 0, not -1", {-1.0, 0.0});
  refuses(fine, "atol must be a number >= 0, not nan", {0.0, std::nan("")});
  refuses(R"({"x": 1, "verify": {"rtol": {"/x": -2}}})", "rtol /x must be a number >= 0, not -2");
  for (const char* verify : {"1", R"({"rtoll": {}})", R"({"rtol": 1})", R"({"rtol": {"x": 1}})",
                             R"({"rtol": {"/x": "1"}})", R"({"rtol": {"/x": null}})"})
    refuses(fmt::format(R"({{"x": 1, "verify": {}}})", verify), "verify: must be ");
}
