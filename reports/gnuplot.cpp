#include "reports/gnuplot.hpp"

#include "data/error.hpp"

#include <array>
#include <cstdio>

#include <spdlog/fmt/fmt.h>
#include <sys/wait.h>

namespace fprinciple::reports {
namespace {

/// One style for every figure. The colours are those of Okabe and Ito, and an indigo, which
/// colour-blind readers can tell apart; `magnitudes` is viridis, `signed_values` diverges from
/// white at zero, and both keep their order for them too.
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
magnitudes = "defined (0 '#440154', 1 '#482878', 2 '#3E4989', 3 '#31688E', 4 '#26828E', \
  5 '#1F9E89', 6 '#35B779', 7 '#6DCD59', 8 '#B4DE2C', 9 '#FDE725')"
signed_values = "defined (0 '#053061', 1 '#2166AC', 2 '#4393C3', 3 '#92C5DE', 4 '#D1E5F0', \
  5 '#F7F7F7', 6 '#FDDBC7', 7 '#F4A582', 8 '#D6604D', 9 '#B2182B', 10 '#67001F')"
)gp";

/// Both outputs of one drawing. A centimetre is 96/2.54 pixels and a point 96/72 pixels in SVG, so
/// that the two look the same. The style is set anew for each, since a drawing changes it.
constexpr const char* outputs = R"gp(
do for [device in "svg pdf"] {{
  reset
  set encoding utf8
  if (device eq "svg") {{
    set terminal svg size {0}*96/2.54,{1}*96/2.54 enhanced background rgb 'white' \
      font sprintf("Helvetica,Arial,sans-serif,%.2f", 8*96.0/72)
  }} else {{
    set terminal pdfcairo size {0}cm,{1}cm enhanced background rgb 'white' color \
      font "Helvetica,6" fontscale 1 linewidth 1.5 dashlength 1.5
  }}
  lift = device eq "svg" ? 0.55 : 0  # svg sets the text under an axis too low
  set output "{2}.".device

  # ---- the style of all figures: lines, tics and legend ----
  set datafile missing 'NaN'
  set border lw 0.8 lc rgb neutral
  set tics nomirror out scale 0.6,0.35 textcolor rgb 'black'
  set xtics offset 0,lift
  set grid back lt 1 lc rgb '#E8E8E8' lw 0.7
  set key outside top center vertical maxrows 2 Left reverse samplen 2 width (device eq "svg" ? -2 : -1)

  # ---- {3} ----
{4}
  unset output
}}
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

std::string script(const Figure& figure) {
  return fmt::format("# {0}.\n# Draws {1}.svg and {1}.pdf from {1}.dat:  gnuplot {1}.gp\n\n",
                     figure.title, figure.name) +
         colours + fmt::format("\ndata = '{}.dat'\n", figure.name) +
         fmt::format(outputs, figure.width_cm, figure.height_cm, figure.name, figure.title,
                     indented(figure.commands));
}

void run_gnuplot(const std::filesystem::path& directory, const std::string& name) {
  // -d: the user's own ~/.gnuplot must not change the figures.
  const std::string command =
      fmt::format("cd {} && gnuplot -d {}.gp 2>&1", shell_quoted(directory.string()), name);
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
  const bool complete = std::filesystem::exists(directory / (name + ".svg")) &&
                        std::filesystem::exists(directory / (name + ".pdf"));
  if (status != 0 || !complete)
    throw RunError(
        fmt::format("gnuplot failed on {}: {}", (directory / (name + ".gp")).string(), message));
}

}  // namespace fprinciple::reports
