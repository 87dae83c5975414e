#pragma once

#include <stdexcept>

namespace fprinciple {

/// The input is wrong: the message names the file, the line, the key and what is allowed. Exit 2.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The run failed on valid input: diverged, or a tolerance was not met. Exit 1.
struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace fprinciple
