#pragma once

namespace fprinciple::cli {

/// Sets OpenMP to `wanted` threads, or to as many as there is memory for, and starts them; returns
/// how many. OpenMP ends the process where it cannot start a thread, and OpenBLAS asks for ever for
/// the buffer that each thread needs (128 MiB, of which little is used), in the middle of whatever
/// is going on: so they get them here, once it is known that they can. Throws RunError when there
/// is no buffer for one thread.
int start_threads(int wanted);

}  // namespace fprinciple::cli
