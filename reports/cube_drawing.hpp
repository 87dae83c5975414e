#pragma once

#include "reports/axis.hpp"
#include "reports/figure.hpp"
#include "runs/cube.hpp"
#include "runs/cube_figure.hpp"

#include <string>
#include <vector>

namespace fprinciple::reports {

/// Rows for the page, every cell already HTML.
struct Table {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};

/// A figure of a sweep and the numbers behind it.
struct CubeDrawing {  // NOLINT(bugprone-exception-escape): only if nlohmann::json's move threw
  Figure figure;
  Table glance;          ///< one row for each line: its slope and extremes
  Table numbers;         ///< every value that is drawn
  nlohmann::json study;  ///< the numbers of `glance`, for summary.json
};

/// The numbers that a page's figures show, in order of appearance: one keeps its colour and dash
/// from figure to figure.
std::vector<std::string> numbers_shown(const std::vector<runs::CubeFigure>& figures);

/// Lines over an axis or over another number; throws nothing that check_numbers has not thrown.
CubeDrawing draw_lines(const runs::Cube& cube, const runs::CubeFigure& figure,
                       const std::vector<std::string>& page_numbers);

/// Colours over two axes.
CubeDrawing draw_map(const runs::Cube& cube, const runs::CubeFigure& figure);

// ---- what both share ----

/// Of UTF-8.
std::size_t characters(const std::string& text);

/// 0.02, 500, 2·10^{−5}: `factor` times a power of ten, in quotes.
Script round_number(int factor, int exponent);

/// A number's text with minus signs of the right width; none before a zero.
std::string minus(std::string number);

/// The note under the label of an x axis, ready to follow the label; empty for an empty text.
Script note_below(const std::string& text);

/// The cells' coordinates that `at` fixes; 0 elsewhere.
std::vector<Eigen::Index> fixed_index(const runs::Cube& cube, const runs::CubeFigure& figure);

/// "10 seeds" for an axis "network.seed"; empty without one, or with a single coordinate.
std::string replicates_in_words(const runs::Cube& cube, const std::string& over);

/// What a caption says of values that a figure lacks; empty when it has all.
std::string left_out(Eigen::Index missing, Eigen::Index total, Eigen::Index not_positive);

/// "mean" or "median".
std::string in_words(compare::Statistic statistic);

/// A key of study: letters and digits, '_' for anything else.
std::string study_key(const std::string& name);

/// {value, low, high} of an estimate, the interval null where there is none.
nlohmann::json in_json(double value, double low, double high);

/// The place of a figure's number in summary.json, "study.FIGURE.WHICH".
std::string study_place(const std::string& figure, const std::string& which);

/// One number of an estimate, HTML; a dash where the estimate is null.
std::string part(const nlohmann::json& estimate, const std::string& name, const std::string& place);

/// "0.50 [0.45, 0.55]", HTML; no bracket without an interval. `place` as study_place.
std::string with_interval(const nlohmann::json& estimate, const std::string& place);

/// A positive range widened to 1, 2 or 5 times powers of ten, and gnuplot's commands for a
/// logarithmic axis ("x", "y", "cb") over a range, with a label at every power of ten, or at 1, 2
/// and 5 times those where it holds fewer than two.
Range log_range(const std::vector<Eigen::VectorXd>& values);
Script log_scale(Words axis, const Range& range);

enum class AxisLetter { x, y };
Words in_commands(AxisLetter letter);

/// The coordinates of an axis as tics, as many as there is room for on one that is `room`
/// characters (x) or lines (y) long.
struct Tics {
  Script commands;
  std::size_t hanging = 0;  ///< letters of the longest label, where they slant below the axis
};
Tics coordinate_tics(AxisLetter letter, const runs::CubeAxis& axis, const Range& range, bool log,
                     double room);

}  // namespace fprinciple::reports
