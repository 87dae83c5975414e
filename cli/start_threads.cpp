#include "cli/start_threads.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include <omp.h>
#include <pthread.h>

// What OpenBLAS takes and gives back in every call; the buffers stay with the process.
extern "C" {
void* blas_memory_alloc(int unused);
void blas_memory_free(void* buffer);
}

namespace fprinciple::cli {
namespace {

/// Alive until it gets the mutex.
void* wait_for(void* mutex) {
  const std::lock_guard lock(*static_cast<std::mutex*>(mutex));
  return nullptr;
}

/// Of `wanted` threads beside this one, how many can be alive at once.
int possible(int wanted) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::vector<pthread_t> threads;
  threads.reserve(static_cast<std::size_t>(wanted));
  pthread_t thread{};
  while (static_cast<int>(threads.size()) < wanted &&
         ::pthread_create(&thread, nullptr, wait_for, &mutex) == 0)
    threads.push_back(thread);
  lock.unlock();
  for (const pthread_t started : threads) ::pthread_join(started, nullptr);
  return static_cast<int>(threads.size());
}

/// Of `wanted` buffers of BLAS, for how many there are addresses, with one more to spare: a thread
/// that OpenBLAS has started by itself may be about to take it.
int buffers(int wanted) {
  constexpr std::size_t kBytes = (128U << 20U) + (1U << 16U);
  std::vector<std::unique_ptr<std::byte[]>>
      taken;  // NOLINT(modernize-avoid-c-arrays): never filled
  try {
    taken.reserve(static_cast<std::size_t>(wanted) + 1);
    while (static_cast<int>(taken.size()) <= wanted) taken.emplace_back(new std::byte[kBytes]);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): that was all
  }
  return static_cast<int>(taken.size()) - 1;
}

}  // namespace

int start_threads(int wanted) {
  constexpr int kMost = 32;  // buffers; a machine that runs more threads does not count addresses
  int threads = 1 + possible(wanted - 1);
  const int found = buffers(std::min(threads, kMost));
  if (found < 1) throw RunError("there is not enough memory for a product of matrices");
  if (found < kMost) threads = std::min(threads, found);
  omp_set_num_threads(threads);
#pragma omp parallel
  {
    void* const buffer = omp_get_thread_num() < found ? blas_memory_alloc(0) : nullptr;
#pragma omp barrier  // each thread has one of its own
    if (buffer != nullptr) blas_memory_free(buffer);
  }
  return threads;
}

}  // namespace fprinciple::cli
