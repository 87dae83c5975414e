#pragma once

#include <filesystem>
#include <optional>

namespace fprinciple::cli {

/// The options of `fprinciple width`, as they are given.
struct WidthOptions {
  double error = 0.05;    ///< a share of the prediction's movement
  double seconds = 30.0;  ///< about as much may be spent
  bool quiet = false;
};

/// How wide an experiment's network must be (docs/width.md): a table and a sentence on stdout, and
/// summary.json. `out` left out: results/<the file's stem>.
void how_wide(const std::filesystem::path& experiment,
              const std::optional<std::filesystem::path>& out, const WidthOptions& options);

}  // namespace fprinciple::cli
