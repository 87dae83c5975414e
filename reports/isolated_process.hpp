#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fprinciple::reports {

/// What an isolated process may take.
struct Limits {
  double seconds = 60.0;                ///< of the clock, and of processor time
  std::uint64_t file_bytes = 1U << 30;  ///< of each file that it writes
};

/// How it ended.
struct Ending {
  std::string failure;  ///< empty for exit status 0; else words, such as "exit status 1"
  std::string output;   ///< what it wrote to stdout and stderr, the first 64 KiB
};

/// Runs `program` (an absolute path) in `directory` and waits for its end, at most limits.seconds.
///
/// The process is alone: no shell starts it; its environment is PATH, a HOME that does not exist,
/// and a UTF-8 locale; stdin is /dev/null, stdout and stderr come here, and no other file is open.
/// It is the only one of its process group, so that a terminal's signals do not reach it, and is
/// killed when this process ends in any way. On x86-64 and arm64 the kernel refuses it every
/// further process and every socket (threads are let be), root or not. Where the kernel has no
/// seccomp, that is left out.
///
/// Throws RunError when it cannot be started.
Ending run_isolated(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                    const std::filesystem::path& directory, const Limits& limits);

/// The program of this name in the directories of PATH, an absolute path; empty when there is none.
/// Relative directories do not count: a result that somebody sent may hold anything.
std::filesystem::path find_program(const std::string& name);

}  // namespace fprinciple::reports
