#include "reports/html.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace fprinciple::reports;

namespace {

/// Without the element around it.
std::string shown(double value) {
  const std::string html = number(value);
  const auto start = html.find('>') + 1;
  return html.substr(start, html.rfind("</data>") - start);
}

}  // namespace

TEST_CASE("numbers have three significant digits", "[reports]") {
  CHECK(shown(0.0) == "0");
  CHECK(shown(1.0) == "1.00");
  CHECK(shown(0.00381249) == "0.00381");
  CHECK(shown(0.000999) == "9.99 × 10<sup>−4</sup>");
  CHECK(shown(9.999) == "10.0");
  CHECK(shown(-12.345) == "−12.3");
  CHECK(shown(53094.4) == "53094");
  CHECK(shown(1.234e5) == "1.23 × 10<sup>5</sup>");
  CHECK(shown(9.999e-7) == "1.00 × 10<sup>−6</sup>");
}

TEST_CASE("a number carries its exact value", "[reports]") {
  CHECK(number(0.1 + 0.2) == "<data value=\"0.30000000000000004\">0.300</data>");
}

TEST_CASE("numbers that are not finite say so", "[reports]") {
  CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "not finite");
  CHECK(number(std::numeric_limits<double>::infinity()) == "not finite");
}

TEST_CASE("summary values are found, and missing ones are a dash", "[reports]") {
  const nlohmann::json summary = {{"a", {{"n", 10000}, {"s", "<x>"}, {"null", nullptr}}},
                                  {"b", 2.5}};
  CHECK(value_at(summary, "a.n") == "<data data-key=\"a.n\" value=\"10000\">10000</data>");
  CHECK(value_at(summary, "a.s") == "&lt;x&gt;");
  CHECK(value_at(summary, "b") == "<data data-key=\"b\" value=\"2.5\">2.50</data>");
  for (const char* missing : {"a.null", "a.none", "b.c", "none.at.all", "a"})
    CHECK(value_at(summary, missing) == "–");
  CHECK(value_at(nlohmann::json(), "a") == "–");
}

TEST_CASE("text is escaped, paths too", "[reports]") {
  CHECK(escaped("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(escaped("γ²\n\tb\n") == "γ²\n\tb\n");
  CHECK(escaped("\x01\x1b[31m\xff<\r\n\xc2") == "\\x01\\x1b[31m\\xff&lt;\r\n\\xc2");
  CHECK(url("my run/é#1.svg") == "my%20run/%C3%A9%231.svg");
}

TEST_CASE("base64 as in RFC 4648", "[reports]") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe") == "//4=");
}
