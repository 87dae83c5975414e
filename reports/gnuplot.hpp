#pragma once

#include "reports/figure.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// The files that gnuplot makes of a figure: NAME.svg and NAME.pdf, of a film NAME.gif.
std::vector<std::string> outputs(const Figure& figure);

/// The gnuplot script of a figure: run as `gnuplot NAME.gp` beside NAME.dat, it draws the outputs.
/// It holds the style that all figures share, so it stands alone.
std::string script(const Figure& figure);

/// Runs `gnuplot NAME.gp` in `directory`. Throws RunError when gnuplot is not installed, fails
/// (with its message), or leaves an output out.
void run_gnuplot(const std::filesystem::path& directory, const Figure& figure);

}  // namespace fprinciple::reports
