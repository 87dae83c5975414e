#include "data/random.hpp"

#include <catch2/catch.hpp>

using namespace fprinciple::data;

TEST_CASE("the generator is Philox4x32-10") {
  // Known answer of Random123's kat_vectors: counter 0, key 0 → 6627e8d5 e169c58d bc57ac4c
  // 9b00dbd8.
  const auto [u, v] = uniform_pair(0, Stream::a, 0, 0);
  REQUIRE(u == (static_cast<double>(0x6627e8d5e169c58dULL >> 12) + 0.5) * 0x1p-52);
  REQUIRE(v == (static_cast<double>(0xbc57ac4c9b00dbd8ULL >> 12) + 0.5) * 0x1p-52);
}

TEST_CASE("streams, indices, components and seeds give different numbers") {
  const double u = uniform_pair(1, Stream::a, 2, 3)[0];
  REQUIRE(u != uniform_pair(1, Stream::w, 2, 3)[0]);
  REQUIRE(u != uniform_pair(1, Stream::a, 3, 3)[0]);
  REQUIRE(u != uniform_pair(1, Stream::a, 2, 4)[0]);
  REQUIRE(u != uniform_pair(2, Stream::a, 2, 3)[0]);
  REQUIRE(u != uniform_pair(1ULL << 32, Stream::a, 2, 3)[0]);
}
