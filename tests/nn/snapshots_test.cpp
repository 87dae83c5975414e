#include "base/error.hpp"
#include "nn/gradient_descent.hpp"
#include "nn/gradient_flow.hpp"
#include "nn/snapshot_clock.hpp"

#include <cmath>
#include <limits>

#include "problems.hpp"
#include <catch2/catch.hpp>

using namespace fprinciple;
using Eigen::Index;
using Eigen::VectorXd;
using Method = nn::Descent::Method;

namespace {

/// A descent that ends after `last` steps, with its clock: the steps of the snapshots that it keeps
/// in the end, 0 first, and the most that it ever keeps.
struct Clocked {
  std::vector<std::int64_t> steps{0};
  std::size_t most = 0;
};

Clocked run(nn::StepClock clock, std::int64_t last) {
  Clocked out;
  const auto take = [&](const std::vector<Index>& which) {
    std::vector<std::int64_t> kept;
    for (const Index k : which) kept.push_back(out.steps[static_cast<std::size_t>(k)]);
    out.steps = kept;
  };
  for (std::int64_t k = 0; k < last;) {
    k = std::min(clock.after(k), last);
    out.steps.push_back(k);
    out.most = std::max(out.most, out.steps.size());
    if (k < last) take(clock.kept(out.steps));
  }
  take(clock.chosen(out.steps));
  return out;
}

/// The largest and the smallest ratio of neighbouring times, the start apart.
double unevenness(const VectorXd& t) {
  const Index gaps = t.size() - 2;
  const VectorXd logs = t.tail(gaps + 1).array().log();
  const VectorXd ratios = logs.tail(gaps) - logs.head(gaps);
  return ratios.maxCoeff() / ratios.minCoeff();
}

nn::Task task_of(const tests::Case& c, nn::Stop stop, Index count) {
  nn::Task task{c.samples, c.grid.points.leftCols(5), stop, {}, {}, {}};
  task.snapshots.count = count;
  return task;
}

}  // namespace

TEST_CASE("a descent keeps as many snapshots as asked for, wherever it ends") {
  for (const Index count : {1, 2, 3, 4, 7, 60})
    for (const std::int64_t last : {1, 2, 3, 5, 10, 58, 59, 60, 61, 119, 120, 150, 1000, 123457}) {
      CAPTURE(count, last);
      const Index expected = std::min<Index>(std::max<Index>(count, 2), last + 1);
      nn::Stop known;
      known.steps = last;
      nn::Stop unknown = known;
      unknown.loss = 1e-300;
      for (const nn::Stop& stop : {known, unknown}) {
        const Clocked out = run({{.count = count, .times = {}}, stop, 1.0}, last);
        CHECK(static_cast<Index>(out.steps.size()) == expected);
        CHECK(static_cast<Index>(out.most) <= nn::most_snapshots({.count = count, .times = {}}));
        CHECK(out.steps.front() == 0);
        CHECK(out.steps.back() == last);
        CHECK(std::is_sorted(out.steps.begin(), out.steps.end(), std::less_equal<>()));
      }
    }
}

TEST_CASE("steps are as log-spaced as whole numbers can be") {
  CHECK(nn::log_spaced_steps(5, 9) == std::vector<std::int64_t>{1, 2, 3, 4, 5});
  CHECK(nn::log_spaced_steps(1000, 4) == std::vector<std::int64_t>{1, 10, 100, 1000});
  CHECK(nn::log_spaced_steps(1000, 1) == std::vector<std::int64_t>{1000});
  CHECK(nn::log_spaced_steps(1000, 0).empty());
  CHECK(nn::nearly_log_spaced({1, 2, 3, 10, 12, 90, 100, 110}, 3, 1000) ==
        std::vector<Index>{0, 3, 6});
  CHECK(nn::nearly_log_spaced({1, 2}, 3, 1000) == std::vector<Index>{0, 1});
  // Where the end is known, and where it shows: gaps of the ratio, or of one and two of those
  // taken.
  for (const bool known : {true, false}) {
    nn::Stop stop;
    stop.steps = 1'000'000;
    if (!known) stop.loss = 1e-300;
    const Clocked out = run({{}, stop, 1.0}, 1'000'000);
    VectorXd t(static_cast<Index>(out.steps.size()));
    for (Index k = 0; k < t.size(); ++k)
      t[k] = static_cast<double>(out.steps[static_cast<std::size_t>(k)]);
    REQUIRE(t.size() == 60);
    VectorXd late(31);
    late << 0.0, t.tail(30);
    CHECK(unevenness(late) < (known ? 1.01 : 2.01));
  }
}

TEST_CASE("times of a descent's snapshots are the steps nearest to them") {
  nn::Stop stop;
  stop.time = 1.0;
  nn::StepClock clock({.times = {0.1, 0.349, 0.351, 0.352, 1e300}}, stop, 0.1);
  CHECK(clock.last_step() == 10);
  CHECK(clock.after(0) == 1);
  CHECK(clock.after(1) == 3);
  CHECK(clock.after(3) == 4);
  CHECK(clock.after(4) > 1'000'000'000'000);
}

TEST_CASE("no clock stands still") {
  // A step of 0.02, so that all there is to be had is the first step.
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 100);
  nn::Stop stop;
  stop.time = 0.02;
  const nn::Descent descent{.step = 1e-9, .method = Method::momentum, .momentum = 1 - 5e-8};
  const nn::Trajectory one = nn::gradient_descent(start, task_of(c, stop, 60), descent);
  CHECK(one.t.size() == 2);
  CHECK(one.steps == 1);
  // And very many snapshots of very short trainings.
  stop.time = 1e-12;
  for (const Index count : {2, 3, 500}) {
    const nn::Trajectory flow = nn::gradient_flow(start, task_of(c, stop, count));
    CHECK(flow.t.size() == count);
  }
  CHECK(nn::gradient_descent(start, task_of(c, stop, 60), {.step = 1e-12}).t.size() == 2);
}

TEST_CASE("every method keeps as many snapshots as asked for, log-spaced") {
  const tests::Case c = tests::fig1b();  // far from the linearised network
  const nn::Network start = c.network(1, 100);
  for (const nn::Stop& stop :
       {nn::Stop{0.02, {}, {}, {}}, nn::Stop{{}, 0.05, {}, {}}, nn::Stop{{}, {}, 4000, {}},
        nn::Stop{1e-30, {}, 5000, {}}, nn::Stop{{}, {}, {}, 2.0}})
    for (const Index count : {5, 12, 60})
      for (const Method method : {Method::gd, Method::momentum, Method::adam, Method::sgd}) {
        CAPTURE(stop.loss.has_value(), stop.time.has_value(), count, static_cast<int>(method));
        if (stop.gradient_norm && method != Method::gd) continue;
        nn::Task task = task_of(c, stop, count);
        if (stop.loss) task.stop.steps = 100'000;  // Adam's and the batches' steps end nowhere
        const nn::Descent descent{.step = method == Method::adam ? 1e-3 : 1e-5,
                                  .method = method,
                                  .momentum = 0.5,
                                  .batch = 2};
        const nn::Trajectory out = nn::gradient_descent(start, task, descent);
        CHECK(out.t.size() == std::min<Index>(count, out.steps + 1));
        CHECK(out.t[0] == 0.0);
        CHECK(out.t.size() == out.f.cols());
        CHECK((out.t.tail(out.t.size() - 1) - out.t.head(out.t.size() - 1)).minCoeff() > 0.0);
      }
}

TEST_CASE("the flow keeps as many snapshots as asked for, wherever it stops") {
  for (const tests::Case& c : {tests::fig1a(), tests::fig1b(), tests::fig2()})
    for (const nn::Stop& stop :
         {nn::Stop{1e-8, {}, {}, {}}, nn::Stop{1e-3, {}, {}, {}}, nn::Stop{1e-9, 0.05, {}, {}},
          nn::Stop{{}, {}, {}, 1e-2}, nn::Stop{1e-12, {}, 7, {}}, nn::Stop{{}, {}, 1, {}}})
      for (const Index count : {2, 3, 20, 60}) {
        CAPTURE(c.name, stop.loss.value_or(0), stop.steps.value_or(0), count);
        const nn::Trajectory out = nn::gradient_flow(c.network(1, 300), task_of(c, stop, count));
        CHECK(out.t.size() == count);
        CHECK((out.t.tail(count - 1) - out.t.head(count - 1)).minCoeff() > 0.0);
      }
}

TEST_CASE("log-spaced snapshots of a descent are the same bits when it was interrupted") {
  const tests::Case c = tests::fig1a();
  const nn::Network start = c.network(1, 100);
  nn::Stop stop;
  stop.loss = 1e-3;
  const nn::Descent descent{.step = 1e-3, .method = Method::adam};
  nn::Task task = task_of(c, stop, 6);
  const nn::Trajectory whole = nn::gradient_descent(start, task, descent);
  REQUIRE(whole.t.size() == 6);
  REQUIRE(whole.steps > 100);  // thinned several times
  for (const int interruption : {1, 5, 12, 13, 14, 15, 16, 37, 99}) {
    std::optional<nn::TrainingState> kept;
    int asked = 0;
    task.supervision.wish = [&] {
      return ++asked == interruption ? nn::Supervision::Wish::stop : nn::Supervision::Wish::go_on;
    };
    task.supervision.keep = [&](const nn::TrainingState& state) { kept = state; };
    task.supervision.resume.reset();
    CHECK_THROWS_AS(nn::gradient_descent(start, task, descent), Interrupted);
    REQUIRE(kept);
    task.supervision = {kept, {}, {}};
    const nn::Trajectory resumed = nn::gradient_descent(start, task, descent);
    CHECK(resumed.t == whole.t);
    CHECK(resumed.f == whole.f);
    CHECK(resumed.loss == whole.loss);
    CHECK(resumed.kernel_drift == whole.kernel_drift);
  }
}
