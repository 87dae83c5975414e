#include "io/csv.hpp"

#include "base/error.hpp"

#include <fstream>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <unistd.h>

using namespace fprinciple;

namespace {

/// A file in the temporary folder that goes away with its object.
struct TemporaryFile {
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("fprinciple_csv_" + std::to_string(getpid()) + ".csv");
  explicit TemporaryFile(const std::string& text = {}) { std::ofstream(path) << text; }
  ~TemporaryFile() { std::filesystem::remove(path); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

}  // namespace

TEST_CASE("samples survive CSV bit for bit") {
  const data::Samples samples{1e10 * tests::random_matrix(3, 50, 1), tests::random_vector(50, 2)};
  const TemporaryFile file;
  io::write_samples_csv(file.path, samples);
  const data::Samples back = io::read_samples_csv(file.path);
  CHECK(back.x == samples.x);
  CHECK(back.y == samples.y);
}

TEST_CASE("CSV takes spaces, blank lines, a byte-order mark, CRLF and a plus sign") {
  const TemporaryFile file("\xEF\xBB\xBFx , y\r\n\r\n +1, -2e-1\r\n3 ,4\r\n\r\n");
  const data::Samples samples = io::read_samples_csv(file.path);
  REQUIRE(samples.size() == 2);
  CHECK(samples.x(0, 0) == 1.0);
  CHECK(samples.y[0] == -0.2);
  CHECK(samples.x(0, 1) == 3.0);
}

TEST_CASE("points have no y column") {
  const TemporaryFile file("x1,x2\n1,2\n3,4\n");
  CHECK(io::read_points_csv(file.path) == (Eigen::Matrix2d() << 1, 3, 2, 4).finished());
  CHECK_THROWS_AS(io::read_samples_csv(file.path), InputError);
}
