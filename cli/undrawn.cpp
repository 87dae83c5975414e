#include "cli/undrawn.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace fprinciple::cli {

void Undrawn::add(const std::string& name, const std::vector<reports::NotDrawn>& figures) {
  for (const reports::NotDrawn& figure : figures)
    fmt::print(stderr, "warning: {}: the figure {} could not be drawn: {}\n", name, figure.figure,
               figure.why);
  count_ += figures.size();
}

void Undrawn::require_none(const std::filesystem::path& results) const {
  if (count_ == 0) return;
  throw RunError(
      fmt::format("{0}: {1} could not be drawn; the results are whole, and fprinciple "
                  "report {0} draws them again",
                  results.string(), count_ == 1 ? "a figure" : fmt::format("{} figures", count_)));
}

}  // namespace fprinciple::cli
