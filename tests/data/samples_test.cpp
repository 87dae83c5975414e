#include "data/samples.hpp"

#include <limits>
#include <vector>

#include <catch2/catch.hpp>

using namespace fprinciple::data;

namespace {

Samples good() {
  Samples samples{Eigen::MatrixXd(2, 3), Eigen::VectorXd(3)};
  samples.x << 0, 1, 0, 0, 0, 1;
  samples.y << 1, 2, 3;
  return samples;
}

}  // namespace

TEST_CASE("samples pass, and each corrupted entry is named") {
  REQUIRE_FALSE(find_defect(good()));
  Samples s = good();
  s.x(1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK(find_defect(s)->sample == 2);
  CHECK(find_defect(s)->message == "sample 3: x is not finite (nan)");
  s = good();
  s.y[1] = std::numeric_limits<double>::infinity();
  CHECK(find_defect(s)->message == "sample 2: y is not finite (inf)");
  s = good();
  s.y.conservativeResize(2);
  CHECK(find_defect(s)->message == "x has 3 points but y has 2 values");
  CHECK(find_defect(Samples{Eigen::MatrixXd(2, 0), Eigen::VectorXd(0)})->message ==
        "there is no sample");
}

TEST_CASE("samples at one x are their mean, in the first order, counted") {
  Samples s{Eigen::MatrixXd(1, 6), Eigen::VectorXd(6)};
  s.x << 3, 1, 3, 2, 1, 3;
  s.y << 30, 10, 36, 20, 10, 48;
  REQUIRE_FALSE(find_defect(s));
  const DistinctSamples once = distinct(s);
  CHECK(once.repeated());
  CHECK(once.samples.x.row(0) == Eigen::RowVector3d(3, 1, 2));
  CHECK(once.samples.y == Eigen::Vector3d(38, 10, 20));
  CHECK(once.count == Eigen::Vector3d(3, 2, 1));
  CHECK(once.place == std::vector<Eigen::Index>{0, 1, 0, 2, 1, 0});
  CHECK_FALSE(distinct(good()).repeated());
  CHECK(distinct(good()).samples.x == good().x);
}

TEST_CASE("a contradiction names two samples, and what no function gets below") {
  Samples s{Eigen::MatrixXd(1, 5), Eigen::VectorXd(5)};
  s.x << 3, 1, 1, 3, 3;
  s.y << 1, 5, 5, 4, 4;
  const auto between = contradiction(s);
  REQUIRE(between);
  CHECK(between->first == 0);
  CHECK(between->second == 3);
  CHECK(between->loss == 3.0);  // half of (1 − 3)² + 2 (4 − 3)²
  s.y << 4, 5, 5, 4, 4;
  CHECK_FALSE(contradiction(s));
}
