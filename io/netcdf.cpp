#include "io/netcdf.hpp"

#include "base/error.hpp"

#include <limits>
#include <netcdf>

#include <netcdf.h>
#include <spdlog/fmt/fmt.h>

namespace fprinciple::io {

using netCDF::NcFile;
using netCDF::NcVar;

struct NetcdfWriter::Impl {
  std::string path;
  NcFile file;

  NcVar add(const std::string& name, const std::vector<std::string>& dimensions,
            const std::string& units, const std::string& long_name) {
    NcVar variable = file.addVar(name, "double", dimensions);
    variable.putAtt("units", units);
    variable.putAtt("long_name", long_name);
    return variable;
  }

  template <class Action>
  void run(Action&& action) {
    try {
      action();
    } catch (const netCDF::exceptions::NcException& error) {
      throw RunError(fmt::format("{}: cannot be written: {}", path, error.what()));
    }
  }
};

NetcdfWriter::NetcdfWriter(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  impl_->path = file.string();
  impl_->run([&] { impl_->file.open(file.string(), NcFile::replace, NcFile::nc4); });
}

NetcdfWriter::~NetcdfWriter() = default;

void NetcdfWriter::dimension(const std::string& name, Eigen::Index size) {
  impl_->run([&] { impl_->file.addDim(name, static_cast<std::size_t>(size)); });
}

void NetcdfWriter::attribute(const std::string& name, const std::string& text) {
  impl_->run([&] { impl_->file.putAtt(name, text); });
}

void NetcdfWriter::attribute(const std::string& name, double value) {
  impl_->run([&] { impl_->file.putAtt(name, netCDF::ncDouble, value); });
}

void NetcdfWriter::variable(const std::string& name, const std::string& dimension,
                            const std::string& units, const std::string& long_name,
                            const Eigen::VectorXd& values) {
  impl_->run([&] { impl_->add(name, {dimension}, units, long_name).putVar(values.data()); });
}

void NetcdfWriter::variable(const std::string& name, const std::string& outer,
                            const std::string& inner, const std::string& units,
                            const std::string& long_name, const Eigen::MatrixXd& values) {
  impl_->run([&] { impl_->add(name, {outer, inner}, units, long_name).putVar(values.data()); });
}

void NetcdfWriter::numbers(const std::string& name, const std::vector<std::string>& dimensions,
                           const Eigen::VectorXd& values) {
  impl_->run([&] {
    const NcVar variable = impl_->file.addVar(name, "double", dimensions);
    variable.setFill(true, std::numeric_limits<double>::quiet_NaN());
    variable.putVar(values.data());
  });
}

void NetcdfWriter::texts(const std::string& name, const std::vector<std::string>& dimensions,
                         const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::string& value : values) pointers.push_back(value.c_str());
  impl_->run([&] { impl_->file.addVar(name, "string", dimensions).putVar(pointers.data()); });
}

struct NetcdfReader::Impl {
  std::string path;
  NcFile file;

  NcVar get(const std::string& name) const {
    const NcVar variable = file.getVar(name);
    if (variable.isNull()) throw InputError(fmt::format("{}: there is no variable {}", path, name));
    return variable;
  }

  static std::size_t size(const NcVar& variable) {
    std::size_t size = 1;
    for (const netCDF::NcDim& dimension : variable.getDims()) size *= dimension.getSize();
    return size;
  }

  /// The variable, which must have `rank` dimensions and hold numbers.
  NcVar get(const std::string& name, int rank) const {
    const NcVar variable = get(name);
    if (variable.getDimCount() != rank)
      throw InputError(fmt::format("{}: variable {} must have {} dimension{}, has {}", path, name,
                                   rank, rank == 1 ? "" : "s", variable.getDimCount()));
    return variable;
  }

  void fill(const NcVar& variable, double* out) const {
    try {
      variable.getVar(out);
    } catch (const netCDF::exceptions::NcException&) {
      throw InputError(
          fmt::format("{}: variable {} does not hold numbers", path, variable.getName()));
    }
  }
};

NetcdfReader::NetcdfReader(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  impl_->path = file.string();
  try {
    impl_->file.open(file.string(), NcFile::read);
  } catch (const netCDF::exceptions::NcException&) {
    throw InputError(fmt::format("{}: cannot be read as NetCDF", file.string()));
  }
}

NetcdfReader::~NetcdfReader() = default;

bool NetcdfReader::has(const std::string& name) const { return !impl_->file.getVar(name).isNull(); }

std::string NetcdfReader::attribute(const std::string& name) const {
  try {
    std::string text;
    impl_->file.getAtt(name).getValues(text);
    return text;
  } catch (const netCDF::exceptions::NcException&) {
    throw InputError(fmt::format("{}: there is no text attribute {}", impl_->path, name));
  }
}

Eigen::VectorXd NetcdfReader::vector(const std::string& name) const {
  const NcVar variable = impl_->get(name, 1);
  Eigen::VectorXd values(static_cast<Eigen::Index>(variable.getDim(0).getSize()));
  impl_->fill(variable, values.data());
  return values;
}

Eigen::MatrixXd NetcdfReader::matrix(const std::string& name) const {
  const NcVar variable = impl_->get(name, 2);
  Eigen::MatrixXd values(static_cast<Eigen::Index>(variable.getDim(1).getSize()),
                         static_cast<Eigen::Index>(variable.getDim(0).getSize()));
  impl_->fill(variable, values.data());
  return values;
}

std::vector<std::string> NetcdfReader::variables() const {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : impl_->file.getVars()) names.push_back(name);
  return names;
}

Eigen::VectorXd NetcdfReader::numbers(const std::string& name) const {
  const NcVar variable = impl_->get(name);
  Eigen::VectorXd values(static_cast<Eigen::Index>(Impl::size(variable)));
  impl_->fill(variable, values.data());
  return values;
}

std::vector<std::string> NetcdfReader::texts(const std::string& name) const {
  const NcVar variable = impl_->get(name);
  if (variable.getType() != netCDF::ncString)
    throw InputError(fmt::format("{}: variable {} does not hold texts", impl_->path, name));
  std::vector<char*> pointers(Impl::size(variable));
  variable.getVar(pointers.data());
  std::vector<std::string> values(pointers.begin(), pointers.end());
  nc_free_string(pointers.size(), pointers.data());
  return values;
}

}  // namespace fprinciple::io
