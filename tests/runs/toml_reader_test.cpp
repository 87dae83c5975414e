#include "runs/toml_reader.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace fprinciple;

namespace {

std::string refusal(const std::string& text) {
  try {
    runs::parse_toml(text, "e.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("TOML: characters beyond ASCII stand in quotes and comments, wherever these are") {
  for (const std::string text :
       {R"(t = "é")", R"(t = 'é\')", R"(t = "\"é")", "t = \"\"\"a\nξ \"\" γ\"\"\"",
        "t = '''\nξ''' # é", "# é\nt = 1 # é", "t = \"\"\"é\"\"\"\"\" # é", "\xEF\xBB\xBFt = 1",
        R"("é" = 1)", R"(t = ["é", 'é'])"})
    CHECK(refusal(text) == "");
}

TEST_CASE("TOML: characters beyond ASCII elsewhere are refused, with the line") {
  const std::string why = ": not valid TOML: a character beyond ASCII outside quotes";
  CHECK(refusal("é = 1") == "e.toml:1" + why);
  CHECK(refusal("a = 1\n\nb = é") == "e.toml:3" + why);
  CHECK(refusal(R"(a = "é"é)") == "e.toml:1" + why);
  CHECK(refusal("a = '''é\n'''\nγ = 1") == "e.toml:3" + why);
  CHECK(refusal("# é\né") == "e.toml:2" + why);
  CHECK(refusal("a = \"\"\"b\"\"\"\"\"é") == "e.toml:1" + why);
  CHECK(refusal("a = 1 \u3000 b") == "e.toml:1" + why);
}

TEST_CASE("TOML: a text that has no end is the library's to refuse") {
  CHECK(refusal("a = \"é\nb = 1").starts_with("e.toml:1: not valid TOML: "));
  CHECK(refusal(R"(a = "é\)").starts_with("e.toml:1: not valid TOML: "));
  CHECK(refusal("a = \"\"\"é").starts_with("e.toml:1: not valid TOML: "));
}

TEST_CASE("TOML: the least integer, which the library cannot print, is refused with its line") {
  const std::string why =
      ":2: not valid TOML: the integer -9223372036854775808, one less than the least that is read";
  CHECK(refusal("a = 1\nb = -9223372036854775808") == "e.toml" + why);
  CHECK(refusal("[a]\nb = [[1, { c = -9223372036854775808 }]]") == "e.toml" + why);
  CHECK(refusal("a = -9223372036854775807") == "");
}

TEST_CASE("TOML: what the library asserts of well-formed texts is reported of others") {
  for (const std::string text :
       {"a = [[ }", "a = { b = [1, }", "[,a]", "a = { , }", "[", "a = [\n,"})
    CHECK(refusal(text).starts_with("e.toml:"));
}
