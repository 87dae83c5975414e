#include "reports/document.hpp"

#include "reports/html.hpp"
#include "reports/page_style.hpp"
#include "reports/player.hpp"
#include "reports/text_file.hpp"

#include <fmt/format.h>

namespace fprinciple::reports {

std::string heading(Level level, const std::string& text) {
  return fmt::format("<h{0}>{1}</h{0}>\n", level, text);
}

std::string document(const std::string& title, const std::string& body) {
  return fmt::format(R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{}</title>
<link rel="icon" href="data:,">
<style>{}</style>
</head>
<body>
{}{}</body>
</html>
)html",
                     escaped(title), page_style, body,
                     body.find("<canvas") == std::string::npos
                         ? ""
                         : fmt::format("<script>{}</script>\n", player_script));
}

std::string facts(const std::vector<Fact>& lines) {
  std::string out = "<dl class=\"facts\">\n";
  for (const Fact& line : lines)
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", line.label, line.value);
  return out + "</dl>\n";
}

std::string card(Level level, const std::string& title, const std::string& body) {
  return "<section class=\"card\">\n" + heading(level + 1, title) + body + "</section>\n";
}

std::string footer(const nlohmann::json& s) {
  return fmt::format("<footer>{} {}</footer>\n", value_at(s, "program"), value_at(s, "version"));
}

std::string link(const std::string& target, const std::string& text) {
  return fmt::format("<a href=\"{}\">{}</a>", url(target), escaped(text));
}

std::string not_drawn_html(const std::vector<NotDrawn>& figures) {
  if (figures.empty()) return {};
  std::string items;
  for (const NotDrawn& figure : figures)
    items += fmt::format("<li>{}: {}</li>\n", escaped(figure.figure), escaped(figure.why));
  return "<div class=\"card warnings\" role=\"note\"><p><strong>Figures that could not be "
         "drawn</strong></p>\n<ul>\n" +
         items +
         "</ul>\n<p>The results are whole; <code>fprinciple report</code> with this directory "
         "draws again.</p></div>\n";
}

std::string drawing_of(const Figure& figure, const std::filesystem::path& results) {
  const std::filesystem::path file = results / "figures" / (figure.name + ".svg");
  return std::filesystem::exists(file) ? read_text(file) : std::string();
}

std::string figure_html(const Figure& figure, char letter, const std::string& svg,
                        const std::string& folder, const std::string& below) {
  const bool wide = figure.width_cm >= double_column_cm;
  const std::string file = folder + "figures/" + figure.name;
  // An image, not inline SVG: gnuplot uses the same ids in every file. A wide one scrolls in a
  // narrow window instead of shrinking until nobody can read it.
  const std::string picture = svg.empty()
                                  ? "<p class=\"soft\">gnuplot could not draw this figure.</p>"
                                  : fmt::format(
                                        "<div class=\"paper\"{}><img alt=\"{}\" "
                                        "src=\"data:image/svg+xml;base64,{}\"></div>",
                                        wide ? " tabindex=\"0\" role=\"group\" "
                                               "aria-label=\"figure, scrolls\""
                                             : "",
                                        escaped(figure.alt), base64(svg));
  const std::string drawings =
      svg.empty() ? std::string()
                  : link(file + ".pdf", "PDF") + " · " + link(file + ".svg", "SVG") + " · ";
  return fmt::format(R"html(<figure class="card{}" id="{}">
{}
<figcaption><p><strong>Figure {}. {}.</strong> {}</p>
<p class="files">{}{} · {}</p>{}</figcaption>
</figure>
)html",
                     wide ? " wide" : "", escaped(url(folder + figure.name)), picture, letter,
                     escaped(figure.title), escaped(figure.reading), drawings,
                     link(file + ".gp", "gnuplot script"), link(file + ".dat", "data"), below);
}

}  // namespace fprinciple::reports
