#pragma once

#include "reports/figure.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace fprinciple::reports {

/// Headings of a section start at this level: 2 on its own page, 3 below the experiment's title.
using Level = int;

std::string heading(Level level, const std::string& text);

/// The whole page around its body.
std::string document(const std::string& title, const std::string& body);

/// Label and value of one line, the value already HTML.
struct Fact {
  std::string label;
  std::string value;
};

std::string facts(const std::vector<Fact>& lines);

std::string card(Level level, const std::string& title, const std::string& body);

std::string link(const std::string& target, const std::string& text);

/// A figure with its drawing inside, its words, links to its files under `folder`, and `below`,
/// HTML.
std::string figure_html(const Figure& figure, const std::string& svg, const std::string& folder,
                        const std::string& below = {});

std::string footer(const nlohmann::json& summary);

}  // namespace fprinciple::reports
