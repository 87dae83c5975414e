#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fprinciple::cli {

/// The experiments of the papers, in the papers' order.
std::vector<std::string> paper_experiments();

/// One experiment: predict, train, compare, report. `out` left out: results/<the file's stem>.
void run_experiment(const std::filesystem::path& experiment,
                    const std::optional<std::filesystem::path>& out, bool quiet);

/// The named experiments of the papers (none named: all) and one report of them together, in
/// `out`. Throws InputError for an unknown name.
void reproduce(const std::vector<std::string>& names, const std::filesystem::path& out, bool quiet);

/// Draws figures and report of a result directory again, of `run` or of `reproduce`.
void redraw(const std::filesystem::path& directory, bool quiet);

}  // namespace fprinciple::cli
