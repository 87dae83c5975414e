#include "reports/axis.hpp"

#include "reports/synthetic.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

using namespace fprinciple;

TEST_CASE("labels of a logarithmic axis stand at whole decades, wherever it begins", "[reports]") {
  const fprinciple::tests::ScratchDirectory scratch;
  for (const reports::Range range : {reports::Range{37.7, 3.02e5}, {0.0037, 3.3}, {1e3, 1e9}}) {
    INFO(range.lo << " to " << range.hi);
    std::ofstream(scratch.path / "axis.gp")
        << "set terminal dumb\nset output 'axis.txt'\n"
        << reports::log_axis("y", range).text()  // whose own labels are what is tested: in numbers
        << "set format y '%.2e'\nplot [0:1] " << range.lo << " notitle\n";
    REQUIRE(std::system(("cd '" + scratch.path.string() + "' && gnuplot axis.gp").c_str()) == 0);
    std::ifstream in(scratch.path / "axis.txt");
    const std::string drawn{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    int labels = 0;
    for (std::size_t at = drawn.find('e'); at != std::string::npos; at = drawn.find('e', at + 1)) {
      ++labels;
      CHECK(drawn.substr(at - 4, 4) == "1.00");
    }
    CHECK(labels >= 3);
  }
}
