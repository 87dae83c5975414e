#pragma once

#include "reports/script.hpp"

#include <string>
#include <vector>

#include <Eigen/Core>

namespace fprinciple::reports {

/// A column of a table for gnuplot.
struct Column {
  std::string name;
  Eigen::VectorXd values;
};

/// The text of a data file: a first comment with the title, then tables, each headed by a comment
/// that says what it holds and names the columns. Two blank lines part the tables: gnuplot's
/// `index 0`, `index 1`, …
class DataFile {
 public:
  explicit DataFile(const std::string& title) : text_(comment(title).text()) {}

  /// All columns have the same length. `row_block` > 0 sets a blank line after that many rows,
  /// which is how gnuplot tells the rows of a map apart.
  void table(const std::string& what, const std::vector<Column>& columns,
             Eigen::Index row_block = 0);

  /// The same with that many significant digits, 9 if not set.
  void set_digits(int digits) { digits_ = digits; }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool first_ = true;
  int digits_ = 9;
};

}  // namespace fprinciple::reports
