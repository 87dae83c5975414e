#pragma once

#include "compare/compare.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace fprinciple::cli {

/// How far a command is.
struct Reached {
  std::string stage;       ///< what it is at
  double done = 0.0;       ///< share of the stage, in [0, 1]
  double loss = 0.0;       ///< of a training; 0: there is none
  double time = 0.0;       ///< of a training
  std::string words = {};  ///< how far, where there is more to say than the share
};

/// Shows on stderr how far a run has come: on a terminal one line that is redrawn, else a line at
/// the start of each stage, after three seconds of it, and every ten seconds from then on. It
/// leaves no unfinished line behind.
class ProgressDisplay {
 public:
  ProgressDisplay(std::string name, bool quiet);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void show(const Reached& reached);
  void show(const compare::Progress& progress);

 private:
  /// Seconds left: at most as many as were left when it was asked last. When a stage has taken
  /// twice its first forecast, that is told once, and a new one counts.
  double left(const Reached& reached, double gone, double elapsed);
  using Clock = std::chrono::steady_clock;

  std::string name_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;         ///< there is a line to clear
  bool said_numbers_ = false;  ///< of this stage, to what is no terminal
  std::string stage_;
  Clock::time_point stage_start_;
  double done_at_start_ = 0.0;  ///< of the stage; a resumed training starts on its way
  Clock::time_point last_shown_;
  std::optional<double> forecast_;  ///< seconds of the stage, as first told
  double left_ = 0.0;               ///< seconds, as told last: it never rises but with a word
};

}  // namespace fprinciple::cli
