#pragma once

#include <set>
#include <string>
#include <vector>

namespace fprinciple::tests {

/// Every start tag has its end tag, in the right order. Attribute values hold no '<' or '>'.
inline bool balanced(const std::string& markup) {
  static const std::set<std::string> empty_elements{"meta", "link",     "img", "input",
                                                    "br",   "!DOCTYPE", "?xml"};
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = markup.find('<', at)) != std::string::npos;) {
    const std::size_t end = markup.find('>', at);
    if (end == std::string::npos) return false;
    if (!open.empty() && open.back() == "script" && markup.compare(at, 9, "</script>") != 0) {
      ++at;  // inside, '<' is no tag
      continue;
    }
    const bool closes = markup[at + 1] == '/';
    const std::size_t start = at + (closes ? 2 : 1);
    const std::string name = markup.substr(start, markup.find_first_of(" \n\t/>", start) - start);
    if (closes) {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    } else if (markup[end - 1] != '/' && empty_elements.count(name) == 0) {
      open.push_back(name);
    }
    at = end;
  }
  return open.empty();
}

inline std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++n;
  return n;
}

inline bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace fprinciple::tests
