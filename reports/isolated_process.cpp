#include "reports/isolated_process.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fprinciple::reports {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void cannot_start(const fs::path& program, int error) {
  throw RunError(fmt::format("{} could not be started: {}", program.string(),
                             std::system_category().message(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return descriptor_; }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
};

// ---- in the child, between fork and exec: only what is safe after a fork of many threads ----

/// Refuses processes and sockets for good, also to whatever the process becomes.
void refuse_processes() {
#if defined(__x86_64__) || defined(__aarch64__)
#if defined(__x86_64__)
  constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#else
  constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#endif
  const auto load = [](std::size_t offset) -> sock_filter {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
  };
  const auto give = [](unsigned action) -> sock_filter { return BPF_STMT(BPF_RET, action); };
  // Skips the next instruction unless the loaded value is this one.
  const auto when = [](unsigned value) -> sock_filter {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  };
  const unsigned refused = SECCOMP_RET_ERRNO | EPERM;
  sock_filter instructions[] = {
    load(offsetof(seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
    give(SECCOMP_RET_KILL_PROCESS),
    load(offsetof(seccomp_data, nr)),
    // clone3 keeps its flags where no filter can look: without it, threads are made by clone.
    when(__NR_clone3),
    give(SECCOMP_RET_ERRNO | ENOSYS),
    when(__NR_socket),
    give(refused),
#if defined(__x86_64__)
    when(__NR_fork),
    give(refused),
    when(__NR_vfork),
    give(refused),
    // The x32 calls.
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000U, 0, 1),
    give(refused),
#endif
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
    load(offsetof(seccomp_data, args[0])),  // the low half: both machines are little-endian
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
    give(refused),
    give(SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {static_cast<unsigned short>(std::size(instructions)), instructions};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}

void limit(int resource, rlim_t value) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0) return;
  now.rlim_max = std::min(now.rlim_max, value);
  now.rlim_cur = std::min(now.rlim_cur, now.rlim_max);
  ::setrlimit(static_cast<__rlimit_resource>(resource), &now);
}

void close_all_from(int first) {
  if (::close_range(static_cast<unsigned>(first), ~0U, 0) == 0) return;
  constexpr int kMost = 65536;  // a kernel before 5.9
  for (int descriptor = first; descriptor < kMost; ++descriptor) ::close(descriptor);
}

struct Start {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* directory = nullptr;
  pid_t parent = 0;
  int output = -1;
  Limits limits;
};

[[noreturn]] void become(const Start& start) {
  constexpr int kFailed = 127;
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != start.parent) ::_exit(kFailed);  // it ended before that was set
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(start.output, STDOUT_FILENO) < 0 ||
      ::dup2(start.output, STDERR_FILENO) < 0 || ::chdir(start.directory) != 0)
    ::_exit(kFailed);
  close_all_from(STDERR_FILENO + 1);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(start.limits.seconds) + 1);
  limit(RLIMIT_FSIZE, start.limits.file_bytes);
  refuse_processes();
  ::execve(start.program, start.arguments, start.environment);
  ::_exit(kFailed);
}

// ---- in this process ----

/// A child that is killed, with its group, and waited for whatever happens here.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {
    ::setpgid(pid, pid);  // here too, so that the group is there whoever comes first
  }
  ~Child() {
    if (pid_ > 0) end();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool has_ended() const {
    siginfo_t info = {};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid != 0;
  }

  /// Its status, as waitpid has it.
  int end() {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

int milliseconds_to(Clock::time_point deadline) {
  constexpr long long kSlice = 1000;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, kSlice));
}

/// Reads until the other end is closed or the deadline has passed; keeps the beginning.
std::string read_until(int descriptor, Clock::time_point deadline) {
  constexpr std::size_t kKept = 1U << 16;
  std::string out;
  std::array<char, 4096> buffer{};
  while (Clock::now() < deadline) {
    pollfd waiting = {descriptor, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds_to(deadline)) <= 0) continue;
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    out.append(buffer.data(), std::min(static_cast<std::size_t>(size), kKept - out.size()));
  }
  return out;
}

bool wait_for_end(const Child& child, Clock::time_point deadline) {
  while (!child.has_ended()) {
    if (Clock::now() >= deadline) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

std::string failure_of(int status) {
  if (WIFSIGNALED(status)) return fmt::format("ended by signal {}", WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? std::string()
                                  : fmt::format("exit status {}", WEXITSTATUS(status));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

Ending run_isolated(const fs::path& program, const std::vector<std::string>& arguments,
                    const fs::path& directory, const Limits& limits) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), program.string());
  std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent",
                                          "LC_ALL=C.UTF-8"};
  const std::vector<char*> argv = pointers(words), envp = pointers(environment);
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) cannot_start(program, errno);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const Start start = {program.c_str(), argv.data(), envp.data(), directory.c_str(),
                       ::getpid(),      ends[1],     limits};
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(limits.seconds));
  const pid_t pid = ::fork();
  if (pid < 0) cannot_start(program, errno);
  if (pid == 0) become(start);
  Child child(pid);
  writing.close();
  Ending ending;
  ending.output = read_until(reading.get(), deadline);
  const bool in_time = wait_for_end(child, deadline);
  const int status = child.end();
  ending.failure = in_time ? failure_of(status)
                           : fmt::format("not done after {:.0f} s, and killed", limits.seconds);
  return ending;
}

fs::path find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    fs::path program = fs::path(directory) / name;
    std::error_code ignored;
    if (program.is_absolute() && fs::is_regular_file(program, ignored) &&
        ::access(program.c_str(), X_OK) == 0)
      return program;
  }
  return {};
}

}  // namespace fprinciple::reports
