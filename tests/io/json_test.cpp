#include "io/json.hpp"

#include "base/error.hpp"

#include <cmath>
#include <fstream>
#include <limits>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

using namespace fprinciple;
using nlohmann::json;
namespace fs = std::filesystem;
using Catch::Contains;

namespace {

const fs::path kFile = fs::temp_directory_path() / fmt::format("fprinciple_{}.json", getpid());

json read(const std::string& text) {
  std::ofstream(kFile, std::ios::binary) << text;
  struct Removal {
    ~Removal() { fs::remove(kFile); }
  } removal;
  return io::read_json(kFile);
}

std::string nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int k = 0; k < depth; ++k) text += open;
  text += "1";
  for (int k = 0; k < depth; ++k) text += close;
  return text;
}

}  // namespace

TEST_CASE("JSON reads back as it was written, and what JSON has not is null") {
  const json value = {{"a", {1, -2.5, "χ\n"}}, {"b", {{"c", nullptr}, {"d", true}}}};
  io::write_json(kFile, value);
  CHECK(io::read_json(kFile) == value);
  io::write_json(kFile, {std::nan(""), std::numeric_limits<double>::infinity(), "\xff"});
  CHECK(io::read_json(kFile) == json{nullptr, nullptr, "\xEF\xBF\xBD"});
  fs::remove(kFile);
  CHECK_THROWS_AS(io::write_json("/none/such.json", value), RunError);
}

TEST_CASE("what is no JSON, or more than is sensible, is refused with the file's name") {
  const auto refuses = [](const std::string& text, const std::string& why) {
    CAPTURE(text.substr(0, 100));
    CHECK_THROWS_AS(read(text), InputError);
    CHECK_THROWS_WITH(read(text), Catch::StartsWith(kFile.string() + ": ") && Contains(why));
  };
  CHECK_THROWS_WITH(io::read_json("none.json"), "none.json: cannot be read");
  CHECK_THROWS_WITH(io::read_json("."), ".: cannot be read: it is not a file");
  refuses("", "parse error at line 1, column 1");
  refuses("{\"x\": 1,\n \"y\": }", "parse error at line 2, column 7");
  refuses("[1e999]", "1e999");
  refuses("[1] [2]", "parse error");
  refuses("[\"\xff\"]", "parse error");
  refuses(std::string("[\0]", 3), "parse error");
  refuses(R"({"a": 1, "b": {"a": 2, "b": 3, "a": 4}})", "has the key \"a\" twice in one table");
  CHECK(read(R"([{"a": 1}, {"a": {"a": 2}}])").size() == 2);
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    CHECK_NOTHROW(read(nested(64, open, close)));
    refuses(nested(65, open, close), "is nested deeper than 64 levels");
    refuses(nested(100'000, open, close), "is nested deeper than 64 levels");
    refuses(nested(100'000, open, ""), "is nested deeper than 64 levels");
  }
  // Of what the file says a message holds no more than some words.
  for (const std::string& text :
       {"[\"" + std::string(100'000, 'x'), "[" + std::string(100'000, '9') + "e999]",
        "{\"" + std::string(100'000, 'k') + "\": 1, \"" + std::string(100'000, 'k') + "\": 2}"}) {
    try {
      read(text);
      FAIL("read");
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).size() < 400);
    }
  }
}

TEST_CASE("a value of another type is refused with its key, what it must be and what it is") {
  const json value = read(R"({"text": "t", "number": 2.5, "whole": 3, "great": 18446744073709551615,
      "list": ["a", 1], "table": {"in.ner": {"x": null}}, "odd\u001bkey": []})");
  const io::JsonValue root("f.json", value);
  CHECK(root.at("text").text() == "t");
  CHECK(root.at("number").number() == 2.5);
  CHECK(root.at("whole").number() == 3.0);
  CHECK(root.at("whole").integer(0, 3) == 3);
  CHECK(root.at("list").elements().size() == 2);
  CHECK(root.at("list").elements()[0].text() == "a");
  CHECK(root.at("table").entries().at(0).first == "in.ner");
  CHECK((root.has("text") && !root.has("none")));
  CHECK_THROWS_WITH(root.at("none"), "f.json: none: is missing");
  CHECK_THROWS_WITH(root.at("table").at("x"), "f.json: table.x: is missing");
  CHECK_THROWS_WITH(root.at("text").at("x"), "f.json: text: must be a table, got \"t\"");
  CHECK_THROWS_WITH(root.text(), "f.json: must be a text, got a table");
  CHECK_THROWS_WITH(root.at("number").text(), "f.json: number: must be a text, got 2.5");
  CHECK_THROWS_WITH(root.at("list").number(), "f.json: list: must be a number, got a list of 2");
  CHECK_THROWS_WITH(root.at("list").texts(), "f.json: list[1]: must be a text, got 1");
  CHECK_THROWS_WITH(root.at("table").at("in.ner").at("x").number(),
                    "f.json: table.in.ner.x: must be a number, got null");
  CHECK_THROWS_WITH(root.at("whole").integer(0, 2),
                    "f.json: whole: must be an integer from 0 to 2, got 3");
  CHECK_THROWS_AS(root.at("whole").integer(4, 5), InputError);
  CHECK_THROWS_AS(root.at("number").integer(0, 5), InputError);
  CHECK_THROWS_AS(root.at("great").integer(0, std::numeric_limits<std::int64_t>::max()),
                  InputError);
  CHECK_THROWS_WITH(root.at("odd\x1bkey").text(),
                    "f.json: odd\\x1bkey: must be a text, got a list of 0");
}
