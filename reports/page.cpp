#include "reports/page.hpp"

#include "reports/bounds_card.hpp"
#include "reports/document.hpp"
#include "reports/formulas.hpp"
#include "reports/html.hpp"
#include "reports/player.hpp"

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

using nlohmann::json;

// ---- the summary ----

/// Whether the theory applied, and why; nothing for results of older programs, which do not say.
std::string verdict(const json& s) {
  const std::string word = text_at(s, "verdict");
  if (word.empty()) return {};
  const char* kind = word == "agrees" ? "" : " warnings";
  return fmt::format(
      "<div class=\"card{}\" role=\"note\"><p><strong>Verdict: {}.</strong> {} "
      "<span class=\"soft\">The tangent kernel says how the outputs move with the weights; while "
      "it "
      "stays as it was at the start, the network is linear in its weights.</span></p></div>\n",
      kind, escaped(word), escaped(text_at(s, "verdict_from.reason")));
}

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
                {"all took (s)", value_at(s, "seconds")},
                {"peak memory (MiB)", value_at(s, "memory.peak_mib")}});
}

/// How far the routes that were taken agree with the dual solve, as a sentence.
std::string routes(const json& s) {
  std::string out;
  for (const auto& [key, name] :
       {std::pair("propagator", "the exact propagator"), std::pair("ode", "the Fourier ODE"),
        std::pair("ceres", "the constrained minimiser")})
    if (const std::string value = value_at(s, fmt::format("solvers.{}.max_difference", key));
        value.starts_with("<data"))
      out += fmt::format("{}{} to {}", out.empty() ? "" : ", ", name, value);
  if (out.empty()) return {};
  return " Computed by other routes, its limit is the same, relative to max |<i>y</i>|: " + out +
         ".";
}

std::string theory(const json& s) {
  return facts({{"model", value_at(s, "lfp.model")},
                {"<i>c</i><sub>1</sub>", value_at(s, "lfp.c1")},
                {"<i>c</i><sub>2</sub>", value_at(s, "lfp.c2")},
                {"<i>κ</i>", value_at(s, "lfp.kappa")},
                {"lattice box", value_at(s, "lfp.box")},
                {"modes", value_at(s, "lfp.modes")},
                {"zero frequency", value_at(s, "lfp.zero_frequency")},
                {"exponent <i>α</i> of <i>γ</i>² = |<i>ξ</i>|<sup>−<i>α</i></sup>",
                 value_at(s, "lfp.exponent")},
                {"ridge", value_at(s, "lfp.ridge")},
                {"limit known to", value_at(s, "lfp.uncertainty.limit")},
                {"moved by the box", value_at(s, "lfp.box_error")}}) +
         (value_at(s, "lfp.c1").starts_with("<data") ? "<p>" + relu_weight_formula() + "</p>\n"
                                                     : "");
}

std::string agreement(const json& s) {
  const auto row = [&](const std::string& name, const std::string& key) {
    return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       name, value_at(s, key + ".rmse"), value_at(s, key + ".relative_l2"),
                       value_at(s, key + ".max"));
  };
  return "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"theory and "
         "practice\"><table "
         "class=\"wrapped\">\n<thead><tr><th scope=\"col\">network "
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
  return "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"routes\"><table "
         "class=\"wrapped\">\n<thead><tr><th scope=\"col\">route to "
         "the limit</th>"
         "<th scope=\"col\">seconds</th><th scope=\"col\">difference to dual</th></tr></thead>\n"
         "<tbody>\n" +
         solver_row(s, "dual solve", "dual") + solver_row(s, "exact propagator", "propagator") +
         solver_row(s, "Fourier ODE", "ode") + solver_row(s, "constrained minimiser", "ceres") +
         "</tbody></table></div>\n"
         "<p class=\"soft\">Largest difference on the grid, relative to max |<i>y</i>|. The limit "
         "meets the samples to " +
         value_at(s, "solvers.constraint_residual") + "." + routes(s) + "</p>\n";
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
    out += figure_html(section.figures[k], figure_letter(k), section.svg[k], section.folder);
  out += "</div>\n";
  if (!section.not_applicable.empty())
    out += fmt::format("<p class=\"soft\">Asked for, but not applicable here: {}.</p>\n",
                       escaped(fmt::format("{}", fmt::join(section.not_applicable, ", "))));
  return out;
}

std::string conventions(const json& s) {
  const std::string model = text_at(s, "lfp.model");
  std::string more;
  if (model == "lfp2020" || model == "complete") more = "<br>+ " + divergence_formula();
  if (model == "complete") more += "<br>+ the finite constant and linear modes at <i>ξ</i> = 0";
  return "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"formulas\"><dl "
         "class=\"formulas\">\n" +
         fmt::format(
             "<dt>network</dt><dd>{}</dd>\n<dt>loss</dt><dd>{}</dd>\n"
             "<dt>time <i>t</i>, of the gradient flow</dt><dd>{}</dd>\n"
             "<dt>frequency <i>ξ</i>, in cycles per unit of <i>x</i></dt><dd>{}</dd>\n"
             "<dt>prediction ({})</dt><dd>{}{}</dd>\n<dt>where</dt><dd>{}</dd>\n",
             network_formula(), loss_formula(), time_formula(), frequency_formula(),
             value_at(s, "lfp.model"), lfp_formula(), more, residual_formula()) +
         "</dl></div>\n" +
         facts({{"seed", value_at(s, "seed")},
                {"version", value_at(s, "program") + " " + value_at(s, "version")}});
}

std::string reproduction(const Section& section) {
  const runs::Run& run = *section.run;
  return fmt::format(
      "<p>Made by <code>fprinciple {} {}.toml</code></p>\n"
      "<p>Results: {} (every array, NetCDF-4) · {} (every number on this page)</p>\n"
      "<details><summary>The experiment file</summary>\n<pre tabindex=\"0\">{}</pre></details>\n",
      run.summary.contains("bounds") ? "bounds" : "run", escaped(run.name),
      link(section.folder + "result.nc", "result.nc"),
      link(section.folder + "summary.json", "summary.json"), escaped(run.experiment_text));
}

std::string method(const json& s) {
  const std::string name = text_at(s, "train.method");
  return name == "flow" ? "gradient flow" : name == "gd" ? "gradient descent" : escaped(name);
}

/// What was run, on what, how long, and what agrees to what.
std::string lede(const json& s) {
  return verdict(s) +
         fmt::format(
             "<p>A two-layer network of {} neurons was trained on {} samples in dimension {}, by "
             "{} until <i>t</i> = {}, which took {} s and left a loss of {}. The linear frequency "
             "principle, which trains nothing, says what it becomes: on {} grid points network "
             "and prediction differ by {} in root mean square, which is {} of the prediction, and "
             "by {} at most.</p>\n",
             value_at(s, "problem.width"), value_at(s, "problem.samples"),
             value_at(s, "problem.dim"), method(s), value_at(s, "train.time"),
             value_at(s, "train.seconds"), value_at(s, "train.loss"),
             value_at(s, "problem.grid_points"), value_at(s, "error.rmse"),
             value_at(s, "error.relative_l2"), value_at(s, "error.max"));
}

/// A place on the page, and its name in the table of contents.
struct Place {
  std::string id;
  std::string name;
};

std::vector<Place> places(const Section& section) {
  std::vector<Place> out;
  const std::string prefix = url(section.folder);
  if (!section.player.empty()) out.push_back({prefix + "time", "The experiment in time"});
  for (std::size_t k = 0; k < section.figures.size(); ++k)
    out.push_back({url(section.folder + section.figures[k].name),
                   fmt::format("{}. {}", figure_letter(k), section.figures[k].title)});
  out.push_back({prefix + "summary", "Summary"});
  return out;
}

std::string contents(const Section& section) {
  std::string items;
  for (const Place& place : places(section))
    items += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", place.id, escaped(place.name));
  return "<ul>\n" + items + "</ul>\n";
}

std::string navigation(const std::string& list) {
  return "<nav aria-label=\"contents\">\n" + list + "</nav>\n";
}

std::string section_body(const Section& section, Level level) {
  const runs::Run& run = *section.run;
  const json& s = run.summary;
  return headline(s) + not_drawn_html(section.failed) + warnings(s) + section.player +
         heading(level, "Figures") + figures_html(section) +
         fmt::format("<h{0} id=\"{1}summary\">Summary</h{0}>\n", level, url(section.folder)) +
         "<div class=\"cards\">\n" + card(level, "What was run", what_was_run(s)) +
         card(level, "Theory and practice", agreement(s)) +
         (s.contains("solvers") ? card(level, "Four routes to one prediction", solvers(s)) : "") +
         card(level, "Spectral weight of the prediction", theory(s)) +
         (s.contains("bounds") ? card(level, "Generalisation bounds", bounds_table(s)) : "") +
         card(level, "Conventions", conventions(s)) +
         card(level, "Files, and how to get them again", reproduction(section)) + "</div>\n";
}

template <class Result>
std::string title_of(const Result& result) {
  return result.title.empty() ? result.name : result.title;
}

/// The overview of the combined page, one row for each experiment.
std::string overview(const std::vector<Section>& sections) {
  std::string rows;
  for (const Section& section : sections) {
    const runs::Run& run = *section.run;
    const auto cell = [&](const char* key) {
      return "<td>" + value_at(run.summary, key) + "</td>";
    };
    rows +=
        fmt::format("<tr data-experiment=\"{0}\"><th scope=\"row\"><a href=\"#{0}\">{1}</a></th>",
                    url(run.name), escaped(title_of(run))) +
        cell("problem.dim") + cell("problem.samples") + cell("problem.width") + cell("train.loss") +
        cell("error.rmse") + cell("error.relative_l2") + cell("train.seconds") + "</tr>\n";
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
  const runs::Run& run = *section.run;
  return document(title_of(run), "<header>\n<h1>" + escaped(title_of(run)) + "</h1>\n" +
                                     lede(run.summary) + "</header>\n" +
                                     navigation(contents(section)) + "<main>\n" +
                                     section_body(section, 2) + "</main>\n" + footer(run.summary));
}

std::string combined_page(const std::vector<Section>& sections,
                          const std::vector<CubeSection>& studies) {
  const std::string title = "The frequency principle: theory and trained networks";
  std::string list, body;
  for (const Section& section : sections) {
    const runs::Run& run = *section.run;
    const std::string id = escaped(url(run.name)), name = escaped(title_of(run));
    list += fmt::format(
        "<li><a href=\"#{}\">{}</a>\n<details><summary>parts</summary>\n{}</details></li>\n", id,
        name, contents(section));
    body += fmt::format("<section class=\"experiment\" id=\"{0}\" data-experiment=\"{0}\">\n", id) +
            heading(2, name) + lede(run.summary) + section_body(section, 3) + "</section>\n";
  }
  for (const CubeSection& study : studies) {
    const std::string id = escaped(url(study.cube->name)), name = escaped(title_of(*study.cube));
    list += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, name);
    body += fmt::format("<section class=\"experiment\" id=\"{0}\" data-study=\"{0}\">\n", id) +
            heading(2, name) + cube_lede(*study.cube) + cube_body(study, 3) + "</section>\n";
  }
  body += "</main>\n" +
          footer(sections.empty() ? studies.front().cube->summary : sections.front().run->summary);
  return document(
      title, "<header>\n<h1>" + title + "</h1>\n" +
                 "<p>In each experiment a two-layer network is trained, and the linear "
                 "frequency principle predicts what it becomes without training anything. In each "
                 "study one experiment is repeated in many cells.</p>\n"
                 "</header>\n" +
                 navigation("<ul>\n" + list + "</ul>\n") + "<main>\n" +
                 (sections.empty() ? "" : overview(sections)) + body);
}

}  // namespace fprinciple::reports
