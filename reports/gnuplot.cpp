#include "reports/gnuplot.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "reports/isolated_process.hpp"
#include "reports/palette.hpp"

#include <array>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace fs = std::filesystem;
namespace {

/// One style for every figure. The colours are those of Okabe and Ito, and an indigo, which
/// colour-blind readers can tell apart.
constexpr Words colours = R"gp(# ---- the style of all figures: colours ----
network    = '#0072B2'
prediction = '#D55E00'
reference  = '#BBBBBB'
target     = '#009E73'
samples    = '#000000'
neutral    = '#555555'
# The rungs of the error ladder.
nonlinearity   = '#332288'
finite_width   = '#56B4E9'
zero_frequency = '#E69F00'
divergence     = '#CC79A7'
)gp";

/// `name = "defined (0 '#…', 1 '#…', …)"`, for `set palette @name`.
template <std::size_t N>
Script palette(Words name, const std::array<Words, N>& stops) {
  Script out;
  for (std::size_t k = 0; k < N; ++k)
    out += commands("{}{} '{}'",
                    k == 0       ? Words("")
                    : k % 5 == 0 ? Words(", \\\n  ")
                                 : Words(", "),
                    k, stops[k]);
  return commands("{} = \"defined ({})\"\n", name, out);
}

/// Set anew for each output, since a drawing changes it.
constexpr Words style = R"gp(
  # ---- the style of all figures: lines, tics and legend ----
  set datafile missing 'NaN'
  set border lw 0.8 lc rgb neutral
  set tics nomirror out scale 0.6,0.35 textcolor rgb 'black'
  set xtics offset 0,lift
  set grid back lt 1 lc rgb '#E8E8E8' lw 0.7
  set key outside top center vertical maxrows 2 Left reverse samplen 2 width (device eq "svg" ? -2 : -1)
)gp";

/// Both outputs of one drawing. A centimetre is 96/2.54 pixels and a point 96/72 pixels in SVG, so
/// that the two look the same.
constexpr Words drawing = R"gp(
do for [device in "svg pdf"] {{
  reset
  set encoding utf8
  if (device eq "svg") {{
    set terminal svg size {width}*96/2.54,{height}*96/2.54 enhanced background rgb 'white' \
      font sprintf("Helvetica,Arial,sans-serif,%.2f", 8*96.0/72)
  }} else {{
    set terminal pdfcairo size {width}cm,{height}cm enhanced background rgb 'white' color \
      font "Helvetica,6" fontscale 1 linewidth 1.5 dashlength 1.5
  }}
  lift = device eq "svg" ? 0.55 : 0  # svg sets the text under an axis too low
  set output "{name}.".device
{style}
  # ---- this figure ----
{commands}
  unset output
}}
)gp";

/// A film for slides: 128 pixels an inch, the last of `frames` pictures held for a while.
constexpr Words filming = R"gp(
device = 'gif'
lift = 0
set encoding utf8
set terminal gif animate delay 15 loop 0 size {width}*128/2.54,{height}*128/2.54 \
  enhanced background '#ffffff' font "DejaVu Sans,10.5"
set output "{name}.gif"
do for [picture = 1:{frames} + 4] {{
  frame = picture < {frames} ? picture : {frames}
  reset
{style}
  # ---- the picture number frame ----
{commands}
}}
unset output
)gp";

/// The last line of what gnuplot has written that is not empty: it tells the error.
std::string last_line(const std::string& output) {
  const std::size_t end = output.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const std::size_t start = output.find_last_of('\n', end);
  return base::excerpt(std::string_view(output).substr(start + 1, end - start));
}

constexpr const char* install = "on Debian: apt install gnuplot-nox";

fs::path gnuplot() {
  fs::path program = find_program("gnuplot");
  if (program.empty())
    throw RunError(fmt::format("gnuplot, which draws the figures, was not found; {}", install));
  return program;
}

/// A minute, and another for every 6 MB that are read, by a film for each picture.
Limits limits_of(const Figure& figure) {
  constexpr double bytes_per_second = 1e5;
  const auto bytes = static_cast<double>(figure.data.size() + figure.commands.text().size());
  return {60.0 + bytes * static_cast<double>(1 + figure.frames) / bytes_per_second};
}

}  // namespace

std::vector<std::string> outputs(const Figure& figure) {
  if (figure.frames > 0) return {figure.name + ".gif"};
  return {figure.name + ".svg", figure.name + ".pdf"};
}

Script script(const Figure& figure) {
  std::vector<std::string> files = outputs(figure);
  const Script name = file_name(figure.name);
  return comment(figure.title + ".") +
         comment(fmt::format("Draws {} from {}.dat:  gnuplot {}.gp", fmt::join(files, " and "),
                             figure.name, figure.name)) +
         "\n" + colours + palette("magnitudes", magnitudes) +
         palette("signed_values", signed_values) + commands("\ndata = '{}.dat'\n", name) +
         commands(figure.frames > 0 ? filming : drawing, Argument("width", figure.width_cm),
                  Argument("height", figure.height_cm), Argument("name", name),
                  Argument("frames", figure.frames), Argument("style", style),
                  Argument("commands", figure.commands.indented()));
}

std::optional<std::string> run_gnuplot(const fs::path& directory, const Figure& figure) {
  const auto remove_outputs = [&] {
    std::error_code ignored;
    for (const std::string& file : outputs(figure)) fs::remove(directory / file, ignored);
  };
  remove_outputs();  // of another time
  Ending ending;
  try {
    // -d: the user's own ~/.gnuplot must not change the figures.
    ending = run_isolated(gnuplot(), {"-d", figure.name + ".gp"}, directory, limits_of(figure));
  } catch (const RunError& error) {
    return error.what();
  }
  bool complete = ending.failure.empty();
  for (const std::string& file : outputs(figure))
    complete = complete && fs::exists(directory / file);
  if (complete) return std::nullopt;
  remove_outputs();
  const std::string message = last_line(ending.output);
  return fmt::format("gnuplot: {}{}{}",
                     ending.failure.empty() ? "an output is missing" : ending.failure,
                     message.empty() ? "" : ": ", message);
}

void require_gnuplot() {
  const Ending ending = run_isolated(
      gnuplot(),
      {"-d", "-e",
       "set terminal svg enhanced; set terminal pdfcairo enhanced; set terminal gif animate"},
      "/", {});
  if (!ending.failure.empty())
    throw RunError(
        fmt::format("gnuplot, which draws the figures, cannot draw SVG, PDF and GIF ({}: {}); {}",
                    ending.failure, last_line(ending.output), install));
}

}  // namespace fprinciple::reports
