#include "reports/gnuplot.hpp"

#include "base/error.hpp"
#include "reports/palette.hpp"

#include <array>
#include <cstdio>

#include <fmt/format.h>
#include <sys/wait.h>

namespace fprinciple::reports {
namespace {

/// One style for every figure. The colours are those of Okabe and Ito, and an indigo, which
/// colour-blind readers can tell apart.
constexpr const char* colours = R"gp(# ---- the style of all figures: colours ----
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
std::string palette(const char* name, const std::array<const char*, N>& stops) {
  std::string out;
  for (std::size_t k = 0; k < N; ++k)
    out += fmt::format("{}{} '{}'", k == 0 ? "" : k % 5 == 0 ? ", \\\n  " : ", ", k, stops[k]);
  return fmt::format("{} = \"defined ({})\"\n", name, out);
}

/// Set anew for each output, since a drawing changes it.
constexpr const char* style = R"gp(
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
constexpr const char* drawing = R"gp(
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
  # ---- {title} ----
{commands}
  unset output
}}
)gp";

/// A film for slides: 128 pixels an inch, the last of `frames` pictures held for a while.
constexpr const char* filming = R"gp(
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
  # ---- {title}: the picture number `frame` ----
{commands}
}}
unset output
)gp";

std::string indented(const std::string& commands) {
  std::string out;
  bool at_start = true;
  for (const char c : commands) {
    if (at_start && c != '\n') out += "  ";
    out += c;
    at_start = c == '\n';
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

}  // namespace

std::vector<std::string> outputs(const Figure& figure) {
  if (figure.frames > 0) return {figure.name + ".gif"};
  return {figure.name + ".svg", figure.name + ".pdf"};
}

std::string script(const Figure& figure) {
  return fmt::format("# {0}.\n# Draws {1} from {2}.dat:  gnuplot {2}.gp\n\n", figure.title,
                     fmt::join(outputs(figure), " and "), figure.name) +
         colours + palette("magnitudes", magnitudes) + palette("signed_values", signed_values) +
         fmt::format("\ndata = '{}.dat'\n", figure.name) +
         fmt::format(fmt::runtime(figure.frames > 0 ? filming : drawing),
                     fmt::arg("width", figure.width_cm), fmt::arg("height", figure.height_cm),
                     fmt::arg("name", figure.name), fmt::arg("title", figure.title),
                     fmt::arg("frames", figure.frames), fmt::arg("style", style),
                     fmt::arg("commands", indented(figure.commands)));
}

void run_gnuplot(const std::filesystem::path& directory, const Figure& figure) {
  // -d: the user's own ~/.gnuplot must not change the figures.
  const std::string command =
      fmt::format("cd {} && gnuplot -d {}.gp 2>&1", shell_quoted(directory.string()), figure.name);
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw RunError("gnuplot could not be started");
  std::string message;
  std::array<char, 512> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr)
    message += buffer.data();
  const int status = pclose(pipe);
  constexpr int command_not_found = 127;
  if (WIFEXITED(status) && WEXITSTATUS(status) == command_not_found)
    throw RunError(
        "gnuplot, which draws the figures, was not found; on Debian: apt install gnuplot-nox");
  bool complete = true;
  for (const std::string& file : outputs(figure))
    complete = complete && std::filesystem::exists(directory / file);
  if (status != 0 || !complete)
    throw RunError(fmt::format("gnuplot failed on {}: {}",
                               (directory / (figure.name + ".gp")).string(), message));
}

}  // namespace fprinciple::reports
