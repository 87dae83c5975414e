#pragma once

#include "base/stopwatch.hpp"
#include "cli/commands.hpp"
#include "cli/held_signals.hpp"
#include "nn/training.hpp"
#include "runs/experiment.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace fprinciple::cli {

/// Watches over the training of one run: keeps a checkpoint every so many seconds, and one at
/// SIGINT or SIGTERM, which outside training end the process at once.
class Supervisor {
 public:
  /// Checkpoints go to `checkpoint` by way of `scratch`, see runs::write_checkpoint. With
  /// options.resume training goes on from the one that is there, if any; what was found is told on
  /// stderr. Throws InputError when it is damaged or of another experiment.
  Supervisor(const runs::Experiment& experiment, std::filesystem::path checkpoint,
             std::filesystem::path scratch, Options options);

  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// For runs::run; valid as long as this object.
  nn::Supervision supervision();

  void training_is_over() { held_.reset(); }

  /// What to throw when training was interrupted.
  EndedBySignal ended() const;

  /// When the result is in place.
  void remove_checkpoint() const;

 private:
  nn::Supervision::Wish wish();
  void keep(const nn::TrainingState& state);

  const runs::Experiment& experiment_;
  std::filesystem::path checkpoint_, scratch_;
  std::string identity_;
  std::optional<nn::TrainingState> resume_;
  std::optional<HeldSignals> held_;  ///< while training
  base::Stopwatch since_kept_;
  int signal_ = 0;        ///< that asked for the end
  std::string reached_;   ///< in the last checkpoint
  bool failing_ = false;  ///< the last checkpoint could not be written, as was told
};

}  // namespace fprinciple::cli
