#include "reports/page.hpp"

#include "reports/html.hpp"
#include "reports/page_parts.hpp"

#include <spdlog/fmt/fmt.h>

namespace fprinciple::reports {
namespace {

using nlohmann::json;

// ---- the summary ----

std::string headline(const json& s) {
  const std::vector<Fact> tiles{
      {"network − prediction on the grid, root mean square", value_at(s, "error.rmse")},
      {"the same, relative to the prediction (L²)", value_at(s, "error.relative_l2")},
      {"largest difference on the grid", value_at(s, "error.max")},
      {"final loss of the network, ½Σ(f−y)²", value_at(s, "train.loss")}};
  std::string out = "<dl class=\"headline\">\n";
  for (const Fact& tile : tiles)
    out +=
        fmt::format("<div class=\"card\"><dt>{}</dt><dd>{}</dd></div>\n", tile.label, tile.value);
  return out + "</dl>\n";
}

std::string what_was_run(const json& s) {
  return facts({{"dimension <i>d</i>", value_at(s, "problem.dim")},
                {"samples <i>n</i>", value_at(s, "problem.samples")},
                {"neurons <i>m</i>", value_at(s, "problem.width")},
                {"grid points", value_at(s, "problem.grid_points")},
                {"training", value_at(s, "train.method")},
                {"steps", value_at(s, "train.steps")},
                {"gradients", value_at(s, "train.gradients")},
                {"last time <i>t</i>", value_at(s, "train.time")},
                {"last loss", value_at(s, "train.loss")},
                {"stopped by", value_at(s, "train.stopped_by")},
                {"training took (s)", value_at(s, "train.seconds")},
                {"peak memory (MiB)", value_at(s, "memory.peak_mib")}});
}

std::string theory(const json& s) {
  return facts({{"model", value_at(s, "lfp.model")},
                {"<i>c</i><sub>1</sub>", value_at(s, "lfp.c1")},
                {"<i>c</i><sub>2</sub>", value_at(s, "lfp.c2")},
                {"<i>κ</i>", value_at(s, "lfp.kappa")},
                {"lattice box", value_at(s, "lfp.box")},
                {"modes", value_at(s, "lfp.modes")},
                {"zero frequency", value_at(s, "lfp.zero_frequency")},
                {"ridge", value_at(s, "lfp.ridge")}}) +
         "<p class=\"soft\">γ²(ξ) = <i>c</i><sub>1</sub>/|ξ|<sup><i>d</i>+3</sup> + "
         "<i>c</i><sub>2</sub>/|ξ|<sup><i>d</i>+1</sup></p>\n";
}

std::string agreement(const json& s) {
  const auto row = [&](const std::string& name, const std::string& key) {
    return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       name, value_at(s, key + ".rmse"), value_at(s, key + ".relative_l2"),
                       value_at(s, key + ".max"));
  };
  return "<div class=\"scroll\"><table class=\"wrapped\">\n<thead><tr><th scope=\"col\">network "
         "minus</th>"
         "<th scope=\"col\">rmse</th><th scope=\"col\">relative L²</th>"
         "<th scope=\"col\">largest</th></tr></thead>\n<tbody>\n" +
         row("prediction at the same time", "error") +
         row("prediction’s limit, <i>t</i> → ∞", "error_limit") + "</tbody></table></div>\n";
}

std::string solver_row(const json& s, const std::string& name, const std::string& key) {
  const std::string path = "solvers." + key;
  std::string missing;
  for (const auto& [why, words] : {std::pair("skipped", "not run"), std::pair("failed", "failed")})
    if (const std::string text = text_at(s, path + "." + why); !text.empty())
      missing = fmt::format("{}: {}", words, text);
  const std::string cells =
      missing.empty() ? fmt::format("<td>{}</td><td>{}</td>", value_at(s, path + ".seconds"),
                                    value_at(s, path + ".max_difference"))
                      : fmt::format("<td colspan=\"2\">{}</td>", escaped(missing));
  return fmt::format("<tr><th scope=\"row\">{}</th>{}</tr>\n", name, cells);
}

std::string solvers(const json& s) {
  return "<div class=\"scroll\"><table class=\"wrapped\">\n<thead><tr><th scope=\"col\">route to "
         "the limit</th>"
         "<th scope=\"col\">seconds</th><th scope=\"col\">difference to dual</th></tr></thead>\n"
         "<tbody>\n" +
         solver_row(s, "dual solve", "dual") + solver_row(s, "exact propagator", "propagator") +
         solver_row(s, "Fourier ODE", "ode") + solver_row(s, "constrained minimiser", "ceres") +
         "</tbody></table></div>\n"
         "<p class=\"soft\">Largest difference on the grid, relative to max |<i>y</i>|. The limit "
         "meets the samples to " +
         value_at(s, "solvers.constraint_residual") + ".</p>\n";
}

std::string warnings(const json& s) {
  if (!s.is_object() || !s.contains("warnings") || !s["warnings"].is_array()) return {};
  std::string items;
  for (const json& warning : s["warnings"])
    if (warning.is_string()) items += "<li>" + escaped(warning.get<std::string>()) + "</li>\n";
  if (items.empty()) return {};
  return "<div class=\"card warnings\" role=\"note\"><p><strong>Warnings</strong></p>\n<ul>\n" +
         items + "</ul></div>\n";
}

// ---- figures and files ----

std::string figures_html(const Section& section) {
  std::string out = "<div class=\"figures\">\n";
  for (std::size_t k = 0; k < section.figures.size(); ++k)
    out += figure_html(section.figures[k], section.svg[k], section.folder);
  out += "</div>\n";
  if (!section.not_drawn.empty())
    out += fmt::format("<p class=\"soft\">Asked for, but not applicable here: {}.</p>\n",
                       escaped(fmt::format("{}", fmt::join(section.not_drawn, ", "))));
  return out;
}

std::string conventions(const compare::Comparison& c) {
  std::string out;
  for (const char* key : {"time", "frequency", "loss"}) {
    const std::string text = text_at(c.summary, std::string("conventions.") + key);
    if (!text.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", key, escaped(text));
  }
  return "<dl class=\"facts\">\n" + out +
         fmt::format("<dt>seed</dt><dd>{}</dd>\n<dt>version</dt><dd>{} {}</dd>\n</dl>\n",
                     value_at(c.summary, "seed"), value_at(c.summary, "program"),
                     value_at(c.summary, "version"));
}

std::string reproduction(const Section& section) {
  const compare::Comparison& c = *section.comparison;
  return fmt::format(
      "<p>Made by <code>fprinciple run {}.toml</code></p>\n"
      "<p>Results: {} (every array, NetCDF-4) · {} (every number on this page)</p>\n"
      "<details><summary>The experiment file</summary>\n<pre>{}</pre></details>\n",
      escaped(c.name), link(section.folder + "result.nc", "result.nc"),
      link(section.folder + "summary.json", "summary.json"), escaped(c.experiment_text));
}

std::string lede(const json& s) {
  return fmt::format(
      "<p>A two-layer network of {} neurons, trained on {} samples in dimension {}, and what the "
      "linear frequency principle says about it without training anything.</p>\n",
      value_at(s, "problem.width"), value_at(s, "problem.samples"), value_at(s, "problem.dim"));
}

std::string section_body(const Section& section, Level level) {
  const compare::Comparison& c = *section.comparison;
  const json& s = c.summary;
  return headline(s) + warnings(s) + heading(level, "Figures") + figures_html(section) +
         heading(level, "Summary") + "<div class=\"cards\">\n" +
         card(level, "What was run", what_was_run(s)) +
         card(level, "Theory and practice", agreement(s)) +
         (s.contains("solvers") ? card(level, "Four routes to one prediction", solvers(s)) : "") +
         card(level, "Spectral weight of the prediction", theory(s)) +
         card(level, "Conventions", conventions(c)) +
         card(level, "Files, and how to get them again", reproduction(section)) + "</div>\n";
}

std::string title_of(const compare::Comparison& c) { return c.title.empty() ? c.name : c.title; }

/// The overview of the combined page, one row for each experiment.
std::string overview(const std::vector<Section>& sections) {
  std::string rows;
  for (const Section& section : sections) {
    const compare::Comparison& c = *section.comparison;
    const auto cell = [&](const char* key) { return "<td>" + value_at(c.summary, key) + "</td>"; };
    rows += fmt::format("<tr><th scope=\"row\"><a href=\"#{}\">{}</a></th>", url(c.name),
                        escaped(title_of(c))) +
            cell("problem.dim") + cell("problem.samples") + cell("problem.width") +
            cell("train.loss") + cell("error.rmse") + cell("error.relative_l2") +
            cell("train.seconds") + "</tr>\n";
  }
  return "<div class=\"card scroll\" tabindex=\"0\" role=\"group\" "
         "aria-label=\"overview\"><table>\n"
         "<thead><tr><th scope=\"col\">experiment</th><th scope=\"col\"><i>d</i></th>"
         "<th scope=\"col\"><i>n</i></th><th scope=\"col\"><i>m</i></th>"
         "<th scope=\"col\">last loss</th><th scope=\"col\">rmse network − prediction</th>"
         "<th scope=\"col\">relative L²</th><th scope=\"col\">training (s)</th></tr></thead>\n"
         "<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

}  // namespace

std::string page(const Section& section) {
  const compare::Comparison& c = *section.comparison;
  return document(title_of(c), "<header>\n<h1>" + escaped(title_of(c)) + "</h1>\n" +
                                   lede(c.summary) + "</header>\n<main>\n" +
                                   section_body(section, 2) + "</main>\n" + footer(c.summary));
}

std::string combined_page(const std::vector<Section>& sections) {
  const std::string title = "The frequency principle: theory and trained networks";
  std::string body =
      "<header>\n<h1>" + title + "</h1>\n" +
      "<p>In each experiment a two-layer network is trained, and the linear frequency "
      "principle predicts what it becomes without training anything.</p>\n</header>\n"
      "<main>\n" +
      overview(sections);
  for (const Section& section : sections) {
    const compare::Comparison& c = *section.comparison;
    body += fmt::format("<section class=\"experiment\" id=\"{}\">\n", escaped(url(c.name))) +
            heading(2, escaped(title_of(c))) + lede(c.summary) + section_body(section, 3) +
            "</section>\n";
  }
  body += "</main>\n";
  if (!sections.empty()) body += footer(sections.front().comparison->summary);
  return document(title, body);
}

}  // namespace fprinciple::reports
