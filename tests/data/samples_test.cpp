#include "data/samples.hpp"

#include <limits>

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
  s.x.col(2) = s.x.col(0);
  CHECK(find_defect(s)->sample == 2);
  CHECK(find_defect(s)->message ==
        "samples 1 and 3 have the same x but different y (1 and 3): no function fits both");
  s = good();
  s.y.conservativeResize(2);
  CHECK(find_defect(s)->message == "x has 3 points but y has 2 values");
  CHECK(find_defect(Samples{Eigen::MatrixXd(2, 0), Eigen::VectorXd(0)})->message ==
        "there is no sample");
}

TEST_CASE("repeated samples are merged in their first order") {
  Samples s{Eigen::MatrixXd(1, 5), Eigen::VectorXd(5)};
  s.x << 3, 1, 3, 2, 1;
  s.y << 30, 10, 30, 20, 10;
  REQUIRE_FALSE(find_defect(s));
  const Samples merged = merge_repeated(s);
  REQUIRE(merged.size() == 3);
  CHECK(merged.x.row(0) == Eigen::RowVector3d(3, 1, 2));
  CHECK(merged.y == Eigen::Vector3d(30, 10, 20));
}
