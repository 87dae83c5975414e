#pragma once

#include <array>
#include <csignal>

namespace fprinciple::cli {

/// While it lives, the first SIGINT or SIGTERM is only noted; a second one ends the process at
/// once. Signals that were ignored before (nohup) stay so. One object at a time.
class HeldSignals {
 public:
  HeldSignals();

  /// Gives the signals back. One that was noted and not taken now does what it would have done.
  ~HeldSignals();

  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// The signal that was noted, or 0.
  int take();

 private:
  static constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};
  std::array<struct sigaction, kSignals.size()> before_ = {};
  bool taken_ = false;
};

}  // namespace fprinciple::cli
