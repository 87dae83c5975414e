#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::data {

/// n samples of a function R^d → R. Points are columns.
struct Samples {
  Eigen::MatrixXd x;  ///< d × n
  Eigen::VectorXd y;  ///< n
  Eigen::Index dim() const { return x.rows(); }
  Eigen::Index size() const { return x.cols(); }
};

/// What is wrong with samples, and where, so that a reader of files can name the line.
struct SampleDefect {
  Eigen::Index sample;  ///< 0-based
  std::string message;  ///< one clause, samples counted from 1
};

/// The first defect: no sample, sizes that do not match, or a value that is not finite. Cost O(d
/// n).
std::optional<SampleDefect> find_defect(const Samples& samples);

/// Samples of which no two have the same x. For a loss ½Σ(f − y)² those at one x are together one
/// sample, their mean, that counts as often as there are of them; what they differ by is left in
/// any case.
struct DistinctSamples {
  Samples samples;                  ///< each x once, in its first order, with the mean of its y
  Eigen::VectorXd count;            ///< how many samples are at each
  std::vector<Eigen::Index> place;  ///< of each sample that was given, where its x is now
  bool repeated() const { return static_cast<std::size_t>(samples.size()) < place.size(); }
  /// The mean at each x of values at the samples that were given.
  Eigen::VectorXd means(const Eigen::VectorXd& values) const;
};
/// Needs samples without defect. Cost O(d n log n).
DistinctSamples distinct(const Samples& samples);

/// Two samples that no function fits both, as they have one x and two y.
struct Contradiction {
  Eigen::Index first, second;  ///< 0-based, the first such pair
  double loss;                 ///< ½Σ(f − y)² of any function is at least that
};
/// Nothing where a function fits all samples. Cost O(d n log n).
std::optional<Contradiction> contradiction(const Samples& samples);

}  // namespace fprinciple::data
