#include "runs/measured_file.hpp"

#include "base/error.hpp"
#include "io/json.hpp"
#include "io/netcdf.hpp"
#include "measure/recordings.hpp"
#include "runs/recording_file.hpp"

#include <filesystem>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace fprinciple;
using namespace fprinciple::tests;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
namespace fs = std::filesystem;

namespace {

/// A folder of its own, removed at the end.
struct Scratch {
  fs::path path = fs::temp_directory_path() / ("measured_file_test." + std::to_string(::getpid()));
  Scratch() { fs::create_directory(path); }
  ~Scratch() { fs::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

void write_recording(const fs::path& file, const measure::Recording& r, bool outputs, bool test,
                     const std::string& title = "a title") {
  io::write_netcdf(file, [&](io::NetcdfWriter& out) {
    out.attribute("title", title);
    out.dimension("sample", r.x.cols());
    out.dimension("dim", r.x.rows());
    out.dimension("output", r.y.rows());
    out.dimension("time", r.t.size());
    std::vector<std::string> y = {"sample"}, f = {"time", "sample"};
    if (outputs) {
      y.emplace_back("output");
      f.emplace_back("output");
    }
    out.numbers("x", {"sample", "dim"}, r.x.reshaped());
    out.numbers("y", y, r.y.reshaped());
    out.numbers("t", {"time"}, r.t);
    out.numbers("f", f, r.f.reshaped());
    if (r.weight.size() > 0) out.numbers("weight", {"sample"}, r.weight);
    if (!test) return;
    out.numbers("x_test", {"sample", "dim"}, r.x.reshaped());
    out.numbers("y_test", y, (2.0 * r.y).reshaped());
    out.numbers("f_test", f, r.f.reshaped());
  });
}

/// nan, too.
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

TEST_CASE("recordings: whatever bytes a title has, it is text") {
  const Scratch scratch;
  const fs::path file = scratch.path / "a.nc";
  const auto r = random_recording(1, 3, 1, 2, 1);
  write_recording(file, r, false, false, "\x1b[31m \xff é");
  CHECK(runs::read_recording(file).title == "\\x1b[31m \\xff é");
  write_recording(file, r, false, false, std::string(500, 'a'));
  CHECK(runs::read_recording(file).title == std::string(400, 'a') + "…");
}

TEST_CASE("recordings: read as they were written") {
  const Scratch scratch;
  const fs::path file = scratch.path / "a.nc";
  auto r = random_recording(3, 7, 2, 4, 1);
  r.weight = random_vector(7, 4).cwiseAbs();
  write_recording(file, r, true, true);
  const auto read = runs::read_recording(file);
  CHECK(read.title == "a title");
  CHECK(read.train.x == r.x);
  CHECK(read.train.y == r.y);
  CHECK(read.train.t == r.t);
  CHECK(read.train.f == r.f);
  CHECK(read.train.weight == r.weight);
  REQUIRE(read.test);
  CHECK(read.test->y == 2.0 * r.y);
  CHECK(read.test->f == r.f);
  const auto one = random_recording(1, 5, 1, 2, 2);
  write_recording(file, one, false, false);  // the last dimension of y and f is left out
  const auto again = runs::read_recording(file);
  CHECK(again.train.f == one.f);
  CHECK(again.train.y == one.y);
  CHECK_FALSE(again.test);
}

TEST_CASE("measured: kept and read back, with the keys of its summary") {
  const Scratch scratch;
  const VectorXd t = Eigen::pow(10.0, VectorXd::LinSpaced(20, -2.0, 2.0).array());
  const auto sines = three_sines(40, t, {10.0, 1.0, 0.01});
  auto plane = random_recording(2, 12, 2, 3, 4);
  for (Index i = 0; i < 12; ++i) {
    const Index row = i / 4;
    plane.x.col(i) << static_cast<double>(i % 4), static_cast<double>(row);
  }
  const measure::Options options;
  for (const auto& r : {sines, plane}) {
    runs::MeasuredFile kept{.name = "name", .title = "title"};
    kept.measured = measure::measure(r);
    kept.test_error = kept.measured.relative_error;
    kept.summary = runs::measured_summary(kept, r, options, 1.0);
    runs::write_measured(kept, scratch.path);
    const auto read = runs::read_measured(scratch.path);
    const measure::Measured &a = kept.measured, &b = read.measured;
    CHECK(read.name == "name");
    CHECK(read.title == "title");
    CHECK(a.t == b.t);
    CHECK(a.projection.delta == b.projection.delta);
    CHECK(a.projection.target_energy == b.projection.target_energy);
    CHECK(a.present == b.present);
    CHECK(a.crossing_time == b.crossing_time);  // infinity too
    CHECK(a.intervals.time.back().high == b.intervals.time.back().high);
    CHECK(a.filtering.e_low == b.filtering.e_low);
    CHECK(a.filtering.share_high == b.filtering.share_high);
    CHECK(a.relative_error == b.relative_error);
    CHECK(same(a.spectral_bias.value, b.spectral_bias.value));
    CHECK(a.spectral_bias.cut == b.spectral_bias.cut);
    CHECK(same(a.intervals.spectral_bias.low, b.intervals.spectral_bias.low));
    REQUIRE(b.kernel_modes);
    CHECK(a.kernel_modes->share == b.kernel_modes->share);
    CHECK(*a.kernel_width == *b.kernel_width);
    REQUIRE(b.shells);
    CHECK(a.shells->amplitude == b.shells->amplitude);
    CHECK(*read.test_error == *kept.test_error);
  }
  const auto summary = io::read_json(scratch.path / "summary.json");
  for (const char* key :
       {"/projection/direction", "/projection/frequency", "/projection/delta", "/filtering/delta",
        "/filtering/e_low", "/filtering/e_high", "/crossing/time", "/crossing/order",
        "/spectral_bias/value", "/spectral_bias/low", "/spectral_bias/high"})
    CHECK(summary.contains(nlohmann::json::json_pointer(key)));
  CHECK(summary["projection"]["delta"].size() == 3);  // times
  CHECK(summary["projection"]["delta"][0].size() == summary["projection"]["frequency"].size());

  // Never crossed is null; nothing else in JSON says so.
  const auto m = measure::measure(sines);
  runs::MeasuredFile file{.name = "name", .title = "title", .measured = m};
  const auto json = runs::measured_summary(file, sines, options, 1.0);
  CHECK(json["crossing"]["time"][static_cast<std::size_t>(m.present[2])].is_null());
  CHECK(json["crossing"]["time"][static_cast<std::size_t>(m.present[0])].is_number());

  // Arrays that do not fit together.
  io::write_netcdf(scratch.path / "measure.nc", [](io::NetcdfWriter& out) {
    out.dimension("time", 2);
    out.dimension("other", 3);
    out.numbers("t", {"time"}, VectorXd{{1.0, 2.0}});
    out.numbers("relative_error", {"other"}, VectorXd{{1.0, 2.0, 3.0}});
  });
  CHECK_THROWS_WITH(runs::read_measured(scratch.path),
                    Catch::Matchers::Contains("measure.nc: variable relative_error has 3 values"));
}
