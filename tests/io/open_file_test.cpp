#include "io/open_file.hpp"

#include "base/error.hpp"
#include "io/csv.hpp"
#include "io/json.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/stat.h>

namespace fprinciple {
namespace {

namespace fs = std::filesystem;

TEST_CASE("only files are read: what may never end, or say nothing, is refused at once") {
  const fs::path folder = fs::temp_directory_path() / "fprinciple_open_file_test";
  fs::remove_all(folder);
  fs::create_directory(folder);
  const fs::path pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const fs::path& path : {pipe, folder, fs::path("/dev/zero"), fs::path("/dev/null")}) {
    const std::string refusal = path.string() + ": cannot be read: it is not a file";
    CHECK_THROWS_AS(io::open_file(path), InputError);
    CHECK_THROWS_WITH(io::open_file(path), refusal);
    CHECK_THROWS_WITH(io::read_samples_csv(path), refusal);
    CHECK_THROWS_WITH(io::read_points_csv(path), refusal);
    CHECK_THROWS_WITH(io::read_json(path), refusal);
  }
  CHECK_THROWS_WITH(io::open_file(folder / "none"),
                    (folder / "none").string() + ": cannot be read");
  fs::create_symlink("text", folder / "link");
  std::ofstream(folder / "text") << "one\n";
  std::ifstream in = io::open_file(folder / "link");
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == "one\n");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace fprinciple
