#include "cli/supervisor.hpp"

#include "base/error.hpp"
#include "base/version.hpp"
#include "cli/terminal.hpp"
#include "runs/checkpoint.hpp"

#include <utility>

#include <fmt/format.h>

namespace fprinciple::cli {
namespace fs = std::filesystem;
namespace {

std::string how_far(const nn::TrainingState& state) {
  return fmt::format("{} steps, t = {:.6g}", state.so_far.steps, state.t);
}

}  // namespace

Supervisor::Supervisor(const runs::Experiment& experiment, fs::path checkpoint, fs::path scratch,
                       Options options)
    : experiment_(experiment),
      checkpoint_(std::move(checkpoint)),
      scratch_(std::move(scratch)),
      identity_(runs::identity(experiment)) {
  const bool exists = fs::exists(fs::symlink_status(checkpoint_));
  const std::string file = checkpoint_.string();
  if (exists && options.resume)
    resume_ = runs::read_checkpoint(checkpoint_, identity_, base::version());
  else if (exists && !runs::is_checkpoint(checkpoint_))
    throw InputError(
        fmt::format("{}: is in the place of a checkpoint, and damaged or none of "
                    "fprinciple; move it away, or name another output directory",
                    file));
  else if (exists)
    tell(
        "warning: {}: {}: a checkpoint of an interrupted run exists: add --resume to go on "
        "from it; the next checkpoint replaces it",
        experiment_.name, file);
  if (options.resume && !options.quiet)
    tell("{}: {}", experiment_.name,
         exists ? fmt::format("going on from {}: {}", file, how_far(*resume_))
                : fmt::format("there is no checkpoint {}: training starts afresh", file));
}

nn::Supervision Supervisor::supervision() {
  return {std::move(resume_), [this] { return wish(); },
          [this](const nn::TrainingState& state) { keep(state); }};
}

nn::Supervision::Wish Supervisor::wish() {
  if (!held_) {  // the first step
    held_.emplace();
    since_kept_ = {};
  }
  signal_ = held_->take();
  if (signal_ != 0) return nn::Supervision::Wish::stop;
  return since_kept_.seconds() < experiment_.checkpoint ? nn::Supervision::Wish::go_on
                                                        : nn::Supervision::Wish::keep;
}

void Supervisor::keep(const nn::TrainingState& state) {
  try {
    if (fs::exists(fs::symlink_status(checkpoint_)) && !runs::is_checkpoint(checkpoint_))
      throw RunError(fmt::format("the checkpoint {} cannot be written: something else is there",
                                 checkpoint_.string()));
    runs::write_checkpoint(checkpoint_, scratch_, identity_, base::version(), state);
    reached_ = how_far(state);
    failing_ = false;
  } catch (const RunError& error) {
    if (signal_ != 0) throw;
    // A full disk may have room again before the end.
    if (!failing_) tell("warning: {}: {}; training goes on", experiment_.name, error.what());
    failing_ = true;
  }
  since_kept_ = {};
}

EndedBySignal Supervisor::ended() const {
  return {signal_, fmt::format("{}: interrupted after {}; the checkpoint {} keeps it",
                               experiment_.name, reached_, checkpoint_.string())};
}

void Supervisor::remove_checkpoint() const {
  std::error_code ignored;
  if (runs::is_checkpoint(checkpoint_)) fs::remove(checkpoint_, ignored);
}

}  // namespace fprinciple::cli
