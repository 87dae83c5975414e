#pragma once

#include <filesystem>

namespace fprinciple::io {

/// Appends a line with the CRC-32 of all that the file holds, and puts the file on the disk.
/// NetCDF-4 readers pass over what follows the data. Cost: one reading, some 400 MB/s. Throws
/// RunError when it cannot be done.
void append_checksum(const std::filesystem::path& file);

/// Whether the file ends as append_checksum left it, with every bit before as it was then.
bool checksum_holds(const std::filesystem::path& file);

}  // namespace fprinciple::io
