#include "io/csv.hpp"

#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "io/open_file.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace fprinciple::io {
namespace {

using data::Samples;
using Eigen::Index;

struct Table {
  std::vector<std::string> header;
  std::size_t header_line = 0;
  std::vector<double> values;      // row after row
  std::vector<std::size_t> lines;  // the file's line of each row
};

/// Without white space, and without the quotes around it.
std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"' &&
      text.find('"', 1) == text.size() - 1)
    text = text.substr(1, text.size() - 2);
  return text;
}

std::vector<std::string_view> fields(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::size_t start = 0;;) {
    const auto comma = line.find(',', start);
    out.push_back(trimmed(line.substr(start, comma - start)));
    if (comma == std::string_view::npos) return out;
    start = comma + 1;
  }
}

[[noreturn]] void fail(const std::filesystem::path& file, std::size_t line,
                       const std::string& what) {
  throw InputError(fmt::format("{}:{}: {}", file.string(), line, what));
}

/// What stands after the columns of x.
enum class Tail { none, y, several_y };

/// The number of x columns; throws unless the header is x1,…,xd followed by such a tail.
Index require_header(const std::filesystem::path& file, const Table& table, Tail tail);

Table read_table(const std::filesystem::path& file, Tail tail) {
  std::ifstream in = open_file(file);
  Table table;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // byte-order mark
    if (trimmed(line).empty()) continue;
    const auto row = fields(line);
    if (table.header.empty()) {
      table.header.assign(row.begin(), row.end());
      table.header_line = number;
      require_header(file, table, tail);
      continue;
    }
    if (row.size() != table.header.size())
      fail(file, number,
           fmt::format("{} fields where the header has {}", row.size(), table.header.size()));
    for (std::size_t k = 0; k < row.size(); ++k) {
      double value = 0.0;
      std::string_view text = row[k];
      if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        fail(file, number,
             fmt::format("column {}: '{}' is not a finite number", base::excerpt(table.header[k]),
                         base::excerpt(row[k])));
      table.values.push_back(value);
    }
    table.lines.push_back(number);
  }
  if (table.header.empty()) throw InputError(fmt::format("{}: the file is empty", file.string()));
  if (table.lines.empty())
    throw InputError(fmt::format("{}: there is a header but no row", file.string()));
  return table;
}

Index require_header(const std::filesystem::path& file, const Table& table, Tail tail) {
  const std::vector<std::string>& header = table.header;
  std::size_t d = 0;
  while (d < header.size() &&
         (header[d] == fmt::format("x{}", d + 1) || (d == 0 && header[d] == "x")))
    ++d;
  const bool named_x = d > 0 && header[0] == "x";
  const std::size_t k = header.size() - d;
  bool good = d >= 1 && !(named_x && d > 1);
  if (tail == Tail::none) good = good && k == 0;
  if (tail == Tail::y || (tail == Tail::several_y && k == 1 && header[d] == "y")) {
    good = good && k == 1 && header[d] == "y";
  } else if (tail == Tail::several_y) {
    good = good && k >= 1;
    for (std::size_t j = 0; good && j < k; ++j) good = header[d + j] == fmt::format("y{}", j + 1);
  }
  if (!good)
    fail(file, table.header_line,
         fmt::format("the header must be x1,…,xd{0} (x{0} in one dimension), got {1}",
                     tail == Tail::none ? ""
                     : tail == Tail::y  ? ",y"
                                        : ",y or …,y1,…,yk",
                     base::excerpt(fmt::format("{}", fmt::join(header, ",")))));
  return static_cast<Index>(d);
}

Eigen::Map<const Eigen::MatrixXd> as_columns(const Table& table) {
  return {table.values.data(), static_cast<Index>(table.header.size()),
          static_cast<Index>(table.lines.size())};
}

}  // namespace

Samples read_samples_csv(const std::filesystem::path& file) {
  const Table table = read_table(file, Tail::y);
  const Index d = require_header(file, table, Tail::y);
  const auto columns = as_columns(table);
  Samples samples{columns.topRows(d), columns.row(d)};
  if (const auto defect = find_defect(samples))
    fail(file, table.lines[static_cast<std::size_t>(defect->sample)], defect->message);
  return samples;
}

Values read_values_csv(const std::filesystem::path& file) {
  const Table table = read_table(file, Tail::several_y);
  const Index d = require_header(file, table, Tail::several_y);
  const auto columns = as_columns(table);
  return {.x = columns.topRows(d), .y = columns.bottomRows(columns.rows() - d).transpose()};
}

Eigen::MatrixXd read_points_csv(const std::filesystem::path& file) {
  const Table table = read_table(file, Tail::none);
  return as_columns(table);
}

void write_samples_csv(const std::filesystem::path& file, const Samples& samples) {
  std::ofstream out(file);
  for (Index k = 0; k < samples.dim(); ++k) out << 'x' << k + 1 << ',';
  out << "y\n";
  for (Index i = 0; i < samples.size(); ++i) {
    for (Index k = 0; k < samples.dim(); ++k) out << fmt::format("{},", samples.x(k, i));
    out << fmt::format("{}\n", samples.y[i]);
  }
  if (!out.flush()) throw RunError(fmt::format("{}: cannot be written", file.string()));
}

}  // namespace fprinciple::io
