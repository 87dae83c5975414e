#include "base/excerpt.hpp"

#include <catch2/catch.hpp>

using fprinciple::base::excerpt;

TEST_CASE("an excerpt is what was written, as long as it is short and harmless") {
  CHECK(excerpt("").empty());
  CHECK(excerpt("network.width = 3") == "network.width = 3");
  CHECK(excerpt("½Σ(f−y)² 𝄞") == "½Σ(f−y)² 𝄞");
}

TEST_CASE("an excerpt has no control character and no byte that is no UTF-8") {
  using namespace std::literals;
  CHECK(excerpt("a\nb\x1b[31m\x7f\0"sv) == "a\\x0ab\\x1b[31m\\x7f\\x00");
  CHECK(excerpt("\xc2\x9b") == "\\xc2\\x9b");           // a control character of two bytes
  CHECK(excerpt("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");  // a break of lines
  CHECK(excerpt("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // from right to left
  CHECK(excerpt("\xff\xc3") == "\\xff\\xc3");           // no start, no rest
  CHECK(excerpt("\xc0\xaf") == "\\xc0\\xaf");           // / in two bytes
  CHECK(excerpt("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half a pair
  CHECK(excerpt("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(excerpt("\xef\xbf\xbe") == "\\xef\\xbf\\xbe");  // no character
}

TEST_CASE("an excerpt ends before the character that is too much") {
  CHECK(excerpt("abcd", 4) == "abcd");
  CHECK(excerpt("abcde", 4) == "abcd…");
  CHECK(excerpt("abc½", 4) == "abc…");
  CHECK(excerpt("ab½", 4) == "ab½");
  CHECK(excerpt(std::string(100'000, 'x')).size() < 200);
}
