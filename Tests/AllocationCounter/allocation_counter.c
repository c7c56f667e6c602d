#include "allocation_counter.h"

// Before the check below: it defines __GLIBC__.
#include <stdlib.h>

static __thread long *thread_counter;

void gt_count_allocations(long *counter) { thread_counter = counter; }

// Sanitizers replace the allocator themselves.
#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#include <errno.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

int gt_counts_allocations(void) { return 1; }

static void count(void) {
  if (thread_counter) __atomic_fetch_add(thread_counter, 1, __ATOMIC_RELAXED);
}

// The program's own definitions take the place of the C library's in all libraries of the process.
void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count();
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  count();
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
  void *result = memalign(alignment, size);
  if (!result) return ENOMEM;
  *memory = result;
  return 0;
}
#else
int gt_counts_allocations(void) { return 0; }
#endif
