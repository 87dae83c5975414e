#include "io/child_process.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fprinciple::io {
namespace {

[[noreturn]] void fail(int error) {
  throw RunError(
      fmt::format("there can be no further process: {}", std::system_category().message(error)));
}

/// Handlers are the parent's: here what crashes ends, and what asks to end is left to the parent.
void forget_handlers() {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE, SIGXFSZ})
    std::signal(signal, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Closes every descriptor but one, which it returns: a lock that is held by an inherited one
/// would outlive the parent.
int keep_only(int descriptor) {
  constexpr int kKept = 3;
  if (descriptor != kKept) ::dup2(descriptor, kKept);
  ::close_range(kKept + 1, ~0U, 0);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int standard = 0; standard < kKept; ++standard) {
    if (nowhere >= 0)
      ::dup2(nowhere, standard);
    else
      ::close(standard);
  }
  if (nowhere > kKept) ::close(nowhere);
  return kKept;
}

/// In the child; never returns, so that nothing of the parent is flushed or destroyed twice.
[[noreturn]] void run(const std::function<void(const Socket&)>& work, int descriptor,
                      pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it was gone before that
  ::prctl(PR_SET_DUMPABLE, 0);            // a crash here is nothing to keep
  forget_handlers();
  try {
    work(Socket(keep_only(descriptor)));
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

bool Socket::send(const void* data, std::size_t bytes) const {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t sent = ::send(descriptor_, at, bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    bytes -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool Socket::receive(void* data, std::size_t bytes) const {
  char* at = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = ::recv(descriptor_, at, bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

ChildProcess::ChildProcess(const std::function<void(const Socket&)>& work) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail(errno);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  const int error = errno;
  if (process_ == 0) run(work, ends[1], parent);
  ::close(ends[1]);
  if (process_ < 0) {
    ::close(ends[0]);
    fail(error);
  }
  descriptor_ = ends[0];
  socket_ = Socket(descriptor_);
}

ChildProcess::~ChildProcess() {
  ::close(descriptor_);
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace fprinciple::io
