/* Preloaded into the command: memory that runs out, and disks that fill up.
 *
 * FAILING_ALLOCATION=N   the N-th allocation from main on fails, where the count begins at 1
 * FAILING_FULL=1         and memory is full from then on: what is freed can be had again
 * FAILING_BYTES=N        files can grow by N bytes together, then there is no space
 * FAILING_COUNTS=FILE    at the end FILE gets the numbers of allocations and of bytes
 *
 * Room that a file has, reserved or written, can be written again. Children are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

extern void __libc_free(void *);

static atomic_bool armed, full;
static atomic_long allocations, bytes, held, most; /* held: by what was allocated since main began */
static long failing_allocation, failing_bytes = -1;
static int fills_up;
static const char *counts;

static int allocation_fails(size_t size) {
  if (!armed) return 0;
  const long number = atomic_fetch_add(&allocations, 1) + 1;
  int fails = number == failing_allocation;
  if (fails && fills_up) {
    most = held;
    full = 1;
  }
  fails |= full && held + (long)size > most;
  if (fails) errno = ENOMEM;
  return fails;
}

/* glibc's own realloc and memalign do not come by here for their parts. */
static void *counted(void *memory) {
  if (armed && memory) held += (long)malloc_usable_size(memory);
  return memory;
}

void free(void *memory) {
  if (armed && memory) held -= (long)malloc_usable_size(memory);
  __libc_free(memory);
}
void *malloc(size_t size) { return allocation_fails(size) ? NULL : counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) {
  return allocation_fails(count * size) ? NULL : counted(__libc_calloc(count, size));
}
void *realloc(void *memory, size_t size) {
  const long before = memory ? (long)malloc_usable_size(memory) : 0;
  if (allocation_fails(size > (size_t)before ? size - (size_t)before : 0)) return NULL;
  void *after = counted(__libc_realloc(memory, size));
  if (armed && (after || size == 0)) held -= before;
  return after;
}
void *memalign(size_t alignment, size_t size) {
  return allocation_fails(size) ? NULL : counted(__libc_memalign(alignment, size));
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **memory, size_t alignment, size_t size) {
  void *got = memalign(alignment, size);
  if (!got) return ENOMEM;
  *memory = got;
  return 0;
}

/* How many of the bytes at `offset` (−1: where the file stands) may be written. */
static size_t room(int file, size_t size, off_t offset) {
  struct stat status;
  if (!armed || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return size;
  if (offset < 0) offset = (fcntl(file, F_GETFL) & O_APPEND) ? status.st_size : lseek(file, 0, SEEK_CUR);
  const long growth = (long)offset + (long)size - (long)status.st_size;
  if (growth <= 0) return size;
  const long before = atomic_fetch_add(&bytes, growth);
  if (failing_bytes < 0 || before + growth <= failing_bytes) return size;
  const long over = before + growth - (before > failing_bytes ? before : failing_bytes);
  return over >= (long)size ? 0 : size - (size_t)over;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define NO_SPACE return errno = ENOSPC, -1

ssize_t write(int file, const void *data, size_t size) {
  const size_t fits = room(file, size, -1);
  if (size > 0 && fits == 0) NO_SPACE;
  return NEXT(write)(file, data, fits);
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
  const size_t fits = room(file, size, offset);
  if (size > 0 && fits == 0) NO_SPACE;
  return NEXT(pwrite64)(file, data, fits, offset);
}
ssize_t pwrite(int file, const void *data, size_t size, off_t offset) { return pwrite64(file, data, size, offset); }
ssize_t writev(int file, const struct iovec *parts, int count) {
  size_t size = 0;
  for (int k = 0; k < count; ++k) size += parts[k].iov_len;
  const size_t fits = room(file, size, -1);
  if (size > 0 && fits == 0) NO_SPACE;
  if (fits == size) return NEXT(writev)(file, parts, count);
  return NEXT(write)(file, parts[0].iov_base, fits < parts[0].iov_len ? fits : parts[0].iov_len);
}
int posix_fallocate(int file, off_t offset, off_t size) {
  return room(file, (size_t)size, offset) < (size_t)size ? ENOSPC : NEXT(posix_fallocate)(file, offset, size);
}
int posix_fallocate64(int file, off64_t offset, off64_t size) { return posix_fallocate(file, offset, size); }
int fallocate(int file, int mode, off_t offset, off_t size) {
  if (room(file, (size_t)size, offset) < (size_t)size) NO_SPACE;
  return NEXT(fallocate)(file, mode, offset, size);
}
int fallocate64(int file, int mode, off64_t offset, off64_t size) { return fallocate(file, mode, offset, size); }

static void tell(void) {
  armed = 0;
  FILE *file = counts ? fopen(counts, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld %ld\n", (long)allocations, (long)bytes);
  fclose(file);
}

static int (*command)(int, char **, char **);

static int armed_main(int argc, char **argv, char **environment) {
  const char *value;
  if ((value = getenv("FAILING_ALLOCATION"))) failing_allocation = atol(value);
  if ((value = getenv("FAILING_BYTES"))) failing_bytes = atol(value);
  fills_up = getenv("FAILING_FULL") != NULL;
  counts = getenv("FAILING_COUNTS");
  unsetenv("LD_PRELOAD");
  if (counts) atexit(tell);
  armed = 1;
  return command(argc, argv, environment);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end) {
  command = main;
  return ((__typeof__(&__libc_start_main))dlsym(RTLD_NEXT, "__libc_start_main"))(armed_main, argc, argv, init, fini,
                                                                                 rtld_fini, stack_end);
}
