// bfloat16 kernels with the matrix unit. For floats, such processors use the AVX-512 table.
#if defined(__x86_64__)
#pragma clang attribute push(                                                             \
    __attribute__((target(                                                                \
        "amx-tile,amx-bf16,avx512bf16,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))),    \
    apply_to = function)
#define GK_WIDTH 16
#define GK_HAS_MASKS
#define GK_STORES_BF16
#define GK_HAS_BF16_INSTRUCTIONS
#define GK_TILES
#define GK_TABLE gk_amx_bf16_table
#include "families.inc"
#pragma clang attribute pop
#endif
