#include "base/error.hpp"
#include "base/excerpt.hpp"
#include "base/memory.hpp"
#include "io/netcdf.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <netcdf.h>
#include <netcdf_mem.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// Both ends of the conversation are here. The child sends one text, which says what the file holds
// (or why it cannot be read), and then answers numbers of variables with their values. What it
// sends is believed no more than the file itself: a damaged file may have damaged the child's
// memory.
namespace fprinciple::io {
namespace {

enum Holds : std::uint64_t { numbers = 0, strings = 1, something_else = 2 };

constexpr std::uint64_t kLongestText = std::uint64_t{1} << 28;
constexpr std::size_t kBlock = std::size_t{1} << 20;  // values that are sent at once
constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";

/// A file's descriptor, closed with its object.
class OpenFile {
 public:
  /// Throws InputError unless it is a regular file that can be read.
  explicit OpenFile(const std::string& file)
      : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0)
      throw InputError(
          fmt::format("{}: cannot be read: {}", file, std::system_category().message(errno)));
    if (!S_ISREG(status.st_mode)) {
      ::close(descriptor_);
      throw InputError(fmt::format("{}: cannot be read: it is not a file", file));
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::uint64_t size() const { return size_; }

  std::string bytes(std::uint64_t from, std::size_t count) const {
    std::string out(count, '\0');
    const ssize_t got = ::pread(descriptor_, out.data(), count, static_cast<off_t>(from));
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }

 private:
  int descriptor_;
  std::uint64_t size_ = 0;
};

/// Throws InputError unless the file begins as HDF5 does: at byte 0, 512, 1024, 2048, …
void require_signature(const std::string& name, const OpenFile& file) {
  if (file.bytes(0, 3) == "CDF")
    throw InputError(
        fmt::format("{0}: is NetCDF in the classic format, and NetCDF-4 is read: "
                    "nccopy -k nc4 {0} NEW.nc converts it",
                    name));
  constexpr std::uint64_t kFirst = 512;
  for (std::uint64_t at = 0; at < file.size(); at = at == 0 ? kFirst : 2 * at)
    if (file.bytes(at, kSignature.size()) == kSignature) return;
  throw InputError(fmt::format("{}: cannot be read as NetCDF-4", name));
}

/// Numbers and texts in a row.
class Packer {
 public:
  void add(std::uint64_t number) {
    std::array<char, sizeof(number)> raw{};
    std::memcpy(raw.data(), &number, sizeof(number));
    packed_.append(raw.data(), raw.size());
  }
  void add(std::string_view text) {
    add(text.size());
    packed_ += text;
  }
  const std::string& packed() const { return packed_; }

 private:
  std::string packed_;
};

/// Takes them apart again; nothing when there is not as much as there should be.
class Unpacker {
 public:
  explicit Unpacker(std::string_view packed) : rest_(packed) {}
  bool done() const { return rest_.empty(); }
  std::optional<std::uint64_t> number() {
    std::uint64_t out = 0;
    if (rest_.size() < sizeof(out)) return std::nullopt;
    std::memcpy(&out, rest_.data(), sizeof(out));
    rest_.remove_prefix(sizeof(out));
    return out;
  }
  std::optional<std::string> text() {
    const auto size = number();
    if (!size || *size > rest_.size()) return std::nullopt;
    std::string out(rest_.substr(0, *size));
    rest_.remove_prefix(*size);
    return out;
  }

 private:
  std::string_view rest_;
};

// From here on: in the child. A status that is not fine ends it, and says no more than that.

struct Refused {};

void require(int status) {
  if (status != NC_NOERR) throw Refused{};
}

bool is_numeric(nc_type type) { return type >= NC_BYTE && type <= NC_UINT64 && type != NC_CHAR; }

struct Inquired {
  std::string name;
  nc_type type = NC_NAT;
  std::vector<std::size_t> shape;
};

Inquired inquire(int id, int variable) {
  Inquired out;
  std::array<char, NC_MAX_NAME + 1> name{};
  int rank = 0;
  require(nc_inq_var(id, variable, name.data(), &out.type, &rank, nullptr, nullptr));
  std::vector<int> dimensions(static_cast<std::size_t>(std::max(rank, 0)));
  require(nc_inq_vardimid(id, variable, dimensions.data()));
  out.name = name.data();
  for (const int dimension : dimensions) {
    out.shape.emplace_back();
    require(nc_inq_dimlen(id, dimension, &out.shape.back()));
  }
  return out;
}

std::string type_name(int id, nc_type type) {
  std::array<char, NC_MAX_NAME + 1> name{};
  if (nc_inq_type(id, type, name.data(), nullptr) != NC_NOERR) return "unknown";
  return name.data();
}

/// A global attribute that is one text.
std::optional<std::string> text_attribute(int id, const char* name) {
  nc_type type = NC_NAT;
  std::size_t size = 0;
  require(nc_inq_att(id, NC_GLOBAL, name, &type, &size));
  if (type == NC_CHAR && size <= kLongestText) {
    std::string text(size, '\0');
    if (size > 0) require(nc_get_att_text(id, NC_GLOBAL, name, text.data()));
    return text;
  }
  if (type != NC_STRING || size != 1) return std::nullopt;
  char* text = nullptr;
  require(nc_get_att_string(id, NC_GLOBAL, name, &text));
  return text ? std::string(text) : std::string();
}

std::string catalogue(int id) {
  Packer out;
  int count = 0;
  require(nc_inq_nvars(id, &count));
  out.add(static_cast<std::uint64_t>(count));
  for (int variable = 0; variable < count; ++variable) {
    const Inquired inquired = inquire(id, variable);
    out.add(inquired.name);
    out.add(is_numeric(inquired.type)    ? Holds::numbers
            : inquired.type == NC_STRING ? Holds::strings
                                         : Holds::something_else);
    out.add(type_name(id, inquired.type));
    out.add(inquired.shape.size());
    for (const std::size_t size : inquired.shape) out.add(size);
  }
  require(nc_inq_natts(id, &count));
  for (int attribute = 0; attribute < count; ++attribute) {
    std::array<char, NC_MAX_NAME + 1> name{};
    require(nc_inq_attname(id, NC_GLOBAL, attribute, name.data()));
    if (const auto text = text_attribute(id, name.data())) {
      out.add(std::string_view(name.data()));
      out.add(*text);
    }
  }
  return out.packed();
}

/// The value that stands for "missing"; nan where there is none.
double missing_value(int id, int variable, nc_type type) {
  double fill = std::numeric_limits<double>::quiet_NaN();
  nc_type fill_type = NC_NAT;
  std::size_t size = 0;
  if (nc_inq_att(id, variable, "_FillValue", &fill_type, &size) == NC_NOERR) {
    if (is_numeric(fill_type) && size == 1)
      require(nc_get_att_double(id, variable, "_FillValue", &fill));
    return fill;
  }
  int no_fill = 0;
  require(nc_inq_var_fill(id, variable, &no_fill, nullptr));
  if (no_fill == 0 && (type == NC_DOUBLE || type == NC_FLOAT)) return NC_FILL_DOUBLE;
  return fill;
}

/// Calls `take` with the start and size of one block after another, the last dimension fastest.
template <class Take>
void for_blocks(const std::vector<std::size_t>& shape, Take&& take) {
  // Blocks are some indices of the dimension `split` and all of those behind it.
  std::size_t split = shape.size(), inner = 1;
  while (split > 0 && shape[split - 1] <= kBlock / inner) inner *= shape[--split];
  std::vector<std::size_t> start(shape.size(), 0), count(shape);
  if (split == 0) {
    take(start, count);
    return;
  }
  --split;
  std::fill(count.begin(), count.begin() + static_cast<std::ptrdiff_t>(split), 1);
  for (;;) {
    for (start[split] = 0; start[split] < shape[split]; start[split] += count[split]) {
      count[split] = std::min(kBlock / inner, shape[split] - start[split]);
      take(start, count);
    }
    start[split] = 0;
    std::size_t k = split;
    while (k > 0 && ++start[k - 1] == shape[k - 1]) start[--k] = 0;
    if (k == 0) return;
  }
}

std::size_t product(const std::vector<std::size_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{1}, std::multiplies<>());
}

void send(const Socket& socket, const void* data, std::size_t bytes) {
  if (!socket.send(data, bytes)) throw Refused{};
}

void send_text(const Socket& socket, const std::string& text) {
  const std::uint64_t size = text.size();
  send(socket, &size, sizeof(size));
  send(socket, text.data(), text.size());
}

void send_numbers(const Socket& socket, int id, int variable, const Inquired& inquired) {
  const double missing = missing_value(id, variable, inquired.type);
  std::vector<double> block;
  for_blocks(inquired.shape, [&](const auto& start, const auto& count) {
    block.resize(product(count));
    require(nc_get_vara_double(id, variable, start.data(), count.data(), block.data()));
    std::replace(block.begin(), block.end(), missing, std::numeric_limits<double>::quiet_NaN());
    send(socket, block.data(), block.size() * sizeof(double));
  });
}

void send_strings(const Socket& socket, int id, int variable, const Inquired& inquired) {
  Packer all;
  std::vector<char*> block;
  for_blocks(inquired.shape, [&](const auto& start, const auto& count) {
    block.assign(product(count), nullptr);
    require(nc_get_vara_string(id, variable, start.data(), count.data(), block.data()));
    for (const char* text : block) all.add(text ? std::string_view(text) : std::string_view());
    nc_free_string(block.size(), block.data());
  });
  send_text(socket, all.packed());
}

void limit(auto resource, rlim_t amount) {
  const rlimit both{amount, amount};
  ::setrlimit(resource, &both);
}

/// The address space that this process has, in bytes.
rlim_t address_space() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

/// Of processor time from now on: for what has to be read, if it is done at 20 MB/s or more.
void limit_time(double bytes) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  constexpr double kSlowest = 2e7, kSpare = 8.0;
  const double used = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
  const rlimit both{static_cast<rlim_t>(used + kSpare + bytes / kSlowest), RLIM_INFINITY};
  ::setrlimit(RLIMIT_CPU, &both);
}

/// What the child does. It ends when the parent has no more questions.
void serve(const Socket& socket, void* image, std::uint64_t bytes) {
  constexpr rlim_t kSpare = rlim_t{1} << 30;
  limit(RLIMIT_AS, address_space() + kSpare + 2 * bytes);
  limit(RLIMIT_NOFILE, 0);  // the file is in memory: nothing else is opened, no connection made
  limit_time(static_cast<double>(bytes));
  int id = 0;
  // With any other name the library could be led to believe that it is asked for a URL.
  require(nc_open_mem("memory", NC_NOWRITE, bytes, image, &id));
  send_text(socket, catalogue(id));
  for (std::uint64_t asked = 0; socket.receive(&asked, sizeof(asked));) {
    const int variable = static_cast<int>(asked);
    const Inquired inquired = inquire(id, variable);
    limit_time(static_cast<double>(product(inquired.shape)) * sizeof(double));
    if (is_numeric(inquired.type))
      send_numbers(socket, id, variable, inquired);
    else if (inquired.type == NC_STRING)
      send_strings(socket, id, variable, inquired);
    else
      throw Refused{};
  }
}

}  // namespace

NetcdfReader::NetcdfReader(const std::filesystem::path& file) : file_(file.string()) {
  const OpenFile open(file_);
  require_signature(file_, open);
  bytes_ = open.size();
  base::require_memory(static_cast<double>(bytes_), file_);
  void* const image = ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, open.descriptor(), 0);
  if (image == MAP_FAILED) fail("cannot be read: " + std::system_category().message(errno));
  // The child keeps its own mapping.
  const auto unmap = [this](void* mapped) { ::munmap(mapped, bytes_); };
  const std::unique_ptr<void, decltype(unmap)> ours(image, unmap);
  child_ =
      std::make_unique<ChildProcess>([&](const Socket& socket) { serve(socket, image, bytes_); });
  learn(receive_text());
}

void NetcdfReader::learn(const std::string& catalogue) {
  Unpacker in(catalogue);
  const auto number = [&] {
    const auto out = in.number();
    if (!out) fail_damaged();
    return *out;
  };
  const auto text = [&] {
    auto out = in.text();
    if (!out) fail_damaged();
    return std::move(*out);
  };
  const std::uint64_t count = number();
  for (std::uint64_t k = 0; k < count; ++k) {
    const std::string name = text();
    Variable& variable = variables_[name];
    variable.index = k;
    variable.holds = number();
    variable.type = text();
    const std::uint64_t rank = number();
    for (std::uint64_t axis = 0; axis < rank; ++axis) variable.shape.push_back(number());
  }
  while (!in.done()) {
    const std::string name = text();
    attributes_[name] = text();
  }
}

void NetcdfReader::fail(const std::string& what) const {
  throw InputError(fmt::format("{}: {}", file_, what));
}

void NetcdfReader::fail_damaged() const {
  fail("is damaged, or no NetCDF-4: the NetCDF library cannot read it");
}

std::string NetcdfReader::receive_text() const {
  std::uint64_t size = 0;
  if (!child_->socket().receive(&size, sizeof(size)) || size > kLongestText) fail_damaged();
  std::string text(size, '\0');
  if (!child_->socket().receive(text.data(), size)) fail_damaged();
  return text;
}

const NetcdfReader::Variable& NetcdfReader::find(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) fail(fmt::format("there is no variable {}", name));
  return found->second;
}

const NetcdfReader::Variable& NetcdfReader::numeric(const std::string& name) const {
  const Variable& variable = find(name);
  if (variable.holds != Holds::numbers)
    fail(fmt::format("variable {} must hold numbers, its type is {}", base::excerpt(name),
                     base::excerpt(variable.type)));
  return variable;
}

const NetcdfReader::Variable& NetcdfReader::numeric(const std::string& name,
                                                    std::size_t rank) const {
  const Variable& variable = numeric(name);
  if (variable.shape.size() != rank)
    fail(fmt::format("variable {} must have {} dimension{}, has {}", name, rank,
                     rank == 1 ? "" : "s", variable.shape.size()));
  return variable;
}

Eigen::Index NetcdfReader::size(const std::string& name, const Variable& variable) const {
  double size = 1.0;
  for (const std::uint64_t count : variable.shape) size *= static_cast<double>(count);
  const double bytes = size * sizeof(double);
  base::require_memory(bytes, fmt::format("{}: variable {}", file_, base::excerpt(name)));
  // Deflate packs 1032 bytes into one, and no type has less than an eighth of a double's.
  constexpr double kPacked = 1032.0 * sizeof(double);
  if (bytes > kPacked * static_cast<double>(bytes_))
    fail(fmt::format("variable {} is to hold {:g} values, which a file of {} bytes cannot",
                     base::excerpt(name), size, bytes_));
  return static_cast<Eigen::Index>(size);
}

void NetcdfReader::read(const Variable& variable, double* out, Eigen::Index count) const {
  if (count == 0) return;
  if (!child_->socket().send(&variable.index, sizeof(variable.index)) ||
      !child_->socket().receive(out, static_cast<std::size_t>(count) * sizeof(double)))
    fail_damaged();
}

std::string NetcdfReader::attribute(const std::string& name) const {
  const auto found = attributes_.find(name);
  if (found == attributes_.end()) fail(fmt::format("there is no text attribute {}", name));
  return found->second;
}

Eigen::VectorXd NetcdfReader::vector(const std::string& name) const {
  numeric(name, 1);
  return numbers(name);
}

Eigen::MatrixXd NetcdfReader::matrix(const std::string& name) const {
  const Variable& variable = numeric(name, 2);
  const Eigen::Index count = size(name, variable);
  // As 0 × 10^18 is no matrix either.
  if (count == 0) return {};
  Eigen::MatrixXd values(static_cast<Eigen::Index>(variable.shape[1]),
                         static_cast<Eigen::Index>(variable.shape[0]));
  read(variable, values.data(), count);
  return values;
}

std::vector<std::string> NetcdfReader::variables() const {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : variables_) names.push_back(name);
  return names;
}

Eigen::VectorXd NetcdfReader::numbers(const std::string& name) const {
  const Variable& variable = numeric(name);
  Eigen::VectorXd values(size(name, variable));
  read(variable, values.data(), values.size());
  return values;
}

std::vector<std::string> NetcdfReader::texts(const std::string& name) const {
  const Variable& variable = find(name);
  if (variable.holds != Holds::strings)
    fail(fmt::format("variable {} must hold texts, its type is {}", base::excerpt(name),
                     base::excerpt(variable.type)));
  std::vector<std::string> values(static_cast<std::size_t>(size(name, variable)));
  if (values.empty()) return values;
  if (!child_->socket().send(&variable.index, sizeof(variable.index))) fail_damaged();
  const std::string packed = receive_text();
  Unpacker in(packed);
  for (std::string& value : values) {
    auto text = in.text();
    if (!text) fail_damaged();
    value = std::move(*text);
  }
  return values;
}

const std::vector<std::uint64_t>& NetcdfReader::shape(const std::string& name) const {
  return find(name).shape;
}

}  // namespace fprinciple::io
