#pragma once

#include "compare/run.hpp"

#include <chrono>
#include <string>

namespace fprinciple::cli {

/// Shows on stderr how far a run has come: on a terminal one line that is redrawn, else a line at
/// the start of each stage and every ten seconds. It leaves no unfinished line behind.
class ProgressDisplay {
 public:
  ProgressDisplay(std::string name, bool quiet);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void show(const compare::Progress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  std::string name_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;  ///< there is a line to clear
  std::string stage_;
  Clock::time_point stage_start_;
  double done_at_start_ = 0.0;  ///< of the stage; a resumed training starts on its way
  Clock::time_point last_shown_;
};

}  // namespace fprinciple::cli
