#pragma once

#include "cli/held_signals.hpp"
#include "cli/terminal.hpp"
#include "runs/output_directory.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace fprinciple::cli {

/// An output directory that is cleared away also when a signal ends the process.
class Output {
 public:
  using Foreign = runs::OutputDirectory::Foreign;

  /// As that of runs::OutputDirectory; tells where there are no locks.
  explicit Output(const std::filesystem::path& path,
                  const std::vector<std::filesystem::path>& inputs = {},
                  Foreign foreign = Foreign::refuse) {
    const HeldSignals held(HeldSignals::Second::waits);  // whole, or not at all
    directory_.emplace(path, inputs, foreign);
    clean_up_.emplace([this] { directory_->abandon(); });
    if (!directory_->locked())
      tell("warning: {}: this filesystem has no locks: nothing keeps a second run off",
           path.string());
  }
  ~Output() {
    const HeldSignals held(HeldSignals::Second::waits);  // whole, or not at all
    clean_up_.reset();
    directory_.reset();
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  runs::OutputDirectory* operator->() { return &*directory_; }

 private:
  std::optional<runs::OutputDirectory> directory_;
  std::optional<CleanUp> clean_up_;
};

}  // namespace fprinciple::cli
