#include "runs/output_directory.hpp"

#include "base/error.hpp"
#include "runs/ownership.hpp"

#include <fstream>
#include <memory>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
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
  {
    OutputDirectory output(path);
    write_result(output.path(), "1");
    write(output.path() / "more", "");
    output.publish();
  }
  publish_result(folder.path / "result/", "2");
  CHECK(text_of(path / "mark") == "2");
  CHECK_FALSE(fs::exists(path / "more"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("an output directory is one process' at a time") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  {
    OutputDirectory first(path);
    CHECK(first.locked());
    const std::string holder =
        "result: is being written by process " + std::to_string(getpid()) + " on ";
    CHECK_THROWS_WITH(OutputDirectory(path), Catch::Contains(holder) &&
                                                 Catch::Contains(", since 20") &&
                                                 Catch::Contains("fprinciple_tests"));
    fs::create_directory_symlink(folder.path, folder.path / "here");
    CHECK_THROWS_AS(OutputDirectory(folder.path / "here" / "result"), InputError);
    const OutputDirectory other(folder.path / "another");
    write_result(first.path(), "1");
    first.publish();
    CHECK_THROWS_WITH(OutputDirectory(path), Catch::Contains("is being written by"));  // not over
  }
  CHECK(text_of(path / "mark") == "1");
  publish_result(path, "2");
  CHECK(text_of(path / "mark") == "2");
  CHECK(folder.entries() == 2);  // result, here
}

TEST_CASE("what is no lock of ours is left alone") {
  const TemporaryFolder folder;
  const fs::path lock = folder.path / ".result.lock";
  SECTION("a file") {
    write(lock, "mine");
    CHECK_THROWS_WITH(OutputDirectory(folder.path / "result"),
                      Catch::EndsWith(".result.lock is not a lock of fprinciple"));
    CHECK(text_of(lock) == "mine");
  }
  SECTION("a symbolic link") {
    write(folder.path / "mine", "mine");
    fs::create_symlink("mine", lock);
    CHECK_THROWS_AS(OutputDirectory(folder.path / "result"), InputError);
    CHECK(text_of(folder.path / "mine") == "mine");
  }
  SECTION("one that a dead process left does not hinder") {
    write(lock, R"({"program": "fprinciple", "process": 1})");
    publish_result(folder.path / "result", "1");
    CHECK(folder.entries() == 1);
  }
}

TEST_CASE("a result that holds what others put there is not replaced, and named") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  {
    OutputDirectory output(path);
    write_result(output.path(), "1");
    fs::create_directory(output.path() / "figures");
    write(output.path() / "figures" / "loss.svg", "1");
    output.publish();
  }
  write(folder.path / "outside", "outside");
  std::string foreign;
  SECTION("a file") {
    write(path / "notes", "mine");
    foreign = "notes";
  }
  SECTION("a file below") {
    write(path / "figures" / "notes", "mine");
    foreign = "figures/notes";
  }
  SECTION("a hidden directory") {
    fs::create_directory(path / ".git");
    write(path / ".git" / "config", "mine");
    foreign = ".git";
  }
  SECTION("a symbolic link in the place of a file") {
    fs::remove(path / "mark");
    fs::create_symlink(folder.path / "outside", path / "mark");
    foreign = "mark";
  }
  SECTION("a symbolic link in the place of a directory") {
    fs::rename(path / "figures", folder.path / "moved");
    fs::create_directory_symlink(folder.path / "moved", path / "figures");
    foreign = "figures";
  }
  SECTION("a directory in the place of a file") {
    fs::remove(path / "mark");
    fs::create_directory(path / "mark");
    foreign = "mark";
  }
  CHECK_THROWS_WITH(OutputDirectory(path),
                    Catch::EndsWith("result: holds what fprinciple did not write: " + foreign +
                                    "; move that away, or name another directory"));
  CHECK(fs::exists(fs::symlink_status(path / foreign)));
  CHECK(text_of(path / "summary.json") == R"({"program": "fprinciple"})");
  CHECK(text_of(folder.path / "outside") == "outside");

  // Drawn again in place, all of it stays, by itself and not as ours.
  struct stat before {};
  struct stat after {};
  REQUIRE(::lstat((path / foreign).c_str(), &before) == 0);
  {
    OutputDirectory output(path, {}, OutputDirectory::Foreign::keep);
    output.copy_old();
    CHECK_FALSE(fs::exists(output.path() / foreign));
    write(output.path() / "new", "2");
    output.publish();
  }
  REQUIRE(::lstat((path / foreign).c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
  CHECK(text_of(path / "new") == "2");
  CHECK_THROWS_AS(OutputDirectory(path), InputError);
  fs::remove_all(folder.path / "moved");
  CHECK(folder.entries() == 2);
}

TEST_CASE("many foreign files are named in part") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  publish_result(path, "1");
  for (const char* name : {"e", "d", "c", "b", "a"}) write(path / name, name);
  CHECK_THROWS_WITH(OutputDirectory(path), Catch::Contains("did not write: a, b, c and 2 others;"));
}

TEST_CASE("a foreign file in the place of a new one stops a redrawing") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  publish_result(path, "1");
  write(path / "new", "mine");
  {
    OutputDirectory output(path, {}, OutputDirectory::Foreign::keep);
    write(output.path() / "new", "ours");
    CHECK_THROWS_WITH(output.publish(), Catch::Contains("holds new, which"));
  }
  CHECK(text_of(path / "new") == "mine");
  CHECK(folder.entries() == 1);
}

TEST_CASE("the result of an earlier version is replaced when nothing else lies there") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  fs::create_directories(path / "fig1a" / "figures");
  write(path / "summary.json", R"({"program": "fprinciple", "experiments": {"fig1a": {}}})");
  write(path / "report.html", "1");
  for (const char* name : {"summary.json", "report.html", "result.nc", "weights_final.nc"})
    write(path / "fig1a" / name, "1");
  write(path / "fig1a" / "figures" / "loss.gp", "# Loss.\n# Draws loss.svg and loss.pdf from");
  for (const char* name : {"loss.dat", "loss.svg", "loss.pdf"})
    write(path / "fig1a" / "figures" / name, "1");
  SECTION("nothing") {
    publish_result(path, "2");
    CHECK(text_of(path / "mark") == "2");
    CHECK_FALSE(fs::exists(path / "fig1a"));
    CHECK(folder.entries() == 1);
  }
  std::string foreign;
  SECTION("a picture without our script") { foreign = "fig1a/figures/me.svg"; }
  SECTION("a file") { foreign = "thesis.tex"; }
  SECTION("a file of ours in another place") { foreign = "fig1a/figures/result.nc"; }
  if (foreign.empty()) return;
  write(path / foreign, "mine");
  CHECK_THROWS_WITH(OutputDirectory(path),
                    Catch::Contains("holds what fprinciple did not write: " + foreign +
                                    "; move that away, or name another directory"));
  CHECK(text_of(path / foreign) == "mine");
  CHECK(fs::exists(path / "report.html"));
}

TEST_CASE("a result within a result may be replaced by itself") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  {
    OutputDirectory output(path);
    write_result(output.path(), "1");
    fs::create_directory(output.path() / "part");
    write(output.path() / "part" / "summary.json", R"({"program": "fprinciple"})");
    output.publish();
  }
  publish_result(path / "part", "2");
  CHECK(text_of(path / "part" / "mark") == "2");
  publish_result(path, "3");
  CHECK(text_of(path / "mark") == "3");
}

TEST_CASE("what a run reads, or stands in, is not written over") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  {
    OutputDirectory output(path);
    write_result(output.path(), "1");
    fs::create_directory(output.path() / "part");
    write_result(output.path() / "part", "1");
    output.publish();
  }
  const auto refused = [&](const fs::path& out, const fs::path& input, const std::string& why) {
    CHECK_THROWS_WITH(OutputDirectory(out, {input}), Catch::Contains(why));
  };
  refused(path, path / "mark", "result: holds " + (path / "mark").string() + ", which is read");
  refused(path, path / "part", "result: holds ");
  refused(path, path, "result: is ");
  refused(path / "part" / "new", path / "part", "new: lies in ");
  fs::create_directory_symlink(path, folder.path / "link");
  refused(path, folder.path / "link" / "mark", "result: holds ");
  fs::remove(folder.path / "link");
  CHECK_NOTHROW(OutputDirectory(folder.path / "result2", {path / "mark"}));
  CHECK_NOTHROW(OutputDirectory(path, {folder.path / "none"}));
  write(folder.path / "result.checkpoint.nc", "1");
  const OutputDirectory output(path, {folder.path / "result.checkpoint.nc"});
  CHECK_THROWS_WITH(output.beside(".checkpoint.nc"), Catch::Contains("which is read here"));
  CHECK_NOTHROW(output.beside(".cells"));
}

TEST_CASE("the working directory and those above it are no output directories") {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::create_directories(folder.path / "above" / "here");
  fs::current_path(folder.path / "above" / "here");
  CHECK_THROWS_WITH(OutputDirectory("."), Catch::StartsWith(".: is the working directory"));
  CHECK_THROWS_WITH(OutputDirectory(".."), Catch::StartsWith("..: holds the working directory"));
  CHECK_THROWS_WITH(OutputDirectory(""), Catch::Contains("must have a name"));
  CHECK_THROWS_WITH(OutputDirectory("a\\b"), Catch::Contains("NetCDF"));
  CHECK_NOTHROW(OutputDirectory("below"));
  fs::remove_all(folder.path / "above");
  CHECK_THROWS_AS(OutputDirectory("below"), InputError);  // there is no working directory
  fs::current_path(before);
}

TEST_CASE("directories made for an output directory that is not published go again") {
  const TemporaryFolder folder;
  { const OutputDirectory output(folder.path / "a" / "b" / "result"); }
  CHECK(folder.entries() == 0);
  {
    const OutputDirectory output(folder.path / "a" / "b" / "result");
    write(folder.path / "a" / "mine", "");
  }
  CHECK(fs::exists(folder.path / "a" / "mine"));
  CHECK_FALSE(fs::exists(folder.path / "a" / "b"));
}

TEST_CASE("an abandoned output directory leaves nothing") {
  const TemporaryFolder folder;
  auto output = std::make_unique<OutputDirectory>(folder.path / "result");
  write_result(output->path(), "1");
  const fs::path path = output->path();
  output->abandon();
  CHECK(folder.entries() == 0);
  CHECK(output->path() == path);  // what another thread still writes there is not written elsewhere
  CHECK_FALSE(std::ofstream(output->path() / "late"));
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
  REQUIRE(folder.entries() == 2);  // and its lock
  const OutputDirectory living(path);
  CHECK(folder.entries() == 2);
  CHECK_FALSE(fs::exists(living.path() / "mark"));
  CHECK_THROWS_AS(OutputDirectory(path), InputError);
  CHECK(fs::exists(living.path()));
}

TEST_CASE("what is left of a staging directory that was killed in the making goes") {
  const TemporaryFolder folder;
  const fs::path stale = folder.path / ".result.partial-7";
  fs::create_directory(stale);
  SECTION("before it had a mark") {}
  SECTION("while it was marked") { write(stale / ".fprinciple.json.partial", R"({"prog)"); }
  SECTION("while it was removed") {
    fs::rename(stale, folder.path / ".result.partial-7-ended");
    runs::mark_as_staging(folder.path / ".result.partial-7-ended");
  }
  publish_result(folder.path / "result", "1");
  CHECK(folder.entries() == 1);
}

TEST_CASE(
    "a removal of the old result that was killed is taken up again, and keeps what is foreign") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "result";
  publish_result(path, "1");
  write(path / "notes", "mine");
  fs::rename(path, folder.path / ".result.partial-7");
  publish_result(path, "2");
  CHECK(text_of(path / "mark") == "2");
  CHECK_FALSE(fs::exists(path / "notes"));  // there was no place for it: it stays where it was
  REQUIRE(fs::exists(folder.path / ".result.partial-7" / "notes"));
  CHECK(folder.entries() == 2);
}

TEST_CASE("other hidden files beside the result are left alone") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path / ".result.partial-notes");
  fs::create_directory(folder.path / ".another.partial-1");
  fs::create_directory(folder.path / ".result.partial-1");
  write(folder.path / ".result.partial-1" / "mine", "1");
  publish_result(folder.path / "result", "1");
  CHECK(folder.entries() == 4);
}
