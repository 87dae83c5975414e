#pragma once

#include <exception>
#include <string>

namespace fprinciple {

/// What to tell people of an exception: its message; of memory that has ended, in words.
std::string message_of(const std::exception& error);

}  // namespace fprinciple
