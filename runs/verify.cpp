#include "runs/verify.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "io/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

/// The value of the longest key that is `key` or lies above it; "" is always there.
double nearest(const std::map<std::string, double>& values, std::string key) {
  for (;;) {
    if (const auto found = values.find(key); found != values.end()) return found->second;
    key.resize(key.rfind('/'));
  }
}

/// In a table's cell: no more than some words of a text.
std::string text(const json* value) {
  if (!value) return "missing";
  return base::excerpt(value->dump(-1, ' ', false, json::error_handler_t::replace));
}

/// How many times more than allowed; infinite for what is no number.
double excess(const Moved& moved) {
  const double times = moved.difference / moved.allowed;
  return std::isnan(times) ? std::numeric_limits<double>::infinity() : times;
}

/// Walks through both summaries side by side; a null pointer is a value that is missing.
class Walk {
 public:
  explicit Walk(const Expectation& expectation) : expectation_(expectation) {}

  void compare(const Pointer& place, const json* expected, const json* got) {
    const bool same_type = expected && got && expected->type() == got->type();
    if (!expected || !expected->is_structured() || (expected->empty() && !same_type)) {
      compare_values(place.to_string(), expected, got);
    } else if (expected->is_array()) {
      const std::size_t count = same_type ? got->size() : 0;
      for (std::size_t i = 0; i < std::max(expected->size(), count); ++i)
        compare(place / i, i < expected->size() ? &(*expected)[i] : nullptr,
                i < count ? &(*got)[i] : nullptr);
    } else {
      if (same_type) note_unexpected(place, *expected, *got);
      for (const auto& [name, value] : expected->items())
        if (!varies(name))
          compare(place / name, &value,
                  same_type && got->contains(name) ? &got->at(name) : nullptr);
    }
  }

  Verdict verdict;

 private:
  bool chosen(const std::string& key) const {
    const std::vector<std::string>& only = expectation_.only;
    return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& above) {
             return key == above || key.starts_with(above + "/");
           });
  }

  void compare_values(const std::string& key, const json* expected, const json* got) {
    if (!chosen(key)) return;
    const bool number = expected && expected->is_number();
    if (number) ++verdict.numbers;
    Moved moved{base::excerpt(key), text(expected), text(got)};
    if (number && got && got->is_number()) {
      const double size = std::abs(expected->get<double>());
      const double difference = std::abs(got->get<double>() - expected->get<double>());
      const double allowed =
          nearest(expectation_.atol, key) + nearest(expectation_.rtol, key) * size;
      if (difference <= allowed) return;
      moved.difference = difference / (size > 0.0 ? size : 1.0);
      moved.allowed = allowed / (size > 0.0 ? size : 1.0);
    } else if (expected && got && *expected == *got) {
      return;
    }
    verdict.moved.push_back(moved);
  }

  void note_unexpected(const Pointer& place, const json& expected, const json& got) {
    for (const auto& [name, ignored] : got.items())
      if (!varies(name) && !expected.contains(name))
        if (const std::string key = (place / name).to_string(); chosen(key))
          verdict.unexpected.push_back(base::excerpt(key));
  }

  const Expectation& expectation_;
};

/// Adds the tolerances of the object "verify" to those for the whole.
void add_tolerances(const fs::path& file, const json& given, Expectation& out) {
  const auto require = [&](bool fine) {
    if (!fine)
      throw InputError(
          fmt::format("{}: verify: must be {{\"rtol\": {{\"/error/rmse\": 1e-3, …}}, \"atol\": …}}",
                      file.string()));
  };
  require(given.is_object());
  for (const auto& [kind, by_key] : given.items()) {
    require((kind == "rtol" || kind == "atol") && by_key.is_object());
    for (const auto& [key, value] : by_key.items()) {
      require(key.starts_with("/") && value.is_number());
      (kind == "rtol" ? out.rtol : out.atol)[key] = value.get<double>();
    }
  }
}

void require_tolerances(const fs::path& file, const char* kind,
                        const std::map<std::string, double>& values) {
  for (const auto& [key, value] : values)
    if (!(value >= 0.0 && std::isfinite(value)))
      throw InputError(fmt::format("{}: {} {}{}must be a number >= 0, not {}", file.string(), kind,
                                   base::excerpt(key), key.empty() ? "" : " ", value));
}

bool has(const json& values, const std::string& key) {
  try {
    return values.contains(Pointer(key));
  } catch (const json::exception&) {  // not a JSON pointer
    return false;
  }
}

}  // namespace

bool varies(const std::string& key) {
  constexpr std::array<std::string_view, 5> kVarying = {"seconds", "memory", "version", "warnings",
                                                        "forecast"};
  return std::find(kVarying.begin(), kVarying.end(), key) != kVarying.end();
}

Expectation read_expectation(const fs::path& file, const std::string& experiment,
                             const Tolerance& tolerance, const std::vector<std::string>& only) {
  // How far the routes to one solution differ is rounding, another one on every machine.
  constexpr double kRounding = 1e-9;
  Expectation out{io::read_json(file),
                  {{"", tolerance.rtol}},
                  {{"", tolerance.atol}, {"/solvers", std::max(tolerance.atol, kRounding)}},
                  only};
  json& values = out.values;
  if (!values.is_object() || (values.contains("program") && values["program"] != "fprinciple"))
    throw InputError(fmt::format("{}: not a summary of fprinciple", file.string()));
  if (values.contains("verify")) {
    add_tolerances(file, values["verify"], out);
    values.erase("verify");
  }
  require_tolerances(file, "rtol", out.rtol);
  require_tolerances(file, "atol", out.atol);
  if (values.contains("experiments")) {
    const Pointer part = Pointer("/experiments") / experiment;
    if (!values.contains(part) || !values[part].is_object())
      throw InputError(
          fmt::format("{}: experiments: has no summary of {}", file.string(), experiment));
    values = json(values[part]);
  }
  for (const std::string& key : only)
    if (!has(values, key))
      throw InputError(
          fmt::format("{}: --only {}: there is no such key; keys are written "
                      "/error/rmse",
                      file.string(), base::excerpt(key)));
  if (verify(out, values).numbers == 0)
    throw InputError(fmt::format("{}: there is no number to compare", file.string()));
  return out;
}

Verdict verify(const Expectation& expectation, const json& summary) {
  // As the file would say: nan is null.
  const json got = json::parse(summary.dump(-1, ' ', false, json::error_handler_t::replace));
  const json& expected = expectation.values;
  Walk walk(expectation);
  walk.compare(Pointer(), &expected, &got);
  std::vector<Moved>& moved = walk.verdict.moved;
  std::stable_sort(moved.begin(), moved.end(),
                   [](const Moved& a, const Moved& b) { return excess(a) > excess(b); });
  if (expected.contains("version") && expected["version"] != got.value("version", json()))
    walk.verdict.version = text(&expected["version"]);
  return walk.verdict;
}

}  // namespace fprinciple::runs
