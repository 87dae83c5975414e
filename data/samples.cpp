#include "data/samples.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace fprinciple::data {
namespace {

using Eigen::Index;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Indices of the samples sorted by x (lexicographically), then by position.
std::vector<Index> sorted_by_x(const Eigen::MatrixXd& x) {
  std::vector<Index> order(static_cast<std::size_t>(x.cols()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) {
    return std::lexicographical_compare(x.col(i).begin(), x.col(i).end(), x.col(j).begin(),
                                        x.col(j).end());
  });
  return order;
}

}  // namespace

std::optional<SampleDefect> find_defect(const Samples& samples) {
  const auto& [x, y] = samples;
  if (x.cols() == 0 || x.rows() == 0) return SampleDefect{0, "there is no sample"};
  if (x.cols() != y.size())
    return SampleDefect{std::min(x.cols(), y.size()),
                        fmt::format("x has {} points but y has {} values", x.cols(), y.size())};
  for (Index i = 0; i < x.cols(); ++i) {
    for (Index k = 0; k < x.rows(); ++k)
      if (!std::isfinite(x(k, i)))
        return SampleDefect{i, fmt::format("sample {}: x is not finite ({})", i + 1, x(k, i))};
    if (!std::isfinite(y[i]))
      return SampleDefect{i, fmt::format("sample {}: y is not finite ({})", i + 1, y[i])};
  }
  return std::nullopt;
}

Eigen::VectorXd DistinctSamples::means(const Eigen::VectorXd& values) const {
  base::require_size("values", values.size(), static_cast<Index>(place.size()));
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(count.size());
  Eigen::VectorXd so_far = mean;
  for (Index i = 0; i < values.size(); ++i) {
    const Index k = place[at(i)];
    so_far[k] += 1.0;
    mean[k] += (values[i] - mean[k]) / so_far[k];
  }
  return mean;
}

DistinctSamples distinct(const Samples& samples) {
  base::require_size("samples.y", samples.y.size(), samples.x.cols());
  const std::vector<Index> order = sorted_by_x(samples.x);
  std::vector<Index> first(order.size());  // of each sample, the first that has its x
  for (std::size_t k = 0; k < order.size(); ++k) {
    const bool same = k > 0 && samples.x.col(order[k]) == samples.x.col(order[k - 1]);
    first[at(order[k])] = same ? first[at(order[k - 1])] : order[k];
  }
  DistinctSamples out;
  out.place.resize(order.size());
  std::vector<Index> kept;
  for (Index i = 0; i < samples.size(); ++i) {
    if (first[at(i)] == i) kept.push_back(i);
    out.place[at(i)] =
        first[at(i)] == i ? static_cast<Index>(kept.size()) - 1 : out.place[at(first[at(i)])];
  }
  out.count = Eigen::VectorXd::Zero(static_cast<Index>(kept.size()));
  for (const Index k : out.place) out.count[k] += 1.0;
  out.samples = {samples.x(Eigen::all, kept), out.means(samples.y)};
  return out;
}

std::optional<Contradiction> contradiction(const Samples& samples) {
  const DistinctSamples means = distinct(samples);
  if (!means.repeated()) return std::nullopt;
  std::vector<Index> first(at(means.samples.size()), -1);
  std::optional<Contradiction> out;
  double loss = 0.0;
  for (Index i = 0; i < samples.size(); ++i) {
    const Index k = means.place[at(i)];
    Index& earlier = first[at(k)];
    if (earlier < 0) earlier = i;
    if (!out && samples.y[i] != samples.y[earlier])
      out = {.first = earlier, .second = i, .loss = 0.0};
    const double off = samples.y[i] - means.samples.y[k];
    loss += 0.5 * off * off;
  }
  if (out) out->loss = loss;
  return out;
}

}  // namespace fprinciple::data
