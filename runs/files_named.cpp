#include "runs/files_named.hpp"

#include "base/error.hpp"
#include "runs/toml_reader.hpp"

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

void collect(const toml::node& node, const fs::path& folder, std::vector<fs::path>& out) {
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) collect(value, folder, out);
  } else if (const auto* array = node.as_array()) {
    for (const toml::node& value : *array) collect(value, folder, out);
  } else if (const auto* text = node.as_string()) {
    std::error_code error;  // a title may be too long for a name
    const fs::path file = folder / text->get();
    if (fs::is_regular_file(file, error)) out.push_back(file);
  }
}

}  // namespace

std::vector<fs::path> files_named(const std::string& toml, const fs::path& folder) {
  std::vector<fs::path> out;
  try {
    collect(parse_toml(toml, ""), folder, out);
  } catch (const InputError&) {  // whoever reads it says so
  }
  return out;
}

}  // namespace fprinciple::runs
