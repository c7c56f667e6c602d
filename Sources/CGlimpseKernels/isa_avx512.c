#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define GK_WIDTH 16
#define GK_HAS_MASKS
#define GK_TABLE gk_avx512_table
#include "families.inc"
#pragma clang attribute pop
#endif
