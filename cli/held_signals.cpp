#include "cli/held_signals.hpp"

#include <atomic>

namespace fprinciple::cli {
namespace {

std::atomic<int> noted = 0;  // a handler reaches nothing but globals
static_assert(std::atomic<int>::is_always_lock_free);

void note(int signal) {
  if (noted.exchange(signal) == 0) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);  // on the handler's return
}

}  // namespace

HeldSignals::HeldSignals() {
  noted = 0;
  for (std::size_t k = 0; k < kSignals.size(); ++k) {
    ::sigaction(kSignals[k], nullptr, &before_[k]);
    if (before_[k].sa_handler == SIG_IGN) continue;
    struct sigaction action = {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    ::sigaction(kSignals[k], &action, nullptr);
  }
}

HeldSignals::~HeldSignals() {
  for (std::size_t k = 0; k < kSignals.size(); ++k) ::sigaction(kSignals[k], &before_[k], nullptr);
  if (const int signal = noted; signal != 0 && !taken_) std::raise(signal);
}

int HeldSignals::take() {
  const int signal = noted;
  taken_ = signal != 0;
  return signal;
}

}  // namespace fprinciple::cli
