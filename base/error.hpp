#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace fprinciple {

/// The input is wrong: the message names the file, the line, the key and what is allowed. Exit 2.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The run failed on valid input: diverged, or a tolerance was not met. Exit 1.
struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Training was asked to stop; what it had reached is kept.
struct Interrupted : std::runtime_error {
  Interrupted(double t, std::int64_t steps)
      : std::runtime_error("interrupted after " + std::to_string(steps) +
                           " steps, at t = " + std::to_string(t)) {}
};

}  // namespace fprinciple
