#include "measure/recordings.hpp"
#include "reports/measured_figures.hpp"
#include "reports/measured_page.hpp"
#include "reports/text_file.hpp"
#include "tests/reports/page_checks.hpp"
#include "tests/reports/synthetic.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace fprinciple;
using namespace fprinciple::tests;
using Eigen::Index;
using Eigen::VectorXd;
using reports::read_text;

namespace {

VectorXd log_times() { return Eigen::pow(10.0, VectorXd::LinSpaced(40, -2.0, 3.0).array()); }

runs::MeasuredFile measured(const measure::Recording& r, const std::string& title) {
  runs::MeasuredFile out{.name = "name", .title = title};
  out.measured = measure::measure(r);
  out.summary = runs::measured_summary(out, r, {}, 1.0);
  return out;
}

std::string all(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences) out += sentence + "\n";
  return out;
}

}  // namespace

TEST_CASE("a measured recording has figures and a page", "[measured_report]") {
  const ScratchDirectory scratch;
  auto file = measured(three_sines(48, log_times(), {10.0, 1.0, 0.1}), "a <b> & \"c\"");
  file.test_error = file.measured.relative_error;
  CHECK(reports::write_measured_report(file, scratch.path).empty());
  for (const char* figure : {"heat_map", "crossing", "filtering", "spectral_bias", "kernel"})
    for (const char* ending : {".gp", ".dat", ".svg", ".pdf"})
      CHECK(std::filesystem::file_size(scratch.path / "figures" / (std::string(figure) + ending)) >
            0);
  const std::string page = read_text(scratch.path / "report.html");
  CHECK(balanced(page));
  CHECK(count(page, "<figure") == 5);
  CHECK(has(page, "a &lt;b&gt; &amp; &quot;c&quot;"));
  CHECK_FALSE(has(page, "a <b>"));
  CHECK(has(page, "data-key=\"spectral_bias.value\""));
  CHECK(has(page, "data-key=\"crossing.order\""));
  // The dots of the map are the crossing times.
  const std::string data = read_text(scratch.path / "figures" / "heat_map.dat");
  const auto& m = file.measured;
  CHECK(has(data, fmt::format("{:>16.9g} {:>16.9g}", m.crossing_time[m.present[1]],
                              m.projection.frequency[m.present[1]])));
}

TEST_CASE("a page says what the numbers say", "[measured_report]") {
  const auto words = [](const std::vector<double>& rates) {
    return all(reports::reading(measure::measure(three_sines(48, log_times(), rates)), 0.1));
  };
  const std::string first = words({10.0, 1.0, 0.1});
  CHECK(has(first, "Low frequencies were learnt before high ones"));
  CHECK(has(first, "3 come below 0.1"));
  CHECK(has(first, "the first is k = 1, at"));
  CHECK(has(first, "over frequency is 1.00"));
  CHECK(has(first, "is ahead of what it holds back, at every width"));
  const std::string last = words({0.1, 1.0, 10.0});
  CHECK(has(last, "High frequencies were learnt before low ones"));
  CHECK(has(last, "over frequency is -1.00"));
  CHECK(has(words({1.0, 1.0, 1.0}), "Neither low nor high frequencies were ahead"));
  CHECK(has(words({1.0, 1.0, 1e-9}), "2 come below 0.1"));
  auto constant = three_sines(48, log_times(), {1.0});
  constant.y.setOnes();
  const std::string none = all(reports::reading(measure::measure(constant), 0.1));
  CHECK(has(none, "There is no spectral bias to tell"));
  CHECK(has(none, "the target has nothing at these frequencies"));
}

TEST_CASE("figures of recordings that lack something", "[measured_report]") {
  const auto names = [](const measure::Recording& r) {
    std::string out;
    for (const auto& figure : reports::measured_figures(measure::measure(r), 0.1))
      out += figure.name + " ";
    return out;
  };
  auto r = three_sines(20, VectorXd{{0.0, 1.0, 2.0}}, {1.0, 0.5});
  CHECK(names(r) == "heat_map crossing filtering spectral_bias kernel ");
  r.t = VectorXd{{-2.0, -1.0, 0.0}};  // nothing for a logarithmic axis
  CHECK(names(r).empty());
  auto plane = random_recording(2, 30, 1, 3, 3);
  for (Index i = 0; i < 30; ++i) {
    const Index row = i / 6;
    plane.x.col(i) << static_cast<double>(i % 6), static_cast<double>(row);
  }
  CHECK(has(names(plane), "heat_map_grid "));
}
