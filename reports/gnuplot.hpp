#pragma once

#include "reports/figure.hpp"

#include <filesystem>
#include <string>

namespace fprinciple::reports {

/// The gnuplot script of a figure: run as `gnuplot NAME.gp` beside NAME.dat, it draws NAME.svg and
/// NAME.pdf. It holds the style that all figures share, so it stands alone.
std::string script(const Figure& figure);

/// Runs `gnuplot NAME.gp` in `directory`. Throws RunError when gnuplot is not installed, fails
/// (with its message), or leaves no NAME.svg and NAME.pdf.
void run_gnuplot(const std::filesystem::path& directory, const std::string& name);

}  // namespace fprinciple::reports
