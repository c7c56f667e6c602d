#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define GK_WIDTH 8
#define GK_TABLE gk_avx2_table
#include "families.inc"
#pragma clang attribute pop
#endif
