#include "base/parallel.hpp"

#include <new>
#include <vector>

#include <catch2/catch.hpp>

using Eigen::Index;
using namespace fprinciple;

namespace {

/// Runs f with so many threads, and with as many as before afterwards.
template <class F>
void with_threads(int threads, const F& f) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
  f();
  omp_set_num_threads(before);
}

const std::vector<int> kThreads = {1, 2, 3, 8};

}  // namespace

TEST_CASE("parallel loops: every index once, in as many threads as there are", "[base]") {
  for (const int threads : kThreads)
    for (const Index count : {0, 1, 2, 7, 8, 100}) {
      CAPTURE(threads, count);
      const std::vector<int> once(static_cast<std::size_t>(count), 1);
      with_threads(threads, [&] {
        for (const bool worth : {false, true}) {
          std::vector<int> visits(once.size());
          const auto visit = [&](Index i) { ++visits[static_cast<std::size_t>(i)]; };
          base::parallel_for(count, worth, visit);
          CHECK(visits == once);
          visits.assign(once.size(), 0);
          base::parallel_for_uneven(count, worth, visit);
          CHECK(visits == once);
        }
        std::atomic<int> parts = 0;
        base::on_all_threads([&](int thread, int of) { parts += of == threads ? thread + 1 : 0; });
        CHECK(parts == threads * (threads + 1) / 2);
      });
    }
}

TEST_CASE("parallel loops: an exception of any thread arrives, and one only", "[base]") {
  for (const int threads : kThreads)
    with_threads(threads, [&] {
      for (const Index thrower : {0, 50, 99}) {
        CAPTURE(threads, thrower);
        const auto fail = [&](Index i) {
          if (i == thrower) throw std::bad_alloc();
        };
        CHECK_THROWS_AS(base::parallel_for(100, true, fail), std::bad_alloc);
        CHECK_THROWS_AS(base::parallel_for(100, false, fail), std::bad_alloc);
        CHECK_THROWS_AS(base::parallel_for_uneven(100, true, fail), std::bad_alloc);
      }
      const auto all_fail = [](Index) { throw std::bad_alloc(); };
      CHECK_THROWS_AS(base::parallel_for(100, true, all_fail), std::bad_alloc);
      const auto no_scratch = []() -> int { throw std::bad_alloc(); };
      const auto nothing = [](Index, int) {};
      CHECK_THROWS_AS(base::parallel_for(100, true, no_scratch, nothing), std::bad_alloc);
    });
}
