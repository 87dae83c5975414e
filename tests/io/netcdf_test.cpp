#include "io/netcdf.hpp"

#include "base/error.hpp"

#include <array>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>

#include "problems.hpp"
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <netcdf.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace fprinciple;
namespace fs = std::filesystem;
using Catch::Contains;

namespace {

/// A file's name in a folder of its own; both go away with the object.
struct TemporaryFile {
  fs::path folder = fs::temp_directory_path() / fmt::format("fprinciple_netcdf_{}", getpid());
  fs::path path = folder / "f.nc";
  TemporaryFile() { fs::create_directory(folder); }
  ~TemporaryFile() { fs::remove_all(folder); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

void must(int status) {
  INFO(nc_strerror(status));
  REQUIRE(status == NC_NOERR);
}

/// A file made with the library itself: `fill` gets its number, and that of a dimension of size 3.
template <class Fill>
void make(const fs::path& path, Fill&& fill, int format = NC_NETCDF4) {
  int id = 0;
  int three = 0;
  must(nc_create(path.c_str(), format | NC_CLOBBER, &id));
  must(nc_def_dim(id, "three", 3, &three));
  fill(id, three);
  must(nc_close(id));
}

std::string refused(const fs::path& path, const std::function<void(io::NetcdfReader&)>& read) {
  try {
    io::NetcdfReader in(path);
    read(in);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

void write_some(const fs::path& path) {
  io::write_netcdf(path, [](io::NetcdfWriter& out) {
    out.dimension("neuron", 40);
    out.dimension("dim", 3);
    out.attribute("title", "some");
    out.variable("a", "neuron", "1", "a", tests::random_vector(40, 1));
    out.variable("w", "neuron", "dim", "1", "w", tests::random_matrix(3, 40, 2));
    out.texts("failure", {"dim"}, {"", "a text", "χ"});
  });
}

/// All that is in a file.
void read_all(const io::NetcdfReader& in) {
  for (const std::string& name : in.variables()) {
    try {
      in.numbers(name);
    } catch (const InputError&) {
      in.texts(name);
    }
  }
}

}  // namespace

TEST_CASE("what is written is read, in any number of blocks") {
  const TemporaryFile file;
  // More values than are sent at once, in rows that are longer than a block, and shorter.
  const Eigen::VectorXd many = tests::random_vector(2 * 1'100'000, 1);
  const Eigen::VectorXd odd = tests::random_vector(3 * 5 * 100'001, 2);
  io::write_netcdf(file.path, [&](io::NetcdfWriter& out) {
    out.dimension("two", 2);
    out.dimension("three", 3);
    out.dimension("five", 5);
    out.dimension("long", 1'100'000);
    out.dimension("odd", 100'001);
    out.attribute("title", "a title\nof two lines");
    out.numbers("many", {"two", "long"}, many);
    out.numbers("odd", {"three", "five", "odd"}, odd);
    out.numbers("turned", {"odd", "three", "five"}, odd);
    out.texts("texts", {"three"}, {"", "κ", std::string(100'000, 'x')});
  });
  const io::NetcdfReader in(file.path);
  CHECK(in.attribute("title") == "a title\nof two lines");
  CHECK(in.numbers("many") == many);
  CHECK(in.numbers("odd") == odd);
  CHECK(in.numbers("turned") == odd);
  CHECK(in.texts("texts") == std::vector<std::string>{"", "κ", std::string(100'000, 'x')});
  CHECK(in.shape("odd") == std::vector<std::uint64_t>{3, 5, 100'001});
  CHECK(in.variables() == std::vector<std::string>{"many", "odd", "texts", "turned"});
  CHECK_FALSE(in.has("title"));
}

TEST_CASE("a variable of another type is refused before it is read") {
  const TemporaryFile file;
  struct Pair {
    double a, b;
  };
  make(file.path, [](int id, int three) {
    int type = 0, variable = 0;
    must(nc_def_compound(id, sizeof(Pair), "pair", &type));
    must(nc_insert_compound(id, type, "a", 0, NC_DOUBLE));
    must(nc_insert_compound(id, type, "b", sizeof(double), NC_DOUBLE));
    must(nc_def_var(id, "compound", type, 1, &three, &variable));
    const std::array<Pair, 3> pairs{};
    must(nc_put_var(id, variable, pairs.data()));
    must(nc_def_opaque(id, 1000, "blob", &type));
    must(nc_def_var(id, "opaque", type, 1, &three, &variable));
    must(nc_def_vlen(id, "ragged", NC_DOUBLE, &type));
    must(nc_def_var(id, "vlen", type, 1, &three, &variable));
    must(nc_def_enum(id, NC_INT, "colour", &type));
    const int red = 7;
    must(nc_insert_enum(id, type, "red", &red));
    must(nc_def_var(id, "enum", type, 1, &three, &variable));
    must(nc_def_var(id, "char", NC_CHAR, 1, &three, &variable));
    must(nc_def_var(id, "string", NC_STRING, 1, &three, &variable));
    must(nc_def_var(id, "scalar", NC_DOUBLE, 0, nullptr, &variable));
    must(nc_def_var(id, "int", NC_INT, 1, &three, &variable));
    const std::array<int, 3> whole{1, -2, 3};
    must(nc_put_var_int(id, variable, whole.data()));
  });
  const auto why = [&](const char* name) {
    return refused(file.path, [&](const io::NetcdfReader& in) { in.vector(name); });
  };
  const std::string start = file.path.string() + ": variable ";
  CHECK(why("compound") == start + "compound must hold numbers, its type is pair");
  CHECK(why("opaque") == start + "opaque must hold numbers, its type is blob");
  CHECK(why("vlen") == start + "vlen must hold numbers, its type is ragged");
  CHECK(why("enum") == start + "enum must hold numbers, its type is colour");
  CHECK(why("char") == start + "char must hold numbers, its type is char");
  CHECK(why("string") == start + "string must hold numbers, its type is string");
  CHECK(why("scalar") == start + "scalar must have 1 dimension, has 0");
  CHECK(why("none") == file.path.string() + ": there is no variable none");
  CHECK(why("int") == "accepted");
  CHECK(io::NetcdfReader(file.path).vector("int") == Eigen::Vector3d(1, -2, 3));
  CHECK(io::NetcdfReader(file.path).texts("string") == std::vector<std::string>(3));
  CHECK(refused(file.path, [](const io::NetcdfReader& in) { in.texts("int"); }) ==
        start + "int must hold texts, its type is int");
  CHECK(refused(file.path, [](const io::NetcdfReader& in) { in.texts("compound"); }) ==
        start + "compound must hold texts, its type is pair");
}

TEST_CASE("attributes are texts, and nothing else") {
  const TemporaryFile file;
  make(file.path, [](int id, int) {
    const double number = 1.0;
    must(nc_put_att_double(id, NC_GLOBAL, "number", NC_DOUBLE, 1, &number));
    std::array<const char*, 2> both{"one", "two"};
    must(nc_put_att_string(id, NC_GLOBAL, "one", 1, both.data()));
    must(nc_put_att_string(id, NC_GLOBAL, "two", 2, both.data()));
    must(nc_put_att_text(id, NC_GLOBAL, "empty", 0, ""));
  });
  const io::NetcdfReader in(file.path);
  CHECK(in.attribute("one") == "one");
  CHECK(in.attribute("empty").empty());
  for (const char* name : {"number", "two", "none"})
    CHECK_THROWS_WITH(in.attribute(name), Contains(fmt::format("no text attribute {}", name)));
}

TEST_CASE("a size that no machine or no such file can have is refused before memory is taken") {
  const TemporaryFile file;
  make(file.path, [](int id, int) {
    std::array<int, 3> huge{};
    int variable = 0;
    must(nc_def_dim(id, "huge", std::size_t{1} << 40, &huge[0]));
    must(nc_def_dim(id, "huger", std::size_t{1} << 40, &huge[1]));
    must(nc_def_dim(id, "some", std::size_t{1} << 24, &huge[2]));
    for (const char* name : {"overflow", "huge", "some"}) {
      const int rank = std::string(name) == "overflow" ? 2 : 1;
      const int* dims = std::string(name) == "some" ? &huge[2] : huge.data();
      must(nc_def_var(id, name, NC_DOUBLE, rank, dims, &variable));
      const std::array<std::size_t, 2> chunk{1, 1};
      must(nc_def_var_chunking(id, variable, NC_CHUNKED, chunk.data()));
    }
    int endless = 0;
    must(nc_def_dim(id, "endless", NC_UNLIMITED, &endless));
    must(nc_def_var(id, "empty", NC_DOUBLE, 1, &endless, &variable));
  });
  const auto why = [&](const char* name) {
    return refused(file.path, [&](const io::NetcdfReader& in) { in.numbers(name); });
  };
  CHECK_THAT(why("overflow"), Contains("variable overflow would need about 9."));
  CHECK_THAT(why("huge"), Contains("variable huge would need about 8.19e+03 GiB of memory"));
  CHECK_THAT(why("some"), Contains("variable some is to hold 1.67772e+07 values, which a file of"));
  CHECK(io::NetcdfReader(file.path).vector("empty").size() == 0);
}

TEST_CASE("what was never written is missing, and bits are kept where nothing is") {
  const TemporaryFile file;
  make(file.path, [](int id, int three) {
    int variable = 0;
    for (const char* name : {"default", "given"})
      must(nc_def_var(id, name, NC_DOUBLE, 1, &three, &variable));
    const double fill = -1.0;
    must(nc_put_att_double(id, variable, "_FillValue", NC_DOUBLE, 1, &fill));
    const std::array<double, 3> values{NC_FILL_DOUBLE, -1.0, 2.0};
    must(nc_put_var_double(id, variable, values.data()));
  });
  const Eigen::VectorXd never = io::NetcdfReader(file.path).vector("default");
  const Eigen::VectorXd given = io::NetcdfReader(file.path).vector("given");
  CHECK((never.array().isNaN()).all());
  CHECK(given[0] == NC_FILL_DOUBLE);
  CHECK(std::isnan(given[1]));
  CHECK(given[2] == 2.0);
  const Eigen::VectorXd fills = Eigen::VectorXd::Constant(3, NC_FILL_DOUBLE);
  io::write_netcdf(file.path, [&](io::NetcdfWriter& out) {
    out.dimension("three", 3);
    out.variable("v", "three", "1", "v", fills);
  });
  CHECK(io::NetcdfReader(file.path).vector("v") == fills);
}

TEST_CASE("what is no NetCDF-4 is refused in words") {
  const TemporaryFile file;
  const auto why = [&] { return refused(file.path, read_all); };
  const std::string start = file.path.string() + ": ";
  CHECK(why() == start + "cannot be read: No such file or directory");
  CHECK(refused(file.folder, read_all) ==
        file.folder.string() + ": cannot be read: it is not a file");
  for (const char* bytes :
       {"", "x", "CD", "\x89HDF", "not NetCDF at all, but long enough for one"}) {
    std::ofstream(file.path) << bytes;
    CHECK(why() == start + "cannot be read as NetCDF-4");
  }
  std::ofstream(file.path) << "\x89HDF\r\n\x1a\nand nothing more";
  CHECK(why() == start + "is damaged, or no NetCDF-4: the NetCDF library cannot read it");
  for (const int format : {0, NC_64BIT_OFFSET, NC_64BIT_DATA}) {
    make(
        file.path, [](int, int) {}, format);
    CHECK(why() ==
          fmt::format("{0}is NetCDF in the classic format, and NetCDF-4 is read: nccopy -k "
                      "nc4 {1} NEW.nc converts it",
                      start, file.path.string()));
  }
}

TEST_CASE("a file behind a block of the user's is read") {
  const TemporaryFile file;
  write_some(file.path);
  std::ifstream in(file.path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::ofstream(file.path, std::ios::binary) << std::string(512, 'u') << bytes;
  CHECK(io::NetcdfReader(file.path).attribute("title") == "some");
}

TEST_CASE("names are paths: nobody is asked over the network") {
  // A server that nobody may speak to.
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  socklen_t size = sizeof(address);
  REQUIRE(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  REQUIRE(::listen(server, 1) == 0);
  const int port = ntohs(address.sin_port);
  const TemporaryFile file;
  for (const char* form :
       {"http://127.0.0.1:{}/w.nc", "dods://127.0.0.1:{}/w", "http://127.0.0.1:{}/w.nc#mode=bytes",
        "[mode=bytes]http://127.0.0.1:{}/w.nc", "s3://127.0.0.1:{}/b/w", "file:///etc/hosts",
        " http://127.0.0.1:{}/w.nc", "w.nc#mode=nczarr,file"}) {
    const std::string name = fmt::format(fmt::runtime(form), port);
    CAPTURE(name);
    CHECK_THROWS_WITH(io::NetcdfReader(name), name + ": cannot be read: No such file or directory");
    // And written as it is called.
    const fs::path path = file.folder / name;
    fs::create_directories(path.parent_path());
    write_some(path);
    CHECK(fs::is_regular_file(path));
    CHECK(io::NetcdfReader(path).attribute("title") == "some");
  }
  CHECK(::accept(server, nullptr, nullptr) < 0);
  ::close(server);
}

TEST_CASE("damage ends in a sentence, never in a signal") {
  const TemporaryFile file;
  write_some(file.path);
  std::ifstream in(file.path, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  std::mt19937_64 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  int refusals = 0;
  constexpr int kFiles = 300;
  for (int k = 0; k < kFiles; ++k) {
    std::string bytes = whole;
    const std::size_t edits = 1 + below(8);
    for (std::size_t e = 0; e < edits; ++e)
      bytes[8 + below(bytes.size() - 8)] = static_cast<char>(random());
    if (k % 3 == 0) bytes.resize(8 + below(bytes.size() - 8));
    std::ofstream(file.path, std::ios::binary) << bytes;
    const std::string why = refused(file.path, read_all);
    refusals += why == "accepted" ? 0 : 1;
    if (why != "accepted") CHECK_THAT(why, Catch::StartsWith(file.path.string() + ": "));
  }
  CHECK(refusals > kFiles / 3);
  CHECK(refusals < kFiles);
}

TEST_CASE("a file that does not fit on the disk is a failure with a reason, at whatever byte") {
  const TemporaryFile file;
  write_some(file.path);
  const auto whole = static_cast<rlim_t>(fs::file_size(file.path));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (rlim_t size = 0; size <= whole + whole / 40; size += whole / 40) {
    const rlimit tight{size, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    std::string failure;
    try {
      write_some(file.path);
    } catch (const RunError& error) {
      failure = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    CAPTURE(size, failure);
    if (size < whole)
      CHECK_THAT(failure, Catch::StartsWith(file.path.string() + ": cannot be written: "));
    else
      CHECK(failure.empty());
    // What tells of no failure is whole.
    if (failure.empty()) CHECK(io::NetcdfReader(file.path).texts("failure").size() == 3);
  }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("what fails while a file is filled is told as it is") {
  const TemporaryFile file;
  CHECK_THROWS_WITH(io::write_netcdf(file.path,
                                     [](io::NetcdfWriter& out) {
                                       out.dimension("n", 3);
                                       out.dimension("n", 3);
                                     }),
                    Contains("f.nc: cannot be written: NetCDF: String match to name in use"));
  CHECK_THROWS_WITH(io::write_netcdf(file.path,
                                     [](io::NetcdfWriter& out) {
                                       out.dimension("n", 3);
                                       out.numbers("x", {"n"}, Eigen::VectorXd::Zero(2));
                                     }),
                    Contains("variable x has 2 values, its dimensions 3"));
  CHECK_THROWS_WITH(io::write_netcdf(file.path, [](io::NetcdfWriter&) { std::abort(); }),
                    Contains("f.nc: cannot be written: the NetCDF library has crashed"));
  CHECK_THROWS_WITH(io::write_netcdf(file.folder / "none" / "f.nc", [](io::NetcdfWriter&) {}),
                    Contains("f.nc: cannot be written: No such file or directory"));
}
