#include "base/count.hpp"

#include "base/error.hpp"

#include <cstdint>
#include <limits>

#include <catch2/catch.hpp>

using namespace fprinciple;
using Catch::Contains;

TEST_CASE("a count that a number drives is rounded up, bounded, and never undefined") {
  CHECK(base::count_of(2.0, 10, "steps") == 2);
  CHECK(base::count_of(2.1, 10, "steps") == 3);
  CHECK(base::count_of(-5.0, 10, "steps") == 0);
  CHECK(base::count_of(10.0, 10, "steps") == 10);
  const double inf = std::numeric_limits<double>::infinity();
  for (const double value : {10.5, 1e18, 1e300, inf, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(base::count_of(value, 10, "steps"), InputError);
  CHECK_THROWS_WITH(base::count_of(1e19, 10, "steps"), "steps must be at most 10, got 1e+19");
}

TEST_CASE("what would go on for hours is told before it begins") {
  CHECK_NOTHROW(base::require_effort(1e11, "the sum"));
  CHECK_THROWS_WITH(
      base::require_effort(1e15, "the sum"),
      Contains("the sum would take about 1e+15 evaluations") && Contains("hours of one core"));
  CHECK_THROWS_AS(base::require_effort(std::numeric_limits<double>::quiet_NaN(), "it"), InputError);
}
