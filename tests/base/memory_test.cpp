#include "base/memory.hpp"

#include "base/error.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>

using namespace fprinciple;
using base::held;
using base::Memory;
using base::passing;
using Catch::Contains;

TEST_CASE("memory of parts: what is kept adds up, what passes is the most at any time") {
  const Memory both = held(3.0) + passing(5.0);
  CHECK(both.peak == 8.0);
  CHECK(both.kept == 3.0);
  const Memory other = passing(5.0) + held(3.0);
  CHECK(other.peak == 5.0);
  CHECK(other.kept == 3.0);
  const Memory all = both + then_freed(held(2.0) + passing(9.0)) + held(1.0);
  CHECK(all.peak == 14.0);
  CHECK(all.kept == 4.0);
  Memory sum;
  for (int k = 0; k < 4; ++k) sum += held(2.0);
  CHECK(sum.peak == 8.0);
  CHECK(base::doubles(3.0) == 24.0);
}

TEST_CASE("memory is refused beyond the machine's, and beyond what ulimit -v leaves") {
  CHECK_NOTHROW(base::require_memory(1e6, "it"));
  CHECK_THROWS_WITH(base::require_memory(1e18, "it"), Contains("it would need about 9.31e+08 GiB"));
#ifndef __SANITIZE_ADDRESS__  // which takes more address space than there can be
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
  rlimit narrow = before;
  narrow.rlim_cur = rlim_t{1} << 35;
  REQUIRE(setrlimit(RLIMIT_AS, &narrow) == 0);
  CHECK_NOTHROW(base::require_memory(1e6, "it"));
  narrow.rlim_cur = rlim_t{1} << 33;  // 8 GiB of address space, some of it in use
  REQUIRE(setrlimit(RLIMIT_AS, &narrow) == 0);
  CHECK_THROWS_WITH(base::require_memory(8.0 * 1024 * 1024 * 1024, "it"),
                    Contains("GiB of memory; "));
  REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
#endif
}
