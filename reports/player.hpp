#pragma once

#include "compare/comparison.hpp"

#include <string>

namespace fprinciple::reports {

/// The experiment in time, to be moved by hand, as HTML: a slider over the snapshots and a button
/// that plays them, with network, prediction and both amplitude spectra. The values stand in it,
/// thinned to what can be seen (at most 100 times, 200 points of a line or 40 × 40 of the plane);
/// `player_script` draws them, and without it nothing but a sentence shows. `folder` leads from the
/// page to the results and makes the ids unique; with `film` the caption links to figures/film.*.
/// Empty for d > 2 or a single time.
std::string player(const compare::Comparison& comparison, const std::string& folder, bool film);

/// player.js, which sets every player of the page going; once on a page, after the players. It is
/// plain JavaScript on a canvas, so that the page needs no library and no network; its colours are
/// the page's own, so they follow its light and dark.
extern const char* const player_script;

}  // namespace fprinciple::reports
