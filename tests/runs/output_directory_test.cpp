#include "runs/output_directory.hpp"

#include "base/error.hpp"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

using namespace fprinciple;
using runs::OutputDirectory;
namespace fs = std::filesystem;

namespace {

/// A folder that goes away with its object.
struct TemporaryFolder {
  fs::path path = fs::temp_directory_path() / ("fprinciple_output_" + std::to_string(getpid()));
  TemporaryFolder() { fs::create_directory(path); }
  ~TemporaryFolder() { fs::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator{}));
  }
};

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void write_result(const fs::path& directory, const std::string& mark) {
  write(directory / "summary.json", R"({"program": "fprinciple"})");
  write(directory / "mark", mark);
}

void publish_result(const fs::path& path, const std::string& mark) {
  OutputDirectory output(path);
  write_result(output.path(), mark);
  output.publish();
}

}  // namespace

TEST_CASE("an output directory appears only when published, and whole") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "new" / "result";
  OutputDirectory output(path);
  write_result(output.path(), "1");
  CHECK_FALSE(fs::exists(path));
  CHECK(output.path().parent_path() == path.parent_path());
  output.publish();
  CHECK(text_of(path / "mark") == "1");
  CHECK(runs::is_result_directory(path));
}

TEST_CASE("an unpublished output directory leaves nothing, and the old result") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  { const OutputDirectory output(path); }
  CHECK(folder.entries() == 0);
  publish_result(path, "1");
  {
    const OutputDirectory output(path);
    write(output.path() / "mark", "2");
  }
  CHECK(folder.entries() == 1);
  CHECK(text_of(path / "mark") == "1");
}

TEST_CASE("a result replaces an old one") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  publish_result(path, "1");
  write(path / "more", "");
  publish_result(folder.path / "result/", "2");
  CHECK(text_of(path / "mark") == "2");
  CHECK_FALSE(fs::exists(path / "more"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("of two output directories of one name the last one published stays") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  OutputDirectory first(path);
  OutputDirectory second(path);
  CHECK(first.path() != second.path());
  write_result(second.path(), "2");
  second.publish();
  write_result(first.path(), "1");
  first.publish();
  CHECK(text_of(path / "mark") == "1");
  CHECK(folder.entries() == 1);
}

TEST_CASE("what fprinciple did not write is refused and left alone") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "thesis";
  SECTION("a directory with other files") {
    fs::create_directory(path);
    write(path / "chapter", "1");
    CHECK_THROWS_WITH(OutputDirectory(path),
                      Catch::Contains("thesis: exists and was not written by fprinciple"));
  }
  SECTION("the summary of another program") {
    fs::create_directory(path);
    write(path / "summary.json", R"({"program": "another"})");
    CHECK_THROWS_AS(OutputDirectory(path), InputError);
  }
  SECTION("a summary that is not JSON") {
    fs::create_directory(path);
    write(path / "summary.json", "fprinciple");
    CHECK_THROWS_AS(OutputDirectory(path), InputError);
  }
  SECTION("a file") {
    write(path, "1");
    CHECK_THROWS_WITH(OutputDirectory(path),
                      Catch::EndsWith("thesis: exists and is not a directory"));
  }
  SECTION("a symbolic link to nowhere") {
    fs::create_symlink("nowhere", path);
    CHECK_THROWS_AS(OutputDirectory(path), InputError);
  }
  SECTION("something that appeared in the meantime") {
    OutputDirectory output(path);
    fs::create_directory(path);
    write(path / "chapter", "1");
    CHECK_THROWS_AS(output.publish(), InputError);
    CHECK(text_of(path / "chapter") == "1");
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("a parent that is a file is refused") {
  const TemporaryFolder folder;
  write(folder.path / "file", "");
  CHECK_THROWS_AS(OutputDirectory(folder.path / "file" / "result"), InputError);
}

TEST_CASE("an empty directory and a symbolic link to one are filled") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path / "empty");
  fs::create_directory_symlink("empty", folder.path / "link");
  publish_result(folder.path / "link", "1");
  CHECK(fs::is_symlink(folder.path / "link"));
  CHECK(text_of(folder.path / "empty" / "mark") == "1");
  CHECK(folder.entries() == 2);
}

TEST_CASE("the staging directory of a dead process is removed, that of a living one is not") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // dies without destructors, as by SIGKILL
    const OutputDirectory output(path);
    write_result(output.path(), "dead");
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(folder.entries() == 1);
  const OutputDirectory living(path);
  CHECK(folder.entries() == 1);
  const OutputDirectory other(path);
  CHECK(folder.entries() == 2);
  CHECK(fs::exists(living.path()));
}

TEST_CASE("other hidden files beside the result are left alone") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path / ".result.partial-notes");
  fs::create_directory(folder.path / ".another.partial-1");
  publish_result(folder.path / "result", "1");
  CHECK(folder.entries() == 3);
}
