#include "cli/held_signals.hpp"

#include "base/directory_entries.hpp"
#include "base/error.hpp"
#include "cli/terminal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

namespace fprinciple::cli {
namespace {

// A handler reaches nothing but globals.
std::atomic<int> noted = 0, holders = 0, patient = 0;
std::atomic<bool> taken = false, ending = false;
std::atomic<pid_t> self = 0;
std::array<int, 2> signals_to_watcher = {-1, -1};
static_assert(std::atomic<int>::is_always_lock_free);

// NOLINTBEGIN(cert-err58-cpp): neither throws
std::mutex clean_up_mutex;
std::function<void()> clean_up;
// NOLINTEND(cert-err58-cpp)

void pass_on(int signal) {
  const auto byte = static_cast<unsigned char>(signal);
  [[maybe_unused]] const ssize_t passed = ::write(signals_to_watcher[1], &byte, 1);
}

void note(int signal) {
  const int error = errno;
  const bool ended = ending.exchange(true);  // before the holders are looked at: see HeldSignals
  if (holders == 0 || (noted.exchange(signal) != 0 && patient == 0))
    pass_on(signal);
  else if (!ended)
    ending = false;
  errno = error;
}

/// So that nothing goes on writing into what is removed.
void kill_children() noexcept {
  const int tasks = ::open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (tasks < 0) return;
  base::for_each_entry(tasks, [&](const char* name) {
    const int task = ::openat(tasks, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int children = ::openat(task, "children", O_RDONLY | O_CLOEXEC);
    std::array<char, 4096> text{};
    const ssize_t size = ::read(children, text.data(), text.size());
    const char* const end = text.data() + std::max<ssize_t>(size, 0);
    for (const char* at = text.data(); at < end; ++at) {  // numbers, with a space after each
      pid_t child = 0;
      at = std::from_chars(at, end, child).ptr;
      if (child > 0) ::kill(child, SIGKILL);
    }
    ::close(children);
    ::close(task);
  });
  ::close(tasks);
}

void run_clean_up() {
  const std::lock_guard lock(clean_up_mutex);
  if (clean_up) clean_up();
}

/// Without asking for memory: that may have ended.
void clear_away() {
  ending = true;
  kill_children();
  run_clean_up();
}

[[noreturn]] void end(int signal) {
  clear_away();
  const char* const name = signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
  const std::string message =
      fmt::format("{}ended by {}\n", ::isatty(STDERR_FILENO) == 1 ? "\r\x1b[K" : "", name);
  [[maybe_unused]] const ssize_t told = ::write(STDERR_FILENO, message.data(), message.size());
  ::_exit(128 + signal);
}

void* watch(void* /*unused*/) {
  unsigned char signal = 0;
  while (::read(signals_to_watcher[0], &signal, 1) != 1) {
  }
  try {
    end(signal);
  } catch (...) {  // no memory: what is left behind is removed by the next run
    ::_exit(128 + signal);
  }
}

/// Libraries abort where they cannot give up one call, most often for want of memory.
void end_after_abort(int /*signal*/) {
  if (::getpid() != self) return;  // a child's abort is told by its parent
  clear_away();
  constexpr std::string_view kWhy = "a library gave up: there may not be enough memory\n";
  [[maybe_unused]] const ssize_t told = ::write(STDERR_FILENO, kWhy.data(), kWhy.size());
  ::_exit(1);
}

}  // namespace

void watch_signals() {
  // OpenMP's library ends a process by exit() when it gets no memory. So does HDF5, in the child
  // that reads for us: what the parent has is not the child's to clear away.
  self = ::getpid();
  std::atexit([] {
    if (::getpid() == self) run_clean_up();
  });
  constexpr std::size_t kStack = 1 << 18;
  pthread_attr_t attributes;
  pthread_t watcher{};
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStack);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const bool started = ::pipe2(signals_to_watcher.data(), O_CLOEXEC) == 0 &&
                       ::pthread_create(&watcher, &attributes, watch, nullptr) == 0;
  ::pthread_attr_destroy(&attributes);
  if (!started) throw RunError("there is not enough memory for a thread");
  std::signal(SIGABRT, end_after_abort);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action = {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
}

void end_for_want_of_memory() noexcept {
  try {
    clear_away();
  } catch (...) {  // NOLINT(bugprone-empty-catch): what is left is removed by the next run
  }
  tell_line("there is not enough memory");
  ::_exit(1);
}

void give_way_to_signal() {
  constexpr useconds_t kMoment = 1000;
  while (ending) ::usleep(kMoment);
}

CleanUp::CleanUp(std::function<void()> what) {
  const std::lock_guard lock(clean_up_mutex);
  clean_up = std::move(what);
}

CleanUp::~CleanUp() {
  const std::lock_guard lock(clean_up_mutex);
  clean_up = {};
}

HeldSignals::HeldSignals(Second second) : second_(second) {
  if (second_ == Second::waits) ++patient;
  if (holders++ > 0) return;
  give_way_to_signal();
  taken = false;
  noted = 0;
}

HeldSignals::~HeldSignals() {
  if (second_ == Second::waits) --patient;
  if (--holders > 0) return;
  if (const int signal = noted; signal != 0 && !taken) {
    ending = true;
    pass_on(signal);
  }
}

int HeldSignals::take() {
  const int signal = noted;
  taken = signal != 0;
  return signal;
}

}  // namespace fprinciple::cli
