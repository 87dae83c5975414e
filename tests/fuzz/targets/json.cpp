// A summary, as an expectation that is held against itself.
#include "runs/verify.hpp"

#include <sstream>

#include "reading.hpp"

using namespace fprinciple;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  fuzz::read_safely([&] {
    const runs::Expectation expected = runs::read_expectation(file.path(), "fig1a", {}, {});
    const runs::Verdict verdict = runs::verify(expected, expected.values);
    for (const runs::Moved& moved : verdict.moved) {
      fuzz::require_plain(moved.key);
      fuzz::require_plain(moved.expected);
    }
  });
  return 0;
}
