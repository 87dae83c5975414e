#include "runs/recording_file.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "io/netcdf.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::runs {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Reads variables of one file, and says of each what is wrong.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : name_(file.string()), file_(file) {}

  const io::NetcdfReader& file() const { return file_; }

  /// The variable's sizes; with a 1 behind them where the last dimension, one output or one
  /// dimension, is left out.
  std::vector<Index> shape(const std::string& variable, std::size_t rank) const {
    std::vector<Index> out;
    for (const std::uint64_t size : file_.shape(variable)) out.push_back(static_cast<Index>(size));
    if (out.size() + 1 == rank) out.push_back(1);
    if (out.size() != rank)
      fail(variable, fmt::format("must have {} or {} dimensions, has {}", rank - 1, rank,
                                 file_.shape(variable).size()));
    return out;
  }

  void require(bool holds, const std::string& variable, const std::string& what) const {
    if (!holds) fail(variable, what);
  }

  void require_shape(const std::string& variable, std::size_t rank,
                     const std::vector<Index>& wanted, const char* as) const {
    const std::vector<Index> got = shape(variable, rank);
    require(got == wanted, variable,
            fmt::format("is {}, but must be {}, {}", fmt::join(got, " × "),
                        fmt::join(wanted, " × "), as));
  }

  /// All numbers, finite and of a size that can be squared, with so many rows: the last dimension
  /// runs fastest.
  MatrixXd matrix(const std::string& variable, Index rows) const {
    const Eigen::VectorXd all = file_.numbers(variable);
    require_sizes(variable, all);
    return all.reshaped(rows, all.size() / rows);
  }

  [[noreturn]] void fail(const std::string& variable, const std::string& what) const {
    throw InputError(fmt::format("{}: variable {} {}", name_, variable, what));
  }

 private:
  void require_sizes(const std::string& variable, const Eigen::VectorXd& all) const {
    constexpr double kLargest = measure::RecordingView::kLargest;
    Index at = 0;
    while (at < all.size() && std::abs(all[at]) <= kLargest) ++at;
    if (at == all.size()) return;
    const double value = all[at];
    std::vector<Index> place;
    const auto& sizes = file_.shape(variable);
    for (std::size_t k = sizes.size(); k-- > 0;) {
      place.insert(place.begin(), at % static_cast<Index>(sizes[k]));
      at /= static_cast<Index>(sizes[k]);
    }
    fail(variable, fmt::format("holds {} at [{}], but must be finite and at most 1e100", value,
                               fmt::join(place, ", ")));
  }

  std::string name_;
  io::NetcdfReader file_;
};

/// The samples of training (`suffix` empty) or test ("_test").
measure::Recording read(const Reader& reader, const std::string& suffix, const Eigen::VectorXd& t) {
  measure::Recording out;
  const std::string x = "x" + suffix, y = "y" + suffix, f = "f" + suffix;
  const std::vector<Index> points = reader.shape(x, 2), targets = reader.shape(y, 2);
  reader.require(points[0] > 0 && points[1] > 0, x, "must have a sample and a dimension, at least");
  reader.require(targets[1] > 0, y, "must have an output, at least");
  reader.require_shape(y, 2, {points[0], targets[1]}, "one row for each sample of x");
  reader.require_shape(f, 3, {t.size(), points[0], targets[1]},
                       "times of t × samples of x × outputs of y");
  out.x = reader.matrix(x, points[1]);
  if (suffix.empty())
    reader.require((out.x.rowwise().maxCoeff() - out.x.rowwise().minCoeff()).maxCoeff() > 0.0, x,
                   "holds one point only");
  out.y = reader.matrix(y, targets[1]);
  out.t = t;
  out.f = reader.matrix(f, targets[1]);
  return out;
}

Eigen::VectorXd read_times(const Reader& reader) {
  const std::vector<std::uint64_t>& shape = reader.file().shape("t");
  reader.require(shape.size() == 1, "t",
                 fmt::format("must have 1 dimension, has {}", shape.size()));
  reader.require(shape[0] > 0, "t", "must have a time, at least");
  Eigen::VectorXd t = reader.matrix("t", 1).transpose();
  for (Index j = 1; j < t.size(); ++j)
    reader.require(t[j] > t[j - 1], "t",
                   fmt::format("must increase, but holds {} at [{}] after {}", t[j], j, t[j - 1]));
  return t;
}

Eigen::VectorXd read_weights(const Reader& reader, Index samples) {
  const std::vector<std::uint64_t>& shape = reader.file().shape("weight");
  reader.require(shape.size() == 1 && static_cast<Index>(shape[0]) == samples, "weight",
                 fmt::format("must have one dimension of {} samples, as x has", samples));
  Eigen::VectorXd weight = reader.matrix("weight", 1).transpose();
  for (Index i = 0; i < samples; ++i)
    reader.require(weight[i] >= 0.0, "weight",
                   fmt::format("holds {} at [{}], but must be at least 0", weight[i], i));
  reader.require(weight.maxCoeff() > 0.0, "weight", "is 0 everywhere");
  return weight;
}

}  // namespace

RecordingFile read_recording(const std::filesystem::path& file) {
  const Reader reader(file);
  RecordingFile out;
  // Any bytes may stand there; pages show text.
  constexpr std::size_t kLongest = 400;
  out.title = base::excerpt(reader.file().has_attribute("title") ? reader.file().attribute("title")
                                                                 : file.stem().string(),
                            kLongest);
  const Eigen::VectorXd t = read_times(reader);
  out.train = read(reader, "", t);
  if (reader.file().has("weight")) out.train.weight = read_weights(reader, out.train.x.cols());
  if (reader.file().has("f_test")) out.test = read(reader, "_test", t);
  return out;
}

}  // namespace fprinciple::runs
