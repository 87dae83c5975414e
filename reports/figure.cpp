#include "reports/figure.hpp"

#include "data/error.hpp"
#include "reports/gnuplot.hpp"
#include "reports/report.hpp"
#include "reports/text_file.hpp"

#include <spdlog/fmt/fmt.h>

namespace fprinciple::reports {
namespace {

struct Maker {
  const char* name;
  std::optional<Figure> (*make)(const compare::Comparison&);
};

/// In the order of the report.
constexpr Maker makers[] = {{"maps", maps},   {"curves", curves},   {"loss", loss},
                            {"error", error}, {"scatter", scatter}, {"spectrum", spectrum}};

}  // namespace

const std::vector<std::string>& figure_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Maker& maker : makers) all.emplace_back(maker.name);
    return all;
  }();
  return names;
}

std::optional<Figure> make_figure(const std::string& name, const compare::Comparison& comparison) {
  for (const Maker& maker : makers)
    if (name == maker.name) return maker.make(comparison);
  throw InputError(fmt::format("there is no figure '{}'; the figures are {}", name,
                               fmt::join(figure_names(), ", ")));
}

void draw(const Figure& figure, const std::filesystem::path& directory) {
  write_text(directory / (figure.name + ".dat"), figure.data);
  write_text(directory / (figure.name + ".gp"), script(figure));
  run_gnuplot(directory, figure.name);
}

}  // namespace fprinciple::reports
