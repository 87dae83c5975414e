#pragma once

namespace fprinciple::base {

/// While one lives, BLAS has one thread, so that a product gives the same bits whatever the host
/// has set; threads are ours, over fixed partitions. Every public function that multiplies or
/// decomposes matrices holds one for its length; nothing has to be called first, and afterwards
/// BLAS has as many threads as before. OpenBLAS knows only one number for the whole process, so
/// those that live are counted, from whichever thread: the first takes the number down, the last
/// puts it back. A host's own products run on one thread meanwhile, with right results; a number
/// that it sets meanwhile is lost. Some 20 ns.
class OneBlasThread {
 public:
  OneBlasThread();
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;
  OneBlasThread(OneBlasThread&&) = delete;
  OneBlasThread& operator=(OneBlasThread&&) = delete;
};

}  // namespace fprinciple::base
