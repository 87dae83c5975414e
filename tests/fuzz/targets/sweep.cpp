// A sweep file with its figures, and the experiments of its first and last cell. The experiments
// that it may name lie in the working directory.
#include "runs/sweep.hpp"

#include "runs/cube_figure.hpp"

#include <fstream>

#include "reading.hpp"

using namespace fprinciple;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string file = "sweep_" + std::to_string(::getpid()) + ".toml";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  fuzz::read_safely([&] {
    const runs::Sweep sweep = runs::read_sweep(file);
    runs::read_cube_figures(sweep.text, file, sweep.axes);
    runs::experiment(sweep, 0);
    runs::experiment(sweep, sweep.size() - 1);
  });
  return 0;
}
