#include "tables.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

#if defined(__x86_64__)
#include <cpuid.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

// Linux requires a process to request permission for the AMX registers (arch_prctl(2)).
static int tiles_permitted(void) {
  enum { request_permission = 0x1023, tile_data = 18 };
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#else
static int tiles_permitted(void) { return 0; }
#endif

// Whether the processor has AMX-TILE and AMX-BF16, and the operating system saves the registers.
static int has_tiles(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  if (!(d >> 24 & 1) || !(d >> 22 & 1)) return 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low >> 17 & 3) == 3 && tiles_permitted();
}

static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("fma");
}

static int has_amx(void) {
  return has_avx512() && __builtin_cpu_supports("avx512bf16") && has_tiles();
}
#endif

static const gk_table *float_table(gk_isa isa) {
  switch (isa) {
    case GK_SCALAR:
      return &gk_scalar_table;
#if defined(__x86_64__)
    case GK_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &gk_avx2_table : NULL;
    case GK_AVX512:
      return has_avx512() ? &gk_avx512_table : NULL;
    case GK_AMX:
      return has_amx() ? &gk_avx512_table : NULL;
#elif defined(__aarch64__)
    case GK_NEON:
      return &gk_neon_table;
#endif
    default:
      return NULL;
  }
}

static const gk_table *bfloat16_table(gk_isa isa) {
  switch (isa) {
    case GK_SCALAR:
      return &gk_scalar_bf16_table;
#if defined(__x86_64__)
    case GK_AVX512:
      return has_avx512() && __builtin_cpu_supports("avx512bf16") ? &gk_avx512_bf16_table : NULL;
    case GK_AMX:
      return has_amx() ? &gk_amx_bf16_table : NULL;
#endif
    default:
      return NULL;
  }
}

const gk_table *gk_table_for(gk_isa isa, gk_precision precision) {
  return precision == GK_FLOAT32 ? float_table(isa) : bfloat16_table(isa);
}

static gk_isa choose_isa(void) {
  static const char *const names[] = {"scalar", "neon", "avx2", "avx512", "amx"};
  const char *wanted = getenv("GLIMPSE_ISA");
  for (int isa = GK_AMX; isa >= GK_SCALAR; isa--) {
    if (wanted && wanted[0] && strcasecmp(wanted, names[isa]) != 0) continue;
    if (float_table((gk_isa)isa)) return (gk_isa)isa;
  }
  return GK_NO_ISA;
}

gk_isa gk_chosen_isa(void) {
  // -1 until it is chosen; concurrent threads choose the same value.
  static _Atomic int known = -1;
  int isa = atomic_load_explicit(&known, memory_order_relaxed);
  if (isa < 0) {
    isa = choose_isa();
    atomic_store_explicit(&known, isa, memory_order_relaxed);
  }
  return (gk_isa)isa;
}

int gk_multiplies_bf16_fast(void) {
#if defined(__x86_64__)
  return __builtin_cpu_is("amd") != 0;
#else
  return 0;
#endif
}

const gk_table *gk_emulated_amx_table(void) { return &gk_amx_emulated_table; }
