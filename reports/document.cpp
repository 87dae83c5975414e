#include "reports/document.hpp"

#include "reports/html.hpp"
#include "reports/page_style.hpp"
#include "reports/player.hpp"

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

std::string figure_html(const Figure& figure, char letter, const std::string& svg,
                        const std::string& folder, const std::string& below) {
  const bool wide = figure.width_cm >= double_column_cm;
  const std::string file = folder + "figures/" + figure.name;
  // An image, not inline SVG: gnuplot uses the same ids in every file. A wide one scrolls in a
  // narrow window instead of shrinking until nobody can read it.
  return fmt::format(R"html(<figure class="card{0}" id="{1}">
<div class="paper"{2}><img alt="{3}" src="data:image/svg+xml;base64,{4}"></div>
<figcaption><p><strong>Figure {11}. {5}.</strong> {6}</p>
<p class="files">{7} · {8} · {9} · {10}</p>{12}</figcaption>
</figure>
)html",
                     wide ? " wide" : "", escaped(url(folder + figure.name)),
                     wide ? " tabindex=\"0\" role=\"group\" aria-label=\"figure, scrolls\"" : "",
                     escaped(figure.alt), base64(svg), escaped(figure.title),
                     escaped(figure.reading), link(file + ".pdf", "PDF"),
                     link(file + ".svg", "SVG"), link(file + ".gp", "gnuplot script"),
                     link(file + ".dat", "data"), letter, below);
}

}  // namespace fprinciple::reports
