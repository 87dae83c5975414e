// Samples and points; what is read as samples is read again as it is written.
#include "io/csv.hpp"

#include "reading.hpp"

using namespace fprinciple;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  fuzz::read_safely([&] {
    const data::Samples samples = io::read_samples_csv(file.path());
    const fuzz::MemoryFile again(nullptr, 0);
    io::write_samples_csv(again.path(), samples);
    const data::Samples same = io::read_samples_csv(again.path());
    if (!(same.x.array() == samples.x.array()).all() ||
        !(same.y.array() == samples.y.array()).all())
      fuzz::complain("written and read again", "other samples");
  });
  fuzz::read_safely([&] { io::read_points_csv(file.path()); });
  return 0;
}
