#pragma once

#include "reports/figure.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// The files that gnuplot makes of a figure: NAME.svg and NAME.pdf, of a film NAME.gif.
std::vector<std::string> outputs(const Figure& figure);

/// The gnuplot script of a figure: run as `gnuplot NAME.gp` beside NAME.dat, it draws the outputs.
/// It holds the style that all figures share, so it stands alone. Throws InputError for a name that
/// is not of letters, digits, '-' and '_'.
Script script(const Figure& figure);

/// Runs `gnuplot NAME.gp` in `directory`, by itself and for a limited time, see run_isolated.
/// Returns nothing when the outputs are there, else why they are not, in a line; none is then left.
std::optional<std::string> run_gnuplot(const std::filesystem::path& directory,
                                       const Figure& figure);

/// To be called before long work whose result is drawn. Throws RunError, which names the package to
/// install, when there is no gnuplot or it lacks one of the terminals svg, pdfcairo and gif.
void require_gnuplot();

}  // namespace fprinciple::reports
