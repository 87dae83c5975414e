#include "runs/experiment_samples.hpp"

#include "base/memory.hpp"
#include "data/random.hpp"
#include "data/sampled_target.hpp"
#include "io/csv.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using data::Axis;
using Eigen::Index;

using Range = std::pair<double, double>;  // lo < hi

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Points written in the file --------------------------------------------------------------------

std::vector<double> numbers(const TomlValue& array, std::string_view allowed) {
  std::vector<double> out;
  for (const TomlValue& element : array.elements(allowed)) out.push_back(element.number());
  return out;
}

std::vector<double> coordinates(const TomlValue& point) {
  if (!point.is_array()) return {point.number()};
  return numbers(point, "a number, or a point [x1, x2, …]");
}

/// d × n from a list of numbers or of points.
Eigen::MatrixXd points_of(const std::vector<TomlValue>& list) {
  const std::size_t d = coordinates(list.front()).size();
  Eigen::MatrixXd points(static_cast<Index>(d), static_cast<Index>(list.size()));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::vector<double> x = coordinates(list[i]);
    if (x.size() != d)
      list[i].fail(
          fmt::format("all points must have as many coordinates as the first, {}; "
                      "point {} has {}",
                      d, i + 1, x.size()));
    points.col(static_cast<Index>(i)) = Eigen::Map<const Eigen::VectorXd>(x.data(), points.rows());
  }
  return points;
}

// Ranges ----------------------------------------------------------------------------------------

Range range_of(const TomlValue& pair) {
  const std::vector<double> ends = numbers(pair, "[lo, hi] with lo < hi");
  if (ends.size() != 2)
    pair.fail(fmt::format("must be [lo, hi] with lo < hi, got {} numbers", ends.size()));
  if (!(ends[0] < ends[1]) || !std::isfinite(ends[1] - ends[0]))
    pair.fail(fmt::format("must be [lo, hi] with lo < hi, got [{}, {}]", ends[0], ends[1]));
  return {ends[0], ends[1]};
}

/// One range for each of d axes. In one dimension [lo, hi] will do for [[lo, hi]].
std::vector<Range> ranges_of(const TomlValue& value, Index d) {
  const std::string allowed =
      d == 1 ? "[lo, hi] with lo < hi"
             : fmt::format("a list of {} pairs [[lo, hi], …], one for each axis", d);
  const std::vector<TomlValue> elements = value.elements(allowed);
  if (!elements.front().is_array()) {
    if (d == 1) return {range_of(value)};
    value.fail_type(allowed);
  }
  if (elements.size() != at(d))
    value.fail(fmt::format("must be {}, got {}", allowed, elements.size()));
  std::vector<Range> ranges;
  ranges.reserve(elements.size());
  for (const TomlValue& element : elements) ranges.push_back(range_of(element));
  return ranges;
}

// The three sources of samples ------------------------------------------------------------------

/// Both the network's tangent kernel and the theory's kernel are n × n, but on the line, where what
/// the problem as a whole needs is asked when all of it is known.
void require_sample_memory(const TomlPlace& place, Index n, Index d) {
  const double count = static_cast<double>(n);
  place.around([&] {
    const double columns = d == 1 ? 8.0 : 8.0 * count;
    base::require_memory(8.0 * count * (columns + static_cast<double>(d) + 1.0),
                         fmt::format("{} samples", n));
  });
}

/// Takes the samples; y is n × k.
void keep(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y, Experiment& experiment) {
  experiment.problem.samples = {x, y.col(0)};
  experiment.y = y;
}

void read_inline(const TomlTable& table, Experiment& experiment) {
  const TomlValue x = table.require(
      "x", "a list of numbers or points; or give data.file or data.target in place of x and y");
  const TomlValue y = table.require("y", "a list of numbers, one for each point of x");
  const std::vector<TomlValue> points = x.elements("a list of numbers, or of points [x1, x2, …]");
  const std::vector<TomlValue> listed = y.elements("a list of numbers, one for each point of x");
  const Eigen::MatrixXd outputs =
      listed.front().is_array()
          ? Eigen::MatrixXd(points_of(listed).transpose())
          : Eigen::MatrixXd(Eigen::Map<const Eigen::VectorXd>(
                numbers(y, "a list of numbers, one for each point of x").data(),
                static_cast<Index>(listed.size())));
  const Eigen::MatrixXd at_x = points_of(points);
  if (at_x.cols() != outputs.rows())
    y.fail(fmt::format("must have one number for each point of x, {}, got {}", at_x.cols(),
                       outputs.rows()));
  keep(at_x, outputs, experiment);
}

void read_csv(const TomlValue& file, const std::filesystem::path& folder, Experiment& experiment) {
  const std::string name = file.text();
  file.place().around([&] {
    const io::Values values = io::read_values_csv(folder / name);
    keep(values.x, values.y, experiment);
  });
}

/// n points uniform in the box of the ranges.
Eigen::MatrixXd uniform_points(Index n, const std::vector<Range>& ranges, std::uint64_t seed) {
  Eigen::MatrixXd x(static_cast<Index>(ranges.size()), n);
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < x.rows(); ++k) {
      const auto [lo, hi] = ranges[at(k)];
      const auto u = data::uniform_pair(seed, data::Stream::sample_x, static_cast<std::uint64_t>(i),
                                        static_cast<std::uint32_t>(k));
      x(k, i) = lo + (hi - lo) * u[0];
    }
  return x;
}

/// `count` points from lo to hi, which a half-open axis leaves out: on a torus it is lo again.
Axis axis_of(const Range& range, Index count, bool half_open) {
  const auto [lo, hi] = range;
  return {lo, half_open ? hi - (hi - lo) / static_cast<double>(count) : hi, count};
}

/// n points on a regular grid, as many along every axis.
Eigen::MatrixXd grid_points(const TomlValue& n, const std::vector<Range>& ranges, bool half_open) {
  const auto d = static_cast<double>(ranges.size());
  const std::int64_t count = n.integer(1);
  const auto side = std::llround(std::pow(static_cast<double>(count), 1.0 / d));
  std::int64_t product = 1;
  for (std::size_t k = 0; k < ranges.size(); ++k) product *= side;
  if (product != count)
    n.fail(fmt::format("must be a whole number to the power {} with sampling on a grid, got {}",
                       ranges.size(), count));
  std::vector<Axis> axes;
  axes.reserve(ranges.size());
  for (const Range& range : ranges) axes.push_back(axis_of(range, side, half_open));
  return data::make_grid(axes).points;
}

constexpr std::string_view kFrequency = "a list of numbers, one for each axis, in cycles";

/// In one dimension a number will do.
TomlValue require_frequency(const TomlTable& wave) {
  return wave.require("frequency", fmt::format("a number (d = 1) or {}", kFrequency));
}

Eigen::VectorXd frequency_of(const TomlValue& frequency) {
  if (!frequency.is_array()) return Eigen::VectorXd::Constant(1, frequency.number());
  const std::vector<double> v = numbers(frequency, kFrequency);
  return Eigen::Map<const Eigen::VectorXd>(v.data(), static_cast<Index>(v.size()));
}

/// Of a target that is one wave.
Eigen::VectorXd read_frequency(const TomlTable& target) {
  const TomlValue frequency = require_frequency(target);
  Eigen::VectorXd out = frequency_of(frequency);
  if (out.isZero(0.0))
    frequency.fail("must not be 0 along every axis: that target is a constant function");
  return out;
}

/// One of several, of which one may be a mean: frequency 0 and phase π/2.
data::Wave read_wave(const TomlValue& value) {
  const TomlTable table = value.table({"frequency", "amplitude", "phase"});
  data::Wave wave{frequency_of(require_frequency(table))};
  if (const auto amplitude = table.find("amplitude")) wave.amplitude = amplitude->number();
  if (const auto phase = table.find("phase")) wave.phase = phase->number();
  return wave;
}

std::vector<data::Wave> read_waves(const TomlTable& target) {
  constexpr std::string_view kAllowed = "a non-empty list of { frequency, amplitude, phase }";
  std::vector<data::Wave> waves;
  for (const TomlValue& element : target.require("waves", kAllowed).elements(kAllowed)) {
    waves.push_back(read_wave(element));
    if (waves.back().frequency.size() != waves.front().frequency.size())
      element.fail("frequency must have as many numbers as that of the first wave");
  }
  return waves;
}

double total_amplitude(const data::Target& target) {
  double sum = 0.0;
  for (const data::Wave& wave : target.waves) sum += std::abs(wave.amplitude);
  return sum;
}

/// The function through the values of a CSV file on a grid.
data::Target read_sampled_target(const TomlValue& file, const std::filesystem::path& folder,
                                 Experiment& experiment) {
  data::SampledTarget sampled;
  const std::string path = (folder / file.text()).string();
  file.place().around([&] {
    const io::Values values = io::read_values_csv(path);
    if (values.y.cols() != 1)
      throw InputError(fmt::format("{}: must have one column y, got {}", path, values.y.cols()));
    try {
      sampled = data::sampled_target(values.x, values.y.col(0));
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}", path, error.what()));
    }
  });
  if (const double scale = sampled.aliasing; scale > 1e-6 * total_amplitude(sampled.target))
    experiment.warnings.push_back(fmt::format(
        "{}: between its points the target may be another function by up to {:.2g}: more points "
        "tell",
        path, sampled.aliasing));
  return sampled.target;
}

data::Target read_target(const TomlTable& table, const std::filesystem::path& folder,
                         Experiment& experiment) {
  const TomlTable target = table.table("target", {"kind", "frequency", "waves", "file"});
  const std::string kind =
      target.require("kind", "\"sine\", \"waves\", \"triangle\", \"square\" or \"file\"")
          .choice({"sine", "waves", "triangle", "square", "file"});
  if (kind == "file") {
    target.refuse({"frequency", "waves"}, "is not allowed with kind = \"file\"");
    return read_sampled_target(target.require("file", "a CSV file"), folder, experiment);
  }
  target.refuse({"file"}, "is allowed only with kind = \"file\"");
  if (kind == "waves") {
    target.refuse({"frequency"}, "stands in each of waves with kind = \"waves\"");
    return {read_waves(target)};
  }
  target.refuse({"waves"}, "is allowed only with kind = \"waves\"");
  using Shape = data::Target::Shape;
  return {{{read_frequency(target)}},
          kind == "triangle" ? Shape::triangle
          : kind == "square" ? Shape::square
                             : Shape::sine};
}

Drawn draw_samples(const TomlTable& table, const std::filesystem::path& folder,
                   Experiment& experiment) {
  const data::Target target = read_target(table, folder, experiment);
  const Index d = target.waves.front().frequency.size();
  const TomlValue n = table.require("n", "an integer of at least 1");
  require_sample_memory(n.place(), n.integer(1), d);
  const std::vector<Range> ranges = ranges_of(
      table.require("range",
                    d == 1 ? "[lo, hi]"
                           : fmt::format("a list of {} pairs [[lo, hi], …], one for each axis", d)),
      d);
  const auto sampling = table.find("sampling");
  const std::string how =
      sampling ? sampling->choice({"uniform", "grid", "half_open_grid"}) : "uniform";
  const bool regular = how != "uniform";
  const auto seed_value = table.find("seed");
  const std::uint64_t seed = seed_value ? static_cast<std::uint64_t>(seed_value->integer(0)) : 1;
  const auto noise_value = table.find("noise");
  const data::Distribution noise{data::Distribution::Kind::normal,
                                 noise_value ? noise_value->non_negative() : 0.0};

  data::Samples samples;
  samples.x = regular ? grid_points(n, ranges, how == "half_open_grid")
                      : uniform_points(n.integer(1), ranges, seed);
  samples.y = data::values(target, samples.x);
  for (Index i = 0; i < samples.size(); ++i)
    samples.y[i] +=
        data::draw(noise, seed, data::Stream::sample_noise, static_cast<std::uint64_t>(i));
  if (const auto defect = data::find_defect(samples)) table.place("target").fail(defect->message);
  experiment.problem.samples = samples;
  experiment.y = samples.y;
  experiment.problem.target = target;
  Drawn drawn{.range = {}, .at_random = !regular, .noise = noise.scale};
  for (const auto& [lo, hi] : ranges) drawn.range.push_back({lo, hi});
  return drawn;
}

// The grid --------------------------------------------------------------------------------------

/// The ranges of the samples; an axis without extent is widened by 1 to both sides.
std::vector<Range> bounding_box(const Eigen::MatrixXd& x) {
  std::vector<Range> box;
  for (Index k = 0; k < x.rows(); ++k) {
    const double lo = x.row(k).minCoeff();
    const double hi = x.row(k).maxCoeff();
    box.push_back(lo < hi ? Range{lo, hi} : Range{lo - 1.0, hi + 1.0});
  }
  return box;
}

std::vector<Index> counts_of(const TomlValue& value, Index d) {
  if (d == 1 && !value.is_array()) return {value.integer(2)};
  const std::string allowed = d == 1 ? "an integer of at least 2"
                                     : fmt::format("a list of {} integers, one for each axis", d);
  const std::vector<TomlValue> elements = value.elements(allowed);
  if (elements.size() != at(d))
    value.fail(fmt::format("must be {}, got {}", allowed, elements.size()));
  std::vector<Index> counts;
  counts.reserve(elements.size());
  for (const TomlValue& element : elements) counts.push_back(element.integer(2));
  return counts;
}

/// Beyond, no grid of two points an axis has some 4096 points.
constexpr Index kLargestGridDimension = 12;

std::vector<Index> default_counts(Index d) {
  const double several = std::pow(4096.0, 1.0 / static_cast<double>(d));
  const Index count = d == 1   ? 800
                      : d == 2 ? 30
                      : d == 3 ? 15
                               : std::max<Index>(2, static_cast<Index>(several + 1e-9));
  return std::vector<Index>(at(d), count);
}

/// The points, the functions f_nn and f_lfp at all times, and their spectra at half as many
/// frequencies, twice.
void require_grid_memory(const TomlPlace& place, double points, Index d, Index snapshots) {
  const double doubles = points * (static_cast<double>(d) + 4.0 * static_cast<double>(snapshots));
  place.around([&] {
    base::require_memory(8.0 * doubles,
                         fmt::format("{:.6g} grid points at {} times", points, snapshots));
  });
}

void read_test_file(const TomlValue& file, const std::filesystem::path& folder,
                    Experiment& experiment) {
  const std::string name = file.text();
  io::Values values;
  file.place().around([&] { values = io::read_values_csv(folder / name); });
  if (values.x.rows() != experiment.problem.samples.dim())
    file.fail(fmt::format("must have as many dimensions as the data, {}, got {}",
                          experiment.problem.samples.dim(), values.x.rows()));
  if (values.y.cols() != experiment.y.cols())
    file.fail(fmt::format("must have as many columns y as the data, {}, got {}",
                          experiment.y.cols(), values.y.cols()));
  experiment.test = compare::TestSet{.x = std::move(values.x), .y = std::move(values.y)};
}

/// Moves a share of the samples, chosen by the seed, to the test set; both stay in their order.
void hold_back(const TomlValue& value, std::uint64_t seed, Experiment& experiment) {
  const double share = value.positive();
  const Index n = experiment.y.rows();
  const Index held = std::llround(share * static_cast<double>(n));
  if (!(share < 1.0)) value.fail(fmt::format("must be a number > 0 and < 1, got {}", share));
  if (held < 1 || held >= n)
    value.fail(
        fmt::format("must leave a sample to learn from and one to test, got {} of {}", held, n));
  constexpr auto kNoCoordinate = std::numeric_limits<std::uint32_t>::max();  // its own numbers
  std::vector<std::pair<double, Index>> order;
  for (Index i = 0; i < n; ++i)
    order.emplace_back(data::uniform_pair(seed, data::Stream::sample_x,
                                          static_cast<std::uint64_t>(i), kNoCoordinate)[0],
                       i);
  std::sort(order.begin(), order.end());
  std::vector<Index> test, kept;
  for (Index i = 0; i < n; ++i) (i < held ? test : kept).push_back(order[at(i)].second);
  std::sort(test.begin(), test.end());
  std::sort(kept.begin(), kept.end());
  const data::Samples all = experiment.problem.samples;
  const Eigen::MatrixXd y = experiment.y;
  experiment.test = compare::TestSet{.x = all.x(Eigen::all, test), .y = y(test, Eigen::all)};
  experiment.problem.samples = {all.x(Eigen::all, kept), all.y(kept)};
  experiment.y = y(kept, Eigen::all);
}

data::Grid grid_from_file(const TomlValue& file, const std::filesystem::path& folder, Index d) {
  const std::string name = file.text();
  data::Grid grid;
  file.place().around([&] { grid.points = io::read_points_csv(folder / name); });
  if (grid.dim() != d)
    file.fail(fmt::format("must have as many dimensions as the data, {}, got {}", d, grid.dim()));
  return grid;
}

}  // namespace

Drawn read_samples(const TomlTable& root, const std::filesystem::path& folder,
                   Experiment& experiment) {
  const TomlTable table =
      root.table("data", {"x", "y", "file", "target", "n", "sampling", "range", "noise", "seed"});
  constexpr auto kOneOf = "give either x and y, or file, or target";
  if (table.find("target")) {
    table.refuse({"x", "y", "file"}, kOneOf);
    return draw_samples(table, folder, experiment);
  }
  table.refuse({"n", "sampling", "range", "noise", "seed"}, "is allowed only beside data.target");
  if (const auto file = table.find("file")) {
    table.refuse({"x", "y"}, kOneOf);
    read_csv(*file, folder, experiment);
  } else {
    read_inline(table, experiment);
  }
  require_sample_memory(table.place(table.find("file") ? "file" : "x"),
                        experiment.problem.samples.size(), experiment.problem.samples.dim());
  return {};
}

void read_test(const TomlTable& root, const std::filesystem::path& folder, Experiment& experiment) {
  const TomlTable table = root.table("test", {"file", "share", "seed"});
  if (const auto file = table.find("file")) {
    table.refuse({"share", "seed"}, "cannot stand beside test.file");
    read_test_file(*file, folder, experiment);
  } else if (const auto share = table.find("share")) {
    const auto seed = table.find("seed");
    hold_back(*share, seed ? static_cast<std::uint64_t>(seed->integer(0)) : 1, experiment);
  } else if (root.find("test")) {
    root.place("test").fail("must have file, a CSV file, or share, a number > 0 and < 1");
  }
}

void read_grid(const TomlTable& root, const std::filesystem::path& folder, Index snapshots,
               Experiment& experiment) {
  const TomlTable table = root.table("grid", {"range", "count", "half_open", "file"});
  const Index d = experiment.problem.samples.dim();
  if (const auto file = table.find("file")) {
    table.refuse({"range", "count", "half_open"}, "cannot stand beside grid.file");
    experiment.problem.grid = grid_from_file(*file, folder, d);
    require_grid_memory(file->place(), static_cast<double>(experiment.problem.grid.size()), d,
                        snapshots);
    return;
  }
  const auto range = table.find("range");
  const auto count = table.find("count");
  if (d > kLargestGridDimension && !range && !count) {
    table.refuse({"half_open"}, "needs a range or a count in so many dimensions");
    experiment.problem.grid.points =
        experiment.test ? experiment.test->x : experiment.problem.samples.x;
    require_grid_memory(table.place("count"), static_cast<double>(experiment.problem.grid.size()),
                        d, snapshots);
    return;
  }
  const std::vector<Range> ranges =
      range ? ranges_of(*range, d) : bounding_box(experiment.problem.samples.x);
  const std::vector<Index> counts = count ? counts_of(*count, d) : default_counts(d);
  const auto half_open_value = table.find("half_open");
  const bool half_open = half_open_value && half_open_value->boolean();
  double points = 1.0;  // a double, as the product of huge counts would overflow
  std::vector<Axis> axes;
  for (std::size_t k = 0; k < at(d); ++k) {
    axes.push_back(axis_of(ranges[k], counts[k], half_open));
    points *= static_cast<double>(counts[k]);
  }
  require_grid_memory(table.place("count"), points, d, snapshots);
  experiment.problem.grid = data::make_grid(axes);
}

}  // namespace fprinciple::runs
