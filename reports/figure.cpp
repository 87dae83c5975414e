#include "reports/figure.hpp"

#include "reports/gnuplot.hpp"
#include "reports/text_file.hpp"

namespace fprinciple::reports {
std::optional<Figure> make_figure(runs::FigureName name, const runs::Run& run) {
  using enum runs::FigureName;
  const compare::Comparison& comparison = run.comparison;
  switch (name) {
    case maps:
      return reports::maps(comparison);
    case curves:
      return reports::curves(comparison);
    case loss:
      return reports::loss(comparison);
    case error:
      return reports::error(comparison);
    case ladder:
      return reports::ladder(comparison);
    case scatter:
      return reports::scatter(comparison);
    case spectrum:
      return reports::spectrum(comparison);
    case bounds:
      return reports::bounds(run);
  }
  return std::nullopt;
}

std::optional<std::string> draw(const Figure& figure, const std::filesystem::path& directory) {
  const Script commands = script(figure);  // it refuses a name that is no file's
  write_text(directory / (figure.name + ".dat"), figure.data);
  write_text(directory / (figure.name + ".gp"), commands.text());
  return run_gnuplot(directory, figure);
}

void draw(const Figure& figure, const std::filesystem::path& directory,
          std::vector<NotDrawn>& not_drawn) {
  if (auto why = draw(figure, directory)) not_drawn.push_back({figure.name, *std::move(why)});
}

}  // namespace fprinciple::reports
