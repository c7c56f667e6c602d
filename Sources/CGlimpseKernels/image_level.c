#include "image_dispatch.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static int found_level(void) {
  const char *wanted = getenv("GLIMPSE_ISA");
  if (wanted && strcmp(wanted, "scalar") == 0) return 0;
  if (!__builtin_cpu_supports("avx2")) return 0;
  if (wanted && strcmp(wanted, "avx2") == 0) return 1;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
             ? 2
             : 1;
}
#else
static int found_level(void) { return 0; }
#endif

int gk_image_level(void) {
  // 0 until it is known; two threads that find out at once find the same.
  static _Atomic int known;
  int level = atomic_load_explicit(&known, memory_order_relaxed) - 1;
  if (level < 0) {
    level = found_level();
    atomic_store_explicit(&known, level + 1, memory_order_relaxed);
  }
  return level;
}
