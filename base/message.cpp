#include "base/message.hpp"

#include <new>

namespace fprinciple {

std::string message_of(const std::exception& error) {
  const bool memory = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
  return memory ? "there is not enough memory" : error.what();
}

}  // namespace fprinciple
