#include "data/random.hpp"

#include <Random123/philox.h>

namespace fprinciple::data {
namespace {

/// The middle of one of 2^52 equal cells of (0, 1): never 0, never 1.
double unit_interval(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace

std::array<double, 2> uniform_pair(std::uint64_t seed, Stream stream, std::uint64_t index,
                                   std::uint32_t component) {
  const r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(index),
                                               static_cast<std::uint32_t>(index >> 32), component,
                                               static_cast<std::uint32_t>(stream)}};
  const auto r = r123::Philox4x32()(counter, key);
  return {unit_interval(r[0], r[1]), unit_interval(r[2], r[3])};
}

}  // namespace fprinciple::data
