#include "runs/name_lock.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fprinciple::runs {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const fs::path& given, const std::string& why) {
  throw InputError(fmt::format("{}: {}", given.string(), why));
}

std::string host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

/// This process' command line, words apart by spaces.
std::string command() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::string words{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  while (!words.empty() && words.back() == '\0') words.pop_back();
  for (char& c : words)
    if (c == '\0') c = ' ';
  return words;
}

json owner() {
  return {{"program", "fprinciple"},
          {"process", ::getpid()},
          {"host", host()},
          {"since", fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(std::time(nullptr)))},
          {"command", command()}};
}

/// What the file says; empty when it says nothing, null when it is none of ours.
json content_of(int descriptor) {
  std::array<char, 1 << 14> buffer{};
  const ssize_t size = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  if (size == 0) return json::object();
  json content = json::parse(buffer.data(), buffer.data() + (size > 0 ? size : 0), nullptr, false);
  if (!content.is_object() || content.value("program", json()) != "fprinciple") return nullptr;
  return content;
}

std::string who(const json& owner) {
  const auto word = [&](const char* key) {
    if (!owner.is_object() || !owner.contains(key)) return std::string("?");
    return owner[key].is_string() ? owner[key].get<std::string>() : owner[key].dump();
  };
  return fmt::format("process {} on {}, since {}: {}", word("process"), word("host"), word("since"),
                     word("command"));
}

/// Whether the descriptor's file is still the one of that name.
bool is_named(int descriptor, const fs::path& file) {
  struct stat first {};
  struct stat second {};
  return ::fstat(descriptor, &first) == 0 && ::lstat(file.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace

// The destructor removes the file of a constructor that has no memory to say whose it is.
NameLock::NameLock(const fs::path& file, const fs::path& given) : NameLock(file) {
  const auto because = [](int error) { return std::system_category().message(error); };
  // Whoever held it may remove the file just after it was opened here: then once more.
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int descriptor =
        ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (descriptor < 0) refuse(given, fmt::format("cannot be written: {}", because(errno)));
    const auto close_and_refuse = [&](const std::string& why) {
      ::close(descriptor);
      refuse(given, why);
    };
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
      close_and_refuse(fmt::format("cannot be locked: {} is not a file", file.string()));
    const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    const int error = errno;
    if (locked && status.st_size == 0 && is_named(descriptor, file)) descriptor_ = descriptor;
    const json content = content_of(descriptor);
    if (!locked) {
      if (error == EWOULDBLOCK)
        close_and_refuse(
            fmt::format("is being written by {}; wait for its end, or name another "
                        "directory",
                        who(content)));
      ::close(descriptor);
      // What has no locks: the file would only be left behind, and hinder nobody.
      if (content == json::object()) ::unlink(file.c_str());
      return;
    }
    if (!is_named(descriptor, file)) {
      ::close(descriptor);
      continue;
    }
    if (content.is_null())
      close_and_refuse(
          fmt::format("cannot be locked: {} is not a lock of fprinciple", file.string()));
    const std::string text = owner().dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    // A full disk loses who it is, not the lock.
    if (::ftruncate(descriptor, 0) == 0) [[maybe_unused]]
      const ssize_t told = ::pwrite(descriptor, text.data(), text.size(), 0);
    descriptor_ = descriptor;
    return;
  }
  refuse(given, "cannot be locked: others come and go too fast");
}

void NameLock::release() {
  if (descriptor_ < 0) return;
  ::unlink(file_.c_str());
  ::close(descriptor_);
  descriptor_ = -1;
}

NameLock::NameLock(fs::path file) : file_(std::move(file)) {}

NameLock::~NameLock() { release(); }

}  // namespace fprinciple::runs
