#include "base/error.hpp"

#include <catch2/catch.hpp>

using namespace fprinciple;

TEST_CASE("an interruption tells its time, however small", "[base]") {
  CHECK_THROWS_MATCHES(throw Interrupted(2.5e-9, 3), Error,
                       Catch::Message("interrupted after 3 steps, at t = 2.5e-09"));
}
