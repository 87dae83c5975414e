// What a finished cell of a sweep holds, under a checksum that is right.
#include "runs/finished_cells.hpp"

#include <fstream>

#include "reading.hpp"
#include <boost/crc.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace fprinciple;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path folder = "cells_" + std::to_string(::getpid());
  const auto content =
      nlohmann::json::parse(data, data + size, nullptr, /*allow_exceptions=*/false);
  if (content.is_discarded()) return 0;
  const std::string text = content.dump();
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "cell_0.json")
      << fmt::format(R"({{"checksum":"{:08x}","content":{}}})", crc.checksum(), text);
  fuzz::read_safely([&] {
    std::vector<std::string> damaged;
    runs::FinishedCells(folder, "identity").read(1, damaged);
  });
  return 0;
}
