#pragma once

#include <random>
#include <string>
#include <vector>

namespace fprinciple::tests {

/// What such a text would have done if it were run.
inline const std::string canary = "PWNED";

/// Texts that were written to be more than text for gnuplot, a shell, XML, or a terminal.
inline std::vector<std::string> classic_texts() {
  using namespace std::string_literals;
  return {
      "",
      " ",
      "'",
      "''",
      "''''",
      "'''a'''",
      "\"",
      "a\nsystem(\"touch PWNED\")\n#",
      "a\r\nsystem('touch PWNED')\r\n#",
      "'; system('touch PWNED'); x='",
      "'''.system('touch PWNED').'''",
      "''.system('touch PWNED').''",
      "\".system(\"touch PWNED\").\"",
      "`touch PWNED`",
      "'`touch PWNED`'",
      "\"`touch PWNED`\"",
      "$(touch PWNED)",
      "!touch PWNED",
      "\n!touch PWNED",
      "a\\",
      "a\\\\",
      "\\'",
      "\\\nsystem('touch PWNED')",
      "@colours",
      "it's @data, @signed_values and @network",
      "{",
      "}",
      "}}\nsystem('touch PWNED')\n{{",
      "{/:Bold x}",
      "a_b^c~d&e@f{g}h\\i",
      "x_{system('touch PWNED')}",
      "%s%n%d%T 100 % %%",
      "# a comment",
      "\\U+0041 \\101 \\x41 \\n \\t",
      "\\U+0027.system('touch PWNED').\\U+0027",
      "\\047.system('touch PWNED').\\047",
      "|touch PWNED",
      "< touch PWNED",
      "<b>&amp;</b>&#39;<!-- ]]> --><script>alert(1)</script>",
      "set output '|touch PWNED'",
      "load 'PWNED'",
      "a\0b"s,
      "\x1b[31mred\x07\x08\x7f",
      "\xc2\x85next\xe2\x80\xa8line\xe2\x80\xa9paragraph",
      "\xe2\x80\xaereversed\xe2\x81\xa6isolated",
      "\xff\xfe\xc3",
      "\xc0\xa7\xc0\xae overlong \xe0\x80\xa7",
      "\xed\xa0\x80 surrogate \xef\xbf\xbf\xef\xbf\xbe none",
      "\xf4\x90\x80\x80 beyond \xf8\x88\x80\x80\x80",
      "γ² of ½Σ(f − y)², 日本語, 😀, é",
      std::string(5000, 'x'),
      std::string(3000, '\''),
      std::string(1000, '\\'),
      std::string(2000, '{'),
      "ends in a half character \xe2\x82",
  };
}

/// `count` texts, put together at random from such pieces: the same for the same seed.
inline std::vector<std::string> hostile_texts(std::size_t count, unsigned seed) {
  std::vector<std::string> pieces = classic_texts();
  std::erase_if(pieces, [](const std::string& piece) { return piece.size() > 100; });
  for (const char* piece : {"'",
                            "'",
                            "''",
                            "\"",
                            "`",
                            "\\",
                            "\\",
                            "\n",
                            "\r",
                            "\t",
                            "@",
                            "@data ",
                            "{",
                            "}",
                            "_",
                            "^",
                            "&",
                            "~",
                            "$",
                            "#",
                            ";",
                            "%",
                            "|",
                            "<",
                            ">",
                            "!",
                            "(",
                            ")",
                            ".",
                            ",",
                            "=",
                            " ",
                            "0",
                            "7",
                            "U+",
                            "system('touch PWNED')",
                            "set ",
                            "plot ",
                            "title ",
                            "word",
                            "é",
                            "−",
                            "\xe2\x80\xa8",
                            "\x80"})
    pieces.emplace_back(piece);
  for (int byte = 0; byte < 256; ++byte) pieces.emplace_back(1, static_cast<char>(byte));
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return random() % n; };
  std::vector<std::string> out = classic_texts();
  while (out.size() < count) {
    std::string text;
    for (std::size_t k = 1 + below(12); k > 0; --k) text += pieces[below(pieces.size())];
    out.push_back(text);
  }
  return out;
}

}  // namespace fprinciple::tests
