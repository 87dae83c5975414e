#include "reports/player.hpp"

#include "reports/document.hpp"
#include "reports/html.hpp"
#include "reports/palette.hpp"
#include "reports/snapshots.hpp"
#include "reports/thinning.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using nlohmann::json;

template <class Number>
std::string in_base64(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  if (!bytes.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return base64(bytes);
}

/// The values, column by column, as little-endian 32-bit floats in base64.
std::string packed(const MatrixXd& values) {
  std::vector<float> numbers;
  for (const double value : values.reshaped()) numbers.push_back(static_cast<float>(value));
  return in_base64(numbers);
}

/// The values in 65535 steps of the range, finer than any screen: half the size. The step above the
/// range stands for what is not finite.
json stepped(const MatrixXd& values, const Range& range) {
  constexpr double steps = 65534.0;
  std::vector<std::uint16_t> numbers;
  for (const double value : values.reshaped()) {
    const double share = std::clamp((value - range.lo) / (range.hi - range.lo), 0.0, 1.0);
    numbers.push_back(
        static_cast<std::uint16_t>(std::isfinite(value) ? std::lround(steps * share) : 65535));
  }
  return {{"lo", range.lo}, {"hi", range.hi}, {"steps", in_base64(numbers)}};
}

/// log10 of amplitudes, on a decade more than the range: what lies below is not drawn.
json logarithms(const MatrixXd& amplitude, const Range& range) {
  const double lo = range.lo / 10;
  return stepped(amplitude.cwiseMax(lo).array().log10(), {std::log10(lo), std::log10(range.hi)});
}

template <std::size_t N>
json in_json(const std::array<Words, N>& palette) {
  json out;
  for (const Words colour : palette) out.push_back(colour.text());
  return out;
}

json in_json(const Range& range) { return {range.lo, range.hi}; }

/// A player's limits; a grid of the plane has that many points a side.
constexpr Index most_times = 100, most_of_line = 200, most_of_plane = 40;

/// What `player_script` reads: T times, P points, S samples, F frequencies.
json player_data(const compare::Comparison& c) {
  const bool plane = c.grid.dim() == 2;
  const Snapshots s = snapshots(c, most_times, plane ? most_of_plane : most_of_line);
  json out = {{"dim", c.grid.dim()},
              {"frames", s.t.size()},
              {"t", packed(s.t)},                                               // T
              {"loss", packed(s.loss)},                                         // T
              {"x", packed(s.x)},                                               // P × dim
              {"network", stepped(s.network, s.values)},                        // T × P
              {"difference", stepped(s.network - s.prediction, s.difference)},  // T × P
              {"samples", packed(c.samples.x)},                                 // S × dim
              {"y", packed(c.samples.y)},                                       // S
              {"y_range", in_json(s.values)},
              {"difference_range", in_json(s.difference)}};
  if (!plane && c.target) out["target"] = packed(s.target);  // P
  if (plane)
    out["palettes"] = {{"magnitudes", in_json(magnitudes)}, {"signed", in_json(signed_values)}};
  if (plane && c.grid.regular())
    for (const data::Axis& axis : c.grid.axes)
      out["cell"].push_back(axis.spacing() *
                            static_cast<double>(stride(axis.count, most_of_plane)));
  if (s.frequency.size() > 0) {
    out["frequency"] = packed(s.frequency);                                       // F
    out["spectrum_network"] = logarithms(s.spectrum_network, s.amplitude);        // T × F
    out["spectrum_prediction"] = logarithms(s.spectrum_prediction, s.amplitude);  // T × F
    out["spectrum_range"] = in_json(s.amplitude);
  }
  return out;
}

std::string panel(const char* what, const char* title, const std::string& alt) {
  return fmt::format(
      "<div class=\"panel\"><p>{}</p><canvas data-panel=\"{}\" role=\"img\" "
      "aria-label=\"{}\"></canvas></div>\n",
      title, what, alt);
}

std::string panels(const compare::Comparison& c) {
  const std::string spectra =
      c.frequency.size() < 2
          ? std::string()
          : panel("spectra", "amplitude spectra",
                  "Amplitude over frequency, of network and prediction at this time");
  if (c.grid.dim() == 1)
    return panel("functions", "functions", "Network and prediction over x at this time") + spectra;
  return panel("network", "network", "Map of the network at this time") +
         panel("prediction", "prediction", "Map of the prediction at this time") +
         panel("difference", "network − prediction", "Map of their difference at this time") +
         spectra;
}

std::string legend(const compare::Comparison& c) {
  std::string out;
  const auto entry = [&](const char* kind, const char* name) {
    out += fmt::format("<li class=\"{}\">{}</li>", kind, name);
  };
  const bool line = c.grid.dim() == 1;
  if (line || c.frequency.size() > 1) {
    entry("network", "network");
    entry("prediction", "prediction");
  }
  if (line && c.target) entry("target", "target");
  entry("samples", "samples");
  if (c.frequency.size() > 1) entry("reference", "spectrum of the prediction at the end");
  return fmt::format("<ul class=\"legend\">{}</ul>\n", out);
}

std::string caption(const compare::Comparison& c) {
  std::string out =
      "Each stop of the slider is a snapshot; they are evenly spread in log <i>t</i>, unless the "
      "experiment names its times. ";
  if (c.grid.dim() == 2)
    out +=
        "Network and prediction share one colour scale, with the samples as discs in it; the "
        "difference has its own, the same at all times. ";
  if (c.frequency.size() > 1)
    out += c.grid.dim() == 1
               ? "By the frequency principle the spectra fill from the left, low frequencies first."
               : "By the frequency principle the spectra, root mean squares over shells of |ξ|, "
                 "fill from the left, low frequencies first.";
  return out;
}

std::string film_files(const std::string& file) {
  return fmt::format("<p class=\"files\">For slides: {} · {} · {}</p>\n",
                     link(file + ".gif", "film (GIF)"), link(file + ".gp", "gnuplot script"),
                     link(file + ".dat", "data"));
}

}  // namespace

std::string player(const compare::Comparison& c, const std::string& folder, bool film) {
  if (c.grid.dim() > 2 || c.t.size() < 2) return {};
  return fmt::format(R"html(<figure class="card player" id="{0}time">
<noscript><p>This figure moves, and needs JavaScript for it. The figures below show the same without.</p></noscript>
<div class="moving" hidden>
<div class="controls"><button type="button">Play</button>
<label for="{0}slider">time</label><input type="range" id="{0}slider" min="0" max="{1}" step="1" value="{1}"></div>
<p class="now"></p>
{2}<div class="panels{3}">
{4}</div></div>
<script type="application/json">{5}</script>
<figcaption><p><strong>The experiment in time.</strong> {6}</p>
{7}</figcaption>
</figure>
)html",
                     url(folder), evenly(c.t.size(), most_times).size() - 1, legend(c),
                     c.grid.dim() == 2 ? " maps" : "", panels(c), player_data(c).dump(), caption(c),
                     film ? film_files(folder + "figures/film") : "");
}

}  // namespace fprinciple::reports
