#include "reports/formulas.hpp"

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Text = std::string;

Text element(const char* name, const Text& inside) {
  return fmt::format("<{0}>{1}</{0}>", name, inside);
}

// MathML's elements, one letter or word each: identifier, number, operator, and so on.
Text i(const char* name) { return element("mi", name); }
Text n(const char* digits) { return element("mn", digits); }
Text o(const char* sign) { return element("mo", sign); }

template <class... Parts>
Text row(const Parts&... parts) {
  return element("mrow", (Text() + ... + parts));
}
/// A bracket of the text's height: without a font for mathematics, browsers stretch too far.
Text bracket(const char* sign) { return fmt::format("<mo stretchy=\"false\">{}</mo>", sign); }

template <class... Parts>
Text of(const Parts&... parts) {
  return row(bracket("("), parts..., bracket(")"));
}
template <class... Parts>
Text math(const Parts&... parts) {
  return fmt::format("<math displaystyle=\"true\">{}</math>", row(parts...));
}

Text sub(const Text& base, const Text& index) { return element("msub", base + index); }
Text sup(const Text& base, const Text& power) { return element("msup", base + power); }
Text fraction(const Text& above, const Text& below) { return element("mfrac", above + below); }
Text sum(const char* index, const char* last) {
  return element("munderover", o("∑") + row(i(index), o("="), n("1")) + i(last));
}

Text fourier(const Text& f) {
  return row("<mi mathvariant=\"normal\">F</mi>", bracket("["), f, bracket("]"), of(i("ξ")));
}
Text residual() { return sub(i("u"), i("S")); }
Text at(const char* index) { return sub(i("x"), i(index)); }

}  // namespace

Text network_formula() {
  return math(sub(i("f"), i("θ")), of(i("x")), o("="), i("s"), sum("j", "m"), sub(i("a"), i("j")),
              i("σ"), of(sub(i("w"), i("j")), o("·"), i("x"), o("+"), sub(i("b"), i("j"))));
}

Text loss_formula() {
  return math(sub(i("R"), i("S")), o("="), fraction(n("1"), n("2")), sum("i", "n"),
              sup(of(i("f"), of(at("i")), o("−"), sub(i("y"), i("i"))), n("2")));
}

Text time_formula() {
  return math(fraction(row(i("d"), i("θ")), row(i("d"), i("t"))), o("="), o("−"), o("∇"),
              sub(i("R"), i("S")));
}

Text frequency_formula() {
  return math(fourier(i("f")), o("="), o("∫"), i("f"), of(i("x")),
              sup(i("e"), row(o("−"), n("2"), i("π"), i("i"), i("ξ"), o("·"), i("x"))), i("d"),
              i("x"));
}

Text lfp_formula() {
  return math(sub(o("∂"), i("t")), fourier(i("u")), o("="), o("−"), sup(i("γ"), n("2")), of(i("ξ")),
              fourier(residual()));
}

Text divergence_formula() {
  const Text gradient = sub(o("∇"), i("ξ"));
  return math(
      fraction(n("1"), row(n("4"), sup(i("π"), n("2")))), gradient, o("·"),
      of(element("msubsup", i("γ") + i("b") + n("2")), of(i("ξ")), gradient, fourier(residual())));
}

Text residual_formula() {
  return math(i("u"), o("="), i("f"), o("−"), sup(i("f"), o("*")), o(","), residual(), o("="),
              sum("i", "n"), i("u"), of(at("i")), i("δ"), of(i("x"), o("−"), at("i")));
}

Text relu_weight_formula() {
  const auto term = [](const char* index, const char* power) {
    return fraction(sub(i("c"), n(index)),
                    sup(row(bracket("|"), i("ξ"), bracket("|")), row(i("d"), o("+"), n(power))));
  };
  return math(sup(i("γ"), n("2")), of(i("ξ")), o("="), term("1", "3"), o("+"), term("2", "1"));
}

}  // namespace fprinciple::reports
