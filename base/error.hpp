#pragma once

#include <cstdint>
#include <stdexcept>

namespace fprinciple {

/// What every exception of the library is. None leaves a thread of its own.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The input is wrong: the message names the file, line and key, or the argument, what it is and
/// what it must be. Exit 2.
struct InputError : Error {
  using Error::Error;
};

/// The run failed on valid input: diverged, or a tolerance was not met. Exit 1.
struct RunError : Error {
  using Error::Error;
};

/// Training was asked to stop; what it had reached is kept.
struct Interrupted : Error {
  Interrupted(double t, std::int64_t steps);
};

}  // namespace fprinciple
