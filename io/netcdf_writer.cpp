#include "base/error.hpp"
#include "base/message.hpp"
#include "io/netcdf.hpp"

#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <netcdf.h>
#include <unistd.h>

namespace fprinciple::io {
namespace {

/// Throws RunError unless the library's status is fine. HDF5 does not say why the system refused.
void require(int status) {
  if (status == NC_NOERR) return;
  const bool known = errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO;
  if (status == NC_EHDFERR && known) throw RunError(std::system_category().message(errno));
  throw RunError(nc_strerror(status));
}

void require_system(bool done) {
  if (!done) throw RunError(std::system_category().message(errno));
}

/// A disk may only tell now that it is full.
void flush_to_disk(const char* file) {
  const int descriptor = ::open(file, O_RDONLY | O_CLOEXEC);
  require_system(descriptor >= 0);
  require_system(::fsync(descriptor) == 0);
  ::close(descriptor);
}

/// Why it failed; empty when all is well.
void answer(const Socket& socket, const std::string& failure) {
  const std::uint64_t size = failure.size();
  if (socket.send(&size, sizeof(size))) (void)socket.send(failure.data(), failure.size());
}

/// What the child has answered.
std::string failure_told(const Socket& socket) {
  constexpr std::uint64_t kLongest = 1 << 16;
  std::uint64_t size = 0;
  if (!socket.receive(&size, sizeof(size)) || size > kLongest)
    return "the NetCDF library has crashed; is there room on the disk, and memory?";
  std::string failure(size, '\0');
  return socket.receive(failure.data(), size) ? failure : "the NetCDF library has crashed";
}

}  // namespace

void NetcdfWriter::dimension(const std::string& name, Eigen::Index size) {
  int ignored = 0;
  require(nc_def_dim(id_, name.c_str(), static_cast<std::size_t>(size), &ignored));
}

void NetcdfWriter::attribute(const std::string& name, const std::string& text) {
  require(nc_put_att_text(id_, NC_GLOBAL, name.c_str(), text.size(), text.data()));
}

void NetcdfWriter::attribute(const std::string& name, std::uint64_t value) {
  const auto as_signed = static_cast<long long>(value);
  const unsigned long long as_unsigned = value;
  require(as_signed >= 0
              ? nc_put_att_longlong(id_, NC_GLOBAL, name.c_str(), NC_INT64, 1, &as_signed)
              : nc_put_att_ulonglong(id_, NC_GLOBAL, name.c_str(), NC_UINT64, 1, &as_unsigned));
}

int NetcdfWriter::define(const std::string& name, int type,
                         const std::vector<std::string>& dimensions, std::size_t values) {
  std::vector<int> ids(dimensions.size());
  std::size_t size = 1;
  for (std::size_t k = 0; k < ids.size(); ++k) {
    require(nc_inq_dimid(id_, dimensions[k].c_str(), &ids[k]));
    std::size_t along = 0;
    require(nc_inq_dimlen(id_, ids[k], &along));
    size *= along;
  }
  if (size != values)
    throw RunError(fmt::format("variable {} has {} values, its dimensions {}", name, values, size));
  int variable = 0;
  require(nc_def_var(id_, name.c_str(), type, static_cast<int>(ids.size()), ids.data(), &variable));
  return variable;
}

void NetcdfWriter::described(const std::string& name, const std::vector<std::string>& dimensions,
                             const std::string& units, const std::string& long_name,
                             const double* values, Eigen::Index count) {
  const int variable = define(name, NC_DOUBLE, dimensions, static_cast<std::size_t>(count));
  // Without one, no number stands for "missing".
  require(nc_def_var_fill(id_, variable, NC_NOFILL, nullptr));
  require(nc_put_att_text(id_, variable, "units", units.size(), units.data()));
  require(nc_put_att_text(id_, variable, "long_name", long_name.size(), long_name.data()));
  require(nc_put_var_double(id_, variable, values));
}

void NetcdfWriter::variable(const std::string& name, const std::string& dimension,
                            const std::string& units, const std::string& long_name,
                            const Eigen::VectorXd& values) {
  described(name, {dimension}, units, long_name, values.data(), values.size());
}

void NetcdfWriter::variable(const std::string& name, const std::string& outer,
                            const std::string& inner, const std::string& units,
                            const std::string& long_name, const Eigen::MatrixXd& values) {
  described(name, {outer, inner}, units, long_name, values.data(), values.size());
}

void NetcdfWriter::array(const std::string& name, const std::vector<std::string>& dimensions,
                         const std::string& units, const std::string& long_name,
                         const Eigen::Ref<const Eigen::VectorXd>& values) {
  described(name, dimensions, units, long_name, values.data(), values.size());
}

void NetcdfWriter::numbers(const std::string& name, const std::vector<std::string>& dimensions,
                           const Eigen::VectorXd& values) {
  const int variable = define(name, NC_DOUBLE, dimensions, static_cast<std::size_t>(values.size()));
  const double missing = std::numeric_limits<double>::quiet_NaN();
  require(nc_def_var_fill(id_, variable, NC_FILL, &missing));
  require(nc_put_var_double(id_, variable, values.data()));
}

void NetcdfWriter::texts(const std::string& name, const std::vector<std::string>& dimensions,
                         const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::string& value : values) pointers.push_back(value.c_str());
  require(
      nc_put_var_string(id_, define(name, NC_STRING, dimensions, values.size()), pointers.data()));
}

void write_netcdf(const std::filesystem::path& file,
                  const std::function<void(NetcdfWriter&)>& fill) {
  const auto work = [&](const Socket& socket) {
    try {
      // From inside its directory, and with ./ before it: no name of a file or directory is then
      // taken for a URL or for an instruction to the library.
      if (file.has_parent_path()) require_system(::chdir(file.parent_path().c_str()) == 0);
      const std::string name = "./" + file.filename().string();
      int id = 0;
      errno = 0;
      require(nc_create(name.c_str(), NC_NETCDF4 | NC_CLOBBER, &id));
      NetcdfWriter writer(id);
      fill(writer);
      require(nc_close(id));
      flush_to_disk(name.c_str());
      answer(socket, {});
    } catch (const std::exception& error) {
      answer(socket, message_of(error));
    }
  };
  std::string failure;
  {
    const ChildProcess child(work);
    failure = failure_told(child.socket());
  }
  if (!failure.empty())
    throw RunError(fmt::format("{}: cannot be written: {}", file.string(), failure));
}

}  // namespace fprinciple::io
