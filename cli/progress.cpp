#include "cli/progress.hpp"

#include "cli/terminal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace fprinciple::cli {
namespace {

constexpr auto kClearLine = "\r\x1b[K";

std::string duration(double seconds) {
  if (seconds < 100.0) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000.0) return fmt::format("{:.0f} min", seconds / 60.0);
  return fmt::format("{:.0f} h", seconds / 3600.0);
}

std::string bar(double done) {
  constexpr int kWidth = 16;
  const int full = static_cast<int>(std::lround(done * kWidth));
  return fmt::format("[{:#<{}}{:.<{}}]", "", full, "", kWidth - full);
}

/// Share, rate and time left, and in training the loss and t. `rate` is in shares a second, 0 where
/// it is not known.
std::string numbers(const Reached& reached, double done, double rate, double left) {
  std::string text = fmt::format("{:3.0f} %", 100.0 * done);
  if (rate > 0.0) text += fmt::format(", {:.2g} %/s, {} left", 100.0 * rate, duration(left));
  if (!reached.words.empty()) text = fmt::format("{}, {}", reached.words, text);
  if (reached.loss > 0.0)  // it is 0 outside training
    text += fmt::format(", loss {:.1e}, t {:.3g}", reached.loss, reached.time);
  return text;
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::string name, bool quiet)
    : name_(std::move(name)), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressDisplay::~ProgressDisplay() {
  if (drawn_) std::fputs(kClearLine, stderr);
}

void ProgressDisplay::show(const compare::Progress& progress) {
  const std::string part = progress.part.empty() ? "" : " by " + progress.part;
  show(Reached{.stage = std::string(base::name_of(progress.stage)) + part,
               .done = progress.done,
               .loss = progress.loss,
               .time = progress.time});
}

double ProgressDisplay::left(const Reached& reached, double gone, double elapsed) {
  constexpr double kFirst = 2.0;  // seconds before a forecast is one
  const double now = elapsed * (1.0 - done_at_start_ - gone) / gone;
  if (elapsed > kFirst && !forecast_) forecast_ = elapsed + now;
  if (forecast_ && elapsed > 2.0 * *forecast_) {
    if (drawn_) std::fputs(kClearLine, stderr);
    tell("{}: {} has taken {}, and {} were forecast; now {} are left", name_, reached.stage,
         duration(elapsed), duration(*forecast_), duration(now));
    forecast_ = elapsed + now;
    left_ = now;
  }
  left_ = std::min(left_, now);
  return left_;
}

void ProgressDisplay::show(const Reached& reached) {
  if (quiet_) return;
  const auto now = Clock::now();
  const double done = std::isfinite(reached.done) ? std::clamp(reached.done, 0.0, 1.0) : 0.0;
  const bool new_stage = reached.stage != stage_;
  if (new_stage) {
    stage_ = reached.stage;
    stage_start_ = now;
    done_at_start_ = done;
    said_numbers_ = false;
    forecast_.reset();
    left_ = std::numeric_limits<double>::infinity();
  }
  const std::chrono::milliseconds interval(terminal_ ? 100 : said_numbers_ ? 10'000 : 3'000);
  if (!new_stage && now - last_shown_ < interval) return;
  last_shown_ = now;
  const double elapsed = std::chrono::duration<double>(now - stage_start_).count();
  const double gone = done - done_at_start_;
  const bool known = gone > 0.0 && elapsed > 0.5;
  const std::string text = numbers(reached, done, known ? gone / elapsed : 0.0,
                                   known ? left(reached, gone, elapsed) : 0.0);
  if (terminal_) {
    const std::string line =
        kClearLine + printable(fmt::format("{} {} {} {}", name_, stage_, bar(done), text));
    std::fputs(line.c_str(), stderr);
    drawn_ = true;
  } else if (new_stage) {
    tell("{}: {}", name_, stage_);
  } else {
    tell("{}: {}: {}", name_, stage_, text);
    said_numbers_ = true;
  }
}

}  // namespace fprinciple::cli
