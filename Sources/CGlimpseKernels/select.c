#include "tables.h"

#include <stddef.h>

static const gk_table *float_table(gk_isa isa) {
  switch (isa) {
    case GK_SCALAR:
      return &gk_scalar_table;
#if defined(__x86_64__)
    case GK_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &gk_avx2_table : NULL;
    case GK_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("fma")
                 ? &gk_avx512_table
                 : NULL;
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
      return float_table(isa) && __builtin_cpu_supports("avx512bf16") ? &gk_avx512_bf16_table : NULL;
#endif
    default:
      return NULL;
  }
}

const gk_table *gk_table_for(gk_isa isa, gk_precision precision) {
  return precision == GK_FLOAT32 ? float_table(isa) : bfloat16_table(isa);
}
