#pragma once

#include "reports/figure.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace fprinciple::reports {

/// Headings of a section start at this level: 2 on its own page, 3 below the experiment's title.
using Level = int;

std::string heading(Level level, const std::string& text);

/// A whole page. `title` is plain text, `body` HTML. Its policy forbids the browser to fetch
/// anything: all that the page shows is in the file.
std::string document(const std::string& title, const std::string& body);

/// Label and value of one line, the value already HTML.
struct Fact {
  std::string label;
  std::string value;
};

std::string facts(const std::vector<Fact>& lines);

std::string card(Level level, const std::string& title, const std::string& body);

/// The program and its version.
std::string footer(const nlohmann::json& summary);

/// A link to a file beside the page.
std::string link(const std::string& target, const std::string& text);

/// A, B, … of the figures of one section.
inline char figure_letter(std::size_t k) { return static_cast<char>('A' + k); }

/// What the page says of figures that gnuplot could not draw; empty when there is none.
std::string not_drawn_html(const std::vector<NotDrawn>& figures);

/// The SVG of a figure in results/figures; empty when there is none.
std::string drawing_of(const Figure& figure, const std::filesystem::path& results);

/// The figure with its caption, "Figure A. …", links to its files and, last, `below`, HTML. `svg`
/// is its drawing, empty where there is none, `folder` leads from the page to the results, "" or
/// "NAME/", and makes the figure's id, folder + name.
std::string figure_html(const Figure& figure, char letter, const std::string& svg,
                        const std::string& folder, const std::string& below = {});

}  // namespace fprinciple::reports
