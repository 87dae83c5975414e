#include "reports/figure.hpp"

#include "base/error.hpp"
#include "compare/experiment.hpp"
#include "reports/gnuplot.hpp"
#include "reports/report.hpp"
#include "reports/text_file.hpp"
#include "runs/experiment_file.hpp"

#include <spdlog/fmt/fmt.h>

namespace fprinciple::reports {
namespace {

struct Maker {
  const char* name;
  std::optional<Figure> (*make)(const compare::Comparison&);
};

/// One for each of runs::figure_names().
constexpr Maker makers[] = {{"maps", maps},         {"curves", curves}, {"loss", loss},
                            {"error", error},       {"ladder", ladder}, {"scatter", scatter},
                            {"spectrum", spectrum}, {"bounds", bounds}};

}  // namespace

std::optional<Figure> make_figure(const std::string& name, const compare::Comparison& comparison) {
  for (const Maker& maker : makers)
    if (name == maker.name) return maker.make(comparison);
  throw InputError(fmt::format("there is no figure '{}'; the figures are {}", name,
                               fmt::join(runs::figure_names(), ", ")));
}

void draw(const Figure& figure, const std::filesystem::path& directory) {
  write_text(directory / (figure.name + ".dat"), figure.data);
  write_text(directory / (figure.name + ".gp"), script(figure));
  run_gnuplot(directory, figure);
}

}  // namespace fprinciple::reports
