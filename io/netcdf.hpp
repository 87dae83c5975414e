#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::io {

/// A NetCDF-4 file being written: named dimensions, double variables with units and long_name.
/// Throws RunError when the file cannot be written.
class NetcdfWriter {
 public:
  explicit NetcdfWriter(const std::filesystem::path& file);
  ~NetcdfWriter();
  NetcdfWriter(const NetcdfWriter&) = delete;
  NetcdfWriter& operator=(const NetcdfWriter&) = delete;

  void dimension(const std::string& name, Eigen::Index size);
  void attribute(const std::string& name, const std::string& text);
  void attribute(const std::string& name, double value);

  /// A variable over one dimension; values in its order.
  void variable(const std::string& name, const std::string& dimension, const std::string& units,
                const std::string& long_name, const Eigen::VectorXd& values);

  /// A variable over (outer, inner). `values` has one column for each index of `outer`, so that a
  /// d × n matrix of points is (sample, dim) and a G × T matrix of snapshots is (time, grid).
  void variable(const std::string& name, const std::string& outer, const std::string& inner,
                const std::string& units, const std::string& long_name,
                const Eigen::MatrixXd& values);

  /// Variables over any dimensions, the last one fastest; what is nan is missing.
  void numbers(const std::string& name, const std::vector<std::string>& dimensions,
               const Eigen::VectorXd& values);
  void texts(const std::string& name, const std::vector<std::string>& dimensions,
             const std::vector<std::string>& values);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A NetCDF-4 file being read. Throws InputError naming file and variable.
class NetcdfReader {
 public:
  explicit NetcdfReader(const std::filesystem::path& file);
  ~NetcdfReader();
  NetcdfReader(const NetcdfReader&) = delete;
  NetcdfReader& operator=(const NetcdfReader&) = delete;

  bool has(const std::string& name) const;
  std::string attribute(const std::string& name) const;

  /// A variable over exactly one dimension.
  Eigen::VectorXd vector(const std::string& name) const;

  /// A variable over (outer, inner), as inner × outer: what NetcdfWriter::variable was given.
  Eigen::MatrixXd matrix(const std::string& name) const;

  /// All variables' names, in the order of the names.
  std::vector<std::string> variables() const;

  /// Variables over any dimensions, the last one fastest.
  Eigen::VectorXd numbers(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fprinciple::io
