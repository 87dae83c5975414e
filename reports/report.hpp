#pragma once

#include "reports/cube_report.hpp"
#include "reports/figure.hpp"
#include "runs/run.hpp"

#include <filesystem>
#include <vector>

namespace fprinciple::reports {

/// Writes directory/figures/NAME.{gp,dat,svg,pdf}, with the curves or the maps the film
/// figures/film.{gp,dat,gif}, and the self-contained page directory/report.html. `figures` are the
/// ones asked for; empty means all that apply. One that was asked for but does not apply (maps of
/// one-dimensional data) is not drawn, and the page says so.
///
/// Returns the figures that gnuplot could not draw; the page names them, too. Throws RunError when
/// a file cannot be written.
std::vector<NotDrawn> write_report(const runs::Run& run, const std::filesystem::path& directory,
                                   const std::vector<runs::FigureName>& figures = {});

/// Writes directory/report.html, one page with a section for each experiment and each study. The
/// results and figures of each, as write_run and write_report, write_cube and write_cube_report
/// leave them, are in directory/NAME/. Throws RunError when the page cannot be written.
void write_combined_report(const std::vector<runs::Run>& runs, const std::vector<Study>& studies,
                           const std::filesystem::path& directory);

}  // namespace fprinciple::reports
