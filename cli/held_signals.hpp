#pragma once

#include <functional>

namespace fprinciple::cli {

/// From now on SIGINT, SIGTERM and SIGHUP end the process in good order, from whatever it is at:
/// what CleanUp names is done, children are killed, the exit status is 128 + the signal. Those that
/// are ignored (nohup) stay so. Throws RunError when there can be no thread to watch for them.
void watch_signals();

/// Where a signal is ending the process, waits for that end: what fails meanwhile, fails for that
/// reason, and is not to be told as an error of its own.
void give_way_to_signal();

/// Ends the process in good order, too, with status 1: for libraries that cannot give up one call.
[[noreturn]] void end_for_want_of_memory() noexcept;

/// What is to be done when a signal ends the process, from another thread. One object at a time.
class CleanUp {
 public:
  explicit CleanUp(std::function<void()> what);
  ~CleanUp();
  CleanUp(const CleanUp&) = delete;
  CleanUp& operator=(const CleanUp&) = delete;
};

/// While one lives, the first signal is only noted; a second one ends the process, unless it must
/// wait, too. One that came before the object, and is about to end the process, does so first.
class HeldSignals {
 public:
  enum class Second { ends, waits };
  explicit HeldSignals(Second second = Second::ends);

  /// Gives the signals back. One that was noted and not taken ends the process now, if no other
  /// object holds it.
  ~HeldSignals();

  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// The signal that was noted, or 0.
  int take();

 private:
  Second second_;
};

}  // namespace fprinciple::cli
