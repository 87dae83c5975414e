#pragma once

#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace fprinciple::runs {

/// A number got is as expected when |got − expected| ≤ atol + rtol·|expected|. A build gives the
/// same bits for any number of threads; other compilers and instruction sets round differently,
/// hence rtol. There is no natural atol: the numbers of a summary have different scales.
struct Tolerance {
  double rtol = 1e-6;
  double atol = 0.0;
};

/// What a summary must say. Keys are JSON pointers; each stands for all that lies below it.
struct Expectation {
  nlohmann::json values;  ///< a summary, or the part of one that matters
  /// By key, the longest that applies; "" is the whole and always there.
  std::map<std::string, double> rtol{{"", Tolerance{}.rtol}}, atol{{"", Tolerance{}.atol}};
  std::vector<std::string> only;  ///< compared are these; empty: all
};

/// A value that is not as expected.
struct Moved {
  std::string key;            ///< as base::excerpt has it, like all three
  std::string expected, got;  ///< as JSON, or "missing"
  /// Of two numbers: |got − expected| and what of it was allowed, both relative to |expected|
  /// (absolute where that is 0). Else nan.
  double difference = std::numeric_limits<double>::quiet_NaN();
  double allowed = std::numeric_limits<double>::quiet_NaN();
};

struct Verdict {
  int numbers = 0;                      ///< that were compared
  std::vector<Moved> moved;             ///< the farthest over what is allowed first
  std::vector<std::string> unexpected;  ///< keys that only the new summary has
  std::string version;                  ///< of the expected summary, if it is another one
};

/// Whether a key's values differ from run to run or from machine to machine: seconds, memory,
/// version, warnings.
bool varies(const std::string& key);

/// Reads what a summary.json expects of an experiment: the whole file, or the experiment's part
/// where `reproduce` wrote it. Its object "verify": {"rtol": {KEY: number}, "atol": {KEY: number}},
/// if any, goes before `tolerance`. Throws InputError when the file is not such a summary, a
/// tolerance is negative, a key of `only` is missing, or there is no number to compare.
Expectation read_expectation(const std::filesystem::path& file, const std::string& experiment,
                             const Tolerance& tolerance, const std::vector<std::string>& only);

/// Holds a new summary against what is expected: numbers within tolerance, nan (null) where nan is
/// expected, everything else equal, arrays elementwise; a missing key has moved. Left out are keys,
/// at any depth, that vary.
Verdict verify(const Expectation& expectation, const nlohmann::json& summary);

}  // namespace fprinciple::runs
