#include "reports/bounds_card.hpp"

#include "reports/html.hpp"
#include "runs/summary.hpp"

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using nlohmann::json;

std::string head(const char* what, const char* value, const char* other) {
  return fmt::format(
      "<div class=\"scroll\"><table class=\"wrapped\">\n<thead><tr><th scope=\"col\">{}</th>"
      "<th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
      what, value, other);
}

std::string row(const std::string& name, const std::string& value, const std::string& other) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", name, value,
                     other);
}

constexpr const char* end = "</tbody></table></div>\n";

std::string bound_rows(const json& s) {
  std::string out;
  for (const runs::BoundWords& bound : runs::bound_words)
    out += row(fmt::format("{}<div class=\"soft\">{}</div>", bound.name, bound.knows),
               value_at(s, fmt::format("bounds.{}", bound.key)),
               value_at(s, fmt::format("bounds.tightness.{}", bound.key)));
  return out;
}

}  // namespace

std::string bounds_table(const json& s) {
  std::string out =
      head("bound", "value", "times the error") + bound_rows(s) + end +
      head("error over the whole box", "mean", "root mean square") +
      row("prediction’s limit", value_at(s, "bounds.measured_lfp"),
          value_at(s, "bounds.measured_lfp_l2")) +
      row("network", value_at(s, "bounds.measured_nn"), value_at(s, "bounds.measured_nn_l2")) +
      end +
      fmt::format(
          "<p class=\"soft\">All that the bounds know of the target, besides its samples, is its "
          "FP-norm <i>Q</i> = {}; the least that the samples allow is {}. δ = {}. The first three "
          "bound the mean, the radius the root mean square, of the prediction’s limit; the means "
          "are exact to {} of themselves.</p>\n",
          s["bounds"]["fp_norm"].is_null() ? "∞" : value_at(s, "bounds.fp_norm"),
          value_at(s, "bounds.data_norm"), value_at(s, "bounds.delta"),
          value_at(s, "bounds.measured_error"));
  if (const std::string note = text_at(s, "bounds.note"); !note.empty())
    out += fmt::format("<p class=\"soft\">Note: {}.</p>\n", escaped(note));
  return out;
}

}  // namespace fprinciple::reports
