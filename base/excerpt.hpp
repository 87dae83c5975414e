#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fprinciple::base {

/// The start of a text that somebody else has written, as a message may hold it: in one line, at
/// most `longest` bytes of it (… stands for the rest), with control characters, breaks of lines,
/// changes of direction and bytes that are no UTF-8 written as \x1b.
std::string excerpt(std::string_view text, std::size_t longest = 120);

}  // namespace fprinciple::base
