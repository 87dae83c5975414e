#include "reports/measured_page.hpp"

#include "io/json.hpp"
#include "reports/document.hpp"
#include "reports/html.hpp"
#include "reports/measured_figures.hpp"
#include "reports/text_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using Eigen::Index;
using measure::Measured;
using nlohmann::json;

std::string times_word(Index count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// "0.83 [0.80, 0.86]"
std::string with_interval(double value, const measure::Interval& interval) {
  return std::isnan(interval.low)
             ? fmt::format("{:.2f}", value)
             : fmt::format("{:.2f} [{:.2f}, {:.2f}]", value, interval.low, interval.high);
}

std::string bias_in_words(const Measured& m) {
  const auto& bias = m.spectral_bias;
  if (std::isnan(bias.value))
    return "There is no spectral bias to tell: nothing was learnt, or the target has nothing on "
           "one "
           "side of the cut.";
  const std::string number = with_interval(bias.value, m.intervals.spectral_bias);
  const auto [low, high] = m.intervals.spectral_bias;
  if (low > 0.0)
    return fmt::format(
        "Low frequencies were learnt before high ones: the spectral bias is {}, where "
        "1 is strictly in turn and 0 is all together.",
        number);
  if (high < 0.0)
    return fmt::format(
        "High frequencies were learnt before low ones: the spectral bias is {}, where "
        "−1 is strictly in turn and 0 is all together.",
        number);
  return fmt::format(
      "Neither low nor high frequencies were ahead, as far as these samples can tell: "
      "the spectral bias is {}, and 0 is in its interval.",
      number);
}

std::string crossings_in_words(const Measured& m, double threshold) {
  if (m.present.empty())
    return "Along this direction the target has nothing at these frequencies: choose another "
           "direction, or others.";
  const auto counted = static_cast<Index>(m.present.size());
  const Eigen::VectorXd crossed = m.crossing_time(m.present);
  const auto learnt = static_cast<Index>(crossed.array().isFinite().count());
  std::string out = fmt::format(
      "Of {} at which the target has something to learn, {} below {:g} of the target for good "
      "before the recording ends",
      times_word(counted, "frequency", "frequencies"),
      learnt == 1 ? "1 comes" : fmt::format("{} come", learnt), threshold);
  if (learnt > 0) {
    Index first = 0;
    crossed.minCoeff(&first);
    out += fmt::format("; the first is k = {:.4g}, at t = {:.4g}",
                       m.projection.frequency[m.present[static_cast<std::size_t>(first)]],
                       crossed[first]);
  }
  out += ".";
  if (std::isnan(m.crossing_order)) return out + " There is no order among them to tell.";
  return out + fmt::format(
                   " Kendall’s τ of crossing time over frequency is {}: 1 would be every "
                   "higher frequency later, −1 every higher one earlier.",
                   with_interval(m.crossing_order, m.intervals.order));
}

std::string filtering_in_words(const Measured& m) {
  Index ahead = 0, all = 0;
  for (Index w = 0; w < m.filtering.delta.size(); ++w)
    for (Index j = 0; j < m.t.size(); ++j) {
      const double low = m.filtering.e_low(w, j), high = m.filtering.e_high(w, j);
      constexpr double kRounding = 1e-12;  // both are learnt
      if (std::isnan(low) || std::isnan(high) || std::max(low, high) < kRounding) continue;
      ++all;
      ahead += low < high ? 1 : 0;
    }
  if (all == 0)
    return "The filters leave nothing of the target above them, or nothing below: choose other "
           "widths.";
  if (ahead == all)
    return "What a Gaussian filter lets through is ahead of what it holds back, at every width and "
           "recorded time (e_low < e_high).";
  return fmt::format(
      "What a Gaussian filter lets through is ahead of what it holds back (e_low < "
      "e_high) in {} of {} pairs of a width and a time.",
      ahead, all);
}

std::string error_in_words(const runs::MeasuredFile& file) {
  const Measured& m = file.measured;
  const Index last = m.t.size() - 1;
  std::string out = fmt::format(
      "At the end the outputs differ from the targets by {:.3g} of their size at the samples",
      m.relative_error[last]);
  if (file.test_error)
    out += fmt::format(", by {:.3g} at the test points, where the least was {:.3g}",
                       (*file.test_error)[last], file.test_error->minCoeff());
  return out + ".";
}

std::string list(const std::vector<std::string>& sentences) {
  std::string out = "<ul>\n";
  for (const std::string& sentence : sentences) out += "<li>" + escaped(sentence) + "</li>\n";
  return out + "</ul>\n";
}

/// An interval of the summary as HTML, its ends where they are finite.
std::string interval(const json& s, const std::string& low, const std::string& high) {
  return fmt::format("[{}, {}]", value_at(s, low), value_at(s, high));
}

std::string headline(const json& s, bool test) {
  std::vector<Fact> tiles = {
      {"spectral bias, from −1 to 1; 95 % " +
           interval(s, "spectral_bias.low", "spectral_bias.high"),
       value_at(s, "spectral_bias.value")},
      {"order of crossings, Kendall’s τ; 95 % " +
           interval(s, "crossing.order_low", "crossing.order_high"),
       value_at(s, "crossing.order")},
      {"relative error at the end, at the samples", value_at(s, "error.relative")}};
  if (test) tiles.push_back({"the same at the test points", value_at(s, "error.relative_test")});
  std::string out = "<dl class=\"headline\">\n";
  for (const Fact& tile : tiles)
    out +=
        fmt::format("<div class=\"card\"><dt>{}</dt><dd>{}</dd></div>\n", tile.label, tile.value);
  return out + "</dl>\n";
}

std::string table(const std::string& label, const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string out = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\"><table>\n<thead><tr>",
      label);
  for (const std::string& cell : head) out += "<th scope=\"col\">" + cell + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (const std::string& cell : row) out += "<td>" + cell + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string frequencies(const Measured& m) {
  const Index last = m.t.size() - 1;
  std::vector<std::vector<std::string>> rows;
  for (Index k = 0; k < m.projection.frequency.size(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const bool counted = std::find(m.present.begin(), m.present.end(), k) != m.present.end();
    rows.push_back({number(m.projection.frequency[k]),
                    number(std::sqrt(m.projection.target_energy[k])), counted ? "yes" : "–",
                    number(m.crossing_time[k]), number(m.intervals.time[at].low),
                    number(m.intervals.time[at].high), number(m.projection.delta(k, last)),
                    number(m.projection.delta_magnitude(k, last))});
  }
  return table("frequencies",
               {"<i>k</i>", "|<i>ŷ</i>|", "counted", "crossing time", "from", "to", "last Δ",
                "last Δ, magnitudes"},
               rows);
}

std::string widths(const Measured& m) {
  const Index last = m.t.size() - 1;
  std::vector<std::vector<std::string>> rows;
  for (Index w = 0; w < m.filtering.delta.size(); ++w)
    rows.push_back({number(m.filtering.delta[w]), number(m.filtering.share_high[w]),
                    number(m.filtering.e_low(w, last)), number(m.filtering.e_high(w, last))});
  return table("filters",
               {"<i>δ</i>", "share of the target held back", "last <i>e</i><sub>low</sub>",
                "last <i>e</i><sub>high</sub>"},
               rows);
}

std::string recording_facts(const json& s) {
  return facts({{"dimension", value_at(s, "recording.dim")},
                {"samples", value_at(s, "recording.samples")},
                {"outputs", value_at(s, "recording.outputs")},
                {"times", value_at(s, "recording.times")},
                {"low frequencies are up to", value_at(s, "spectral_bias.cut")},
                {"threshold of a crossing", value_at(s, "crossing.threshold")},
                {"width of the kernel", value_at(s, "kernel.width")},
                {"resamples", value_at(s, "bootstrap.resamples")},
                {"measuring took (s)", value_at(s, "seconds")},
                {"peak memory (MiB)", value_at(s, "memory.peak_mib")}});
}

}  // namespace

std::vector<std::string> reading(const Measured& measured, double threshold) {
  return {bias_in_words(measured), crossings_in_words(measured, threshold),
          filtering_in_words(measured)};
}

std::vector<NotDrawn> write_measured_report(const runs::MeasuredFile& file,
                                            const std::filesystem::path& directory) {
  const json& s = file.summary;
  const double threshold = io::JsonValue((directory / "summary.json").string(), s)
                               .at("crossing")
                               .at("threshold")
                               .number();
  make_directory(directory / "figures");
  std::vector<NotDrawn> failed;
  std::string figures;
  std::size_t letter = 0;
  for (const Figure& figure : measured_figures(file.measured, threshold)) {
    draw(figure, directory / "figures", failed);
    figures += figure_html(figure, figure_letter(letter++), drawing_of(figure, directory), "");
  }
  std::vector<std::string> sentences = reading(file.measured, threshold);
  sentences.push_back(error_in_words(file));
  const std::string title = file.title.empty() ? file.name : file.title;
  const std::string files = fmt::format(
      "<p>Made by <code>fprinciple measure {}.nc</code></p>\n"
      "<p>Results: {} (every array, NetCDF-4) · {} (every number)</p>\n"
      "<p class=\"soft\">Frequencies are in cycles per unit of <i>x</i>, times in the unit of the "
      "recording. Intervals are 95 %, over resampled samples.</p>\n",
      escaped(file.name), link("measure.nc", "measure.nc"), link("summary.json", "summary.json"));
  write_text(
      directory / "report.html",
      document(title,
               fmt::format("<header>\n<h1>{}</h1>\n<p>What a model has learnt, frequency by "
                           "frequency: {} samples in dimension {}, at {} times.</p>\n</header>\n"
                           "<main>\n{}{}{}{}<div class=\"figures\">\n{}</div>\n"
                           "{}<div class=\"cards\">\n{}{}{}{}</div>\n</main>\n{}",
                           escaped(title), value_at(s, "recording.samples"),
                           value_at(s, "recording.dim"), value_at(s, "recording.times"),
                           not_drawn_html(failed), headline(s, file.test_error.has_value()),
                           heading(2, "What this says"), list(sentences), figures,
                           heading(2, "The numbers"),
                           card(2, "Frequencies along the direction",
                                "<details><summary>Every one</summary>\n" +
                                    frequencies(file.measured) + "</details>\n"),
                           card(2, "Filters", widths(file.measured)),
                           card(2, "What was measured", recording_facts(s)),
                           card(2, "Files, and how to get them again", files), footer(s))));
  return failed;
}

}  // namespace fprinciple::reports
