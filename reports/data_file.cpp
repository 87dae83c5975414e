#include "reports/data_file.hpp"

#include <cmath>

#include <fmt/format.h>

namespace fprinciple::reports {
namespace {

std::string cell(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : std::string("NaN");
}

}  // namespace

void DataFile::table(const std::string& what, const std::vector<Column>& columns,
                     Eigen::Index row_block) {
  if (!first_) text_ += "\n\n";
  first_ = false;
  const int width = digits_ + 7;  // sign, point and exponent
  text_ += comment(what).text() + "#";
  for (const Column& column : columns) text_ += fmt::format(" {:>{}}", column.name, width);
  text_ += '\n';
  const Eigen::Index rows = columns.empty() ? 0 : columns.front().values.size();
  for (Eigen::Index i = 0; i < rows; ++i) {
    if (row_block > 0 && i > 0 && i % row_block == 0) text_ += '\n';
    text_ += ' ';
    for (const Column& column : columns)
      text_ += fmt::format(" {:>{}}", cell(column.values[i], digits_), width);
    text_ += '\n';
  }
}

}  // namespace fprinciple::reports
