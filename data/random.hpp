#pragma once

#include <array>
#include <cstdint>

namespace fprinciple::data {

/// What a random number is drawn for: each purpose has its own stream.
enum class Stream : std::uint32_t {
  a = 0,
  w = 1,
  b = 2,
  sample_x = 3,
  sample_noise = 4,
  batch = 5,
  bootstrap = 6
};

/// Two independent uniform numbers on (0, 1), a pure function of its arguments: Philox4x32-10 with
/// the seed as key and (stream, index, component) as counter. Same on every machine and for every
/// order of calls and thread count.
std::array<double, 2> uniform_pair(std::uint64_t seed, Stream stream, std::uint64_t index,
                                   std::uint32_t component);

}  // namespace fprinciple::data
