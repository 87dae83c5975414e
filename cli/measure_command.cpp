#include "cli/measure_command.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "cli/number_in.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/undrawn.hpp"
#include "reports/gnuplot.hpp"
#include "reports/measured_page.hpp"
#include "runs/measured_file.hpp"
#include "runs/recording_file.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace fprinciple::cli {
namespace fs = std::filesystem;
namespace {

using Eigen::Index;
using Eigen::VectorXd;

VectorXd vector_of(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

/// Nothing for pca.
std::optional<VectorXd> direction_of(const std::string& text, Index dim) {
  if (text == "pca") return std::nullopt;
  const auto fail = [&] {
    throw InputError(
        fmt::format("--direction: must be pca, {}, or {} with commas, not all 0, got {}",
                    dim == 1 ? "x1" : fmt::format("x1 … x{}", dim),
                    dim == 1 ? "a number" : fmt::format("{} numbers", dim), text));
  };
  VectorXd out = VectorXd::Zero(dim);
  if (text.starts_with("x")) {
    const auto axis = number_in<Index>(std::string_view(text).substr(1));
    if (!axis || *axis < 1 || *axis > dim) fail();
    out[*axis - 1] = 1.0;
    return out;
  }
  std::string_view rest = text;
  for (Index k = 0; k < dim; ++k) {
    const std::size_t comma = rest.find(',');
    if ((comma == std::string_view::npos) != (k == dim - 1)) fail();
    const auto value = number_in<double>(rest.substr(0, comma));
    if (!value || !std::isfinite(*value)) fail();
    out[k] = *value;
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  if (out.isZero(0.0)) fail();
  return out;
}

measure::Options options_of(const MeasureOptions& given, Index dim) {
  measure::Options out;
  out.direction = direction_of(given.direction, dim);
  std::vector<double> frequencies = given.frequencies;
  std::sort(frequencies.begin(), frequencies.end());
  if (std::adjacent_find(frequencies.begin(), frequencies.end()) != frequencies.end())
    throw InputError("--frequencies: one is there twice");
  if (!frequencies.empty()) out.frequency = vector_of(frequencies);
  if (!given.delta.empty()) out.delta = vector_of(given.delta);
  out.threshold = given.threshold;
  out.cut = given.cut;
  if (given.cut && !frequencies.empty() &&
      !(*given.cut >= frequencies.front() && *given.cut < frequencies.back()))
    throw InputError(fmt::format(
        "--cut: must leave a frequency up to it and one above it, from {} on and below {}, got {}",
        frequencies.front(), frequencies.back(), *given.cut));
  out.kernel = given.kernel;
  out.bootstrap.seed = given.seed;
  return out;
}

}  // namespace

void measure_recording(const fs::path& recording, const std::optional<fs::path>& out,
                       const MeasureOptions& given) {
  const base::Stopwatch watch;
  reports::require_gnuplot();
  const runs::RecordingFile read = runs::read_recording(recording);
  const measure::RecordingView view(read.train);
  const measure::Options options = options_of(given, view.dim());
  const fs::path directory = out.value_or(fs::path("results") / recording.stem());
  Output output(directory, {recording});

  ProgressDisplay display(recording.stem().string(), given.quiet);
  runs::MeasuredFile file{.name = recording.stem().string(), .title = read.title};
  file.measured = measure::measure(view, options, [&](double done) {
    display.show(Reached{.stage = "filtering", .done = done});
  });
  if (read.test) file.test_error = measure::relative_error(*read.test);
  file.summary = runs::measured_summary(file, view, options, watch.seconds());
  display.show(Reached{.stage = "drawing figures"});
  runs::write_measured(file, output->path());
  Undrawn undrawn;
  undrawn.add(file.name, reports::write_measured_report(file, output->path()));
  {
    const HeldSignals held;  // what is left takes a moment
    output->publish();
  }
  if (!given.quiet) {
    say("{}", file.title);
    say("  report         {}", (directory / "report.html").string());
    for (const std::string& sentence : reports::reading(file.measured, options.threshold))
      say("  {}", sentence);
    say("  time           {:.1f} s", watch.seconds());
  }
  undrawn.require_none(directory);
}

}  // namespace fprinciple::cli
