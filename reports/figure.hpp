#pragma once

#include "compare/comparison.hpp"
#include "reports/script.hpp"
#include "runs/run.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// One figure: the data, the gnuplot commands that draw it, and the words around it. The texts are
/// plain text, without markup.
struct Figure {
  std::string name;  ///< letters, digits, '-' and '_'
  std::string title;
  std::string alt;      ///< what the picture shows, for who cannot see it
  std::string reading;  ///< how to read it, a sentence or two
  double width_cm = 8.6;
  double height_cm = 6.6;
  Eigen::Index frames = 0;  ///< of a film; its commands draw picture number `frame`, from 1 on
  std::string data;         ///< NAME.dat
  Script commands;          ///< the file name NAME.dat is in the variable `data`
};

/// The two widths of a figure: one and two columns of a journal page.
inline constexpr double single_column_cm = 8.6;
inline constexpr double double_column_cm = 17.8;

/// Each of these is nothing when the comparison has not what the figure shows.
/// d = 1: samples, network, prediction, classical interpolant and their residual.
std::optional<Figure> curves(const compare::Comparison& comparison);
/// The training (and test) loss over time.
std::optional<Figure> loss(const compare::Comparison& comparison);
/// Regular grids: the share of the spectral error that is left, over frequency and time.
std::optional<Figure> spectrum(const compare::Comparison& comparison);
/// d = 2 and a regular grid: network, prediction and their difference.
std::optional<Figure> maps(const compare::Comparison& comparison);
/// The prediction over the network, point by point of the grid.
std::optional<Figure> scatter(const compare::Comparison& comparison);
/// The distance between network and prediction over time.
std::optional<Figure> error(const compare::Comparison& comparison);
/// What each step from the network down to LFP-2019 costs, over time and at the last one.
std::optional<Figure> ladder(const compare::Comparison& comparison);
/// d = 1: the errors against the target over x, under the generalisation bounds.
std::optional<Figure> bounds(const runs::Run& run);

/// d = 1 or 2 (on a regular grid): network, prediction, their spectra or their difference as a film
/// of at most 34 pictures, for slides. It goes with the curves or the maps, and has no name of its
/// own in an experiment.
std::optional<Figure> film(const compare::Comparison& comparison);

/// The figure of this name, or nothing when it does not apply.
std::optional<Figure> make_figure(runs::FigureName name, const runs::Run& run);

/// Writes NAME.dat and NAME.gp into `directory` and runs gnuplot on them, which leaves NAME.svg and
/// NAME.pdf, of a film NAME.gif. Returns nothing, or why gnuplot could not draw it. Throws
/// InputError for a name that is not of letters, digits, '-' and '_', RunError when a file cannot
/// be written.
[[nodiscard]] std::optional<std::string> draw(const Figure& figure,
                                              const std::filesystem::path& directory);

/// A figure that gnuplot could not draw, and why: a line.
struct NotDrawn {
  std::string figure;
  std::string why;
};

/// draw, which adds a figure that could not be drawn to the list.
void draw(const Figure& figure, const std::filesystem::path& directory,
          std::vector<NotDrawn>& not_drawn);

}  // namespace fprinciple::reports
