#include "reports/isolated_process.hpp"

#include "base/error.hpp"
#include "reports/text_file.hpp"
#include "tests/reports/synthetic.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fprinciple;
using reports::Ending;
using reports::run_isolated;
using tests::ScratchDirectory;

namespace {

Ending shell(const std::string& commands, const std::filesystem::path& directory = "/",
             const reports::Limits& limits = {}) {
  return run_isolated("/bin/sh", {"-c", commands}, directory, limits);
}

/// Whether a process runs: one that has ended may wait for somebody to ask how.
bool is_alive(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  return !text.empty() && text.find(") Z") == std::string::npos;
}

}  // namespace

TEST_CASE("an isolated process tells how it ended", "[isolated]") {
  CHECK(shell("echo out; echo err >&2").failure.empty());
  CHECK(shell("echo out; echo err >&2").output == "out\nerr\n");
  CHECK(shell("exit 3").failure == "exit status 3");
  CHECK(shell("kill -9 $$").failure == "ended by signal 9");
  CHECK(shell("pwd", "/usr").output == "/usr\n");
}

TEST_CASE("an isolated process has an environment of its own and no file of ours", "[isolated]") {
  const int file = ::open("/dev/null", O_RDONLY);
  ::setenv("GNUTERM", "x11", 1);
  CHECK(run_isolated("/usr/bin/env", {}, "/", {}).output ==
        "PATH=/usr/local/bin:/usr/bin:/bin\nHOME=/nonexistent\nLC_ALL=C.UTF-8\n");
  ::unsetenv("GNUTERM");
  CHECK(shell("read line || echo nothing").output == "nothing\n");
  CHECK(run_isolated("/bin/ls", {"/proc/self/fd"}, "/", {}).output == "0\n1\n2\n3\n");  // 3: ls's
  ::close(file);
}

TEST_CASE("an isolated process is alone", "[isolated]") {
  const Ending ending = shell("(echo child); echo after");
  CHECK(ending.output.find("child") == std::string::npos);
  CHECK(shell("echo a | cat").output.find('a') != 0);
}

TEST_CASE("an isolated process has a time limit and a limit of what it writes", "[isolated]") {
  const auto start = std::chrono::steady_clock::now();
  CHECK(run_isolated("/bin/sleep", {"100"}, "/", {0.2}).failure ==
        "not done after 0 s, and killed");
  // One that holds its outputs closed.
  CHECK(shell("exec sleep 100 >&- 2>&-", "/", {0.2}).failure == "not done after 0 s, and killed");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  const ScratchDirectory scratch;
  CHECK(shell("while :; do echo more; done > file", scratch.path, {60.0, 1000}).failure != "");
  CHECK(std::filesystem::file_size(scratch.path / "file") <= 1000);
  // More than is kept, and more than a pipe holds.
  const Ending talkative = run_isolated("/usr/bin/head", {"-c", "1000000", "/dev/zero"}, "/", {});
  CHECK(talkative.failure.empty());
  CHECK(talkative.output.size() == 65536);
}

TEST_CASE("an isolated process dies with us", "[isolated]") {
  const ScratchDirectory scratch;
  const pid_t child = ::fork();
  if (child == 0) {
    shell("echo $$ > pid.partial; exec sleep 100", scratch.path, {100.0});
    ::_exit(0);
  }
  std::string pid;
  for (int k = 0; k < 1000 && pid.empty(); ++k) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::ifstream(scratch.path / "pid.partial") >> pid;
  }
  REQUIRE_FALSE(pid.empty());
  CHECK(is_alive(pid));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (int k = 0; k < 1000 && is_alive(pid); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK_FALSE(is_alive(pid));
}

TEST_CASE("what cannot be started, and programs that are not there", "[isolated]") {
  CHECK(run_isolated("/nonexistent", {}, "/", {}).failure == "exit status 127");
  CHECK(run_isolated("/bin/true", {}, "/nonexistent", {}).failure == "exit status 127");
  CHECK(reports::find_program("sh").is_absolute());
  CHECK(reports::find_program("no program has this name").empty());
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", ".:bin::", 1);
  CHECK(reports::find_program("sh").empty());
  ::setenv("PATH", before.c_str(), 1);
}
