#pragma once

#include "io/child_process.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::io {

/// A NetCDF-4 file being written, see write_netcdf: named dimensions, double variables with units
/// and long_name. Every function throws RunError when it fails.
class NetcdfWriter {
 public:
  void dimension(const std::string& name, Eigen::Index size);
  void attribute(const std::string& name, const std::string& text);
  /// A whole number, of the signed type where it fits.
  void attribute(const std::string& name, std::uint64_t value);

  /// A variable over one dimension; values in its order. Every number is kept bit for bit.
  void variable(const std::string& name, const std::string& dimension, const std::string& units,
                const std::string& long_name, const Eigen::VectorXd& values);

  /// A variable over (outer, inner). `values` has one column for each index of `outer`, so that a
  /// d × n matrix of points is (sample, dim) and a G × T matrix of snapshots is (time, grid).
  void variable(const std::string& name, const std::string& outer, const std::string& inner,
                const std::string& units, const std::string& long_name,
                const Eigen::MatrixXd& values);

  /// A variable over any dimensions, the last one fastest. Every number is kept bit for bit.
  void array(const std::string& name, const std::vector<std::string>& dimensions,
             const std::string& units, const std::string& long_name,
             const Eigen::Ref<const Eigen::VectorXd>& values);

  /// Variables over any dimensions, the last one fastest; what is nan is missing.
  void numbers(const std::string& name, const std::vector<std::string>& dimensions,
               const Eigen::VectorXd& values);
  void texts(const std::string& name, const std::vector<std::string>& dimensions,
             const std::vector<std::string>& values);

 private:
  friend void write_netcdf(const std::filesystem::path& file,
                           const std::function<void(NetcdfWriter&)>& fill);
  explicit NetcdfWriter(int id) : id_(id) {}

  /// For so many values.
  int define(const std::string& name, int type, const std::vector<std::string>& dimensions,
             std::size_t values);
  void described(const std::string& name, const std::vector<std::string>& dimensions,
                 const std::string& units, const std::string& long_name, const double* values,
                 Eigen::Index count);

  int id_;
};

/// Writes a NetCDF-4 file in the place of whatever the path held: `fill` says what is in it. It
/// runs in a process of its own (see ChildProcess), as the library does not always survive a disk
/// that is full or memory that ends; nothing is copied. When this returns the file is on the disk.
/// Throws RunError naming the file when it cannot be written; what is there then is to be removed.
void write_netcdf(const std::filesystem::path& file,
                  const std::function<void(NetcdfWriter&)>& fill);

/// A NetCDF-4 file being read: variables and text attributes of its root. The library runs in a
/// process of its own, which can open no other file and no connection, and whose memory and time
/// are limited: no file, damaged or made to harm, does more than make this class throw. Nothing is
/// read before its type and size are known: numbers are variables of an integer or floating-point
/// type, texts those of type string, and neither is larger than the machine's memory or than a file
/// of that size can hold. Whatever is wrong: InputError naming the file, and the variable. Cost:
/// some 2 ms to open, then 1 GB/s.
class NetcdfReader {
 public:
  explicit NetcdfReader(const std::filesystem::path& file);

  bool has(const std::string& name) const { return variables_.contains(name); }
  bool has_attribute(const std::string& name) const { return attributes_.contains(name); }
  std::string attribute(const std::string& name) const;

  /// A variable over exactly one dimension. A value that is missing is nan.
  Eigen::VectorXd vector(const std::string& name) const;

  /// A variable over (outer, inner), as inner × outer: what NetcdfWriter::variable was given.
  Eigen::MatrixXd matrix(const std::string& name) const;

  /// All variables' names, in the order of the names.
  std::vector<std::string> variables() const;

  /// Variables over any dimensions, the last one fastest.
  Eigen::VectorXd numbers(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;

  /// The sizes of a variable's dimensions.
  const std::vector<std::uint64_t>& shape(const std::string& name) const;

 private:
  struct Variable {
    std::uint64_t index = 0;  ///< the library's number
    std::uint64_t holds = 0;  ///< see netcdf_reader.cpp
    std::string type;
    std::vector<std::uint64_t> shape;
  };

  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_damaged() const;
  const Variable& find(const std::string& name) const;
  const Variable& numeric(const std::string& name) const;
  const Variable& numeric(const std::string& name, std::size_t rank) const;
  Eigen::Index size(const std::string& name, const Variable& variable) const;
  void read(const Variable& variable, double* out, Eigen::Index count) const;
  std::string receive_text() const;
  void learn(const std::string& catalogue);

  std::string file_;
  std::uint64_t bytes_ = 0;  ///< of the file
  std::map<std::string, Variable> variables_;
  std::map<std::string, std::string> attributes_;
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace fprinciple::io
