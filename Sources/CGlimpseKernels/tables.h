// The tables of this build; each is defined in one isa_*.c.
#pragma once
#include "glimpse_kernels.h"

extern const gk_table gk_scalar_table;
extern const gk_table gk_scalar_bf16_table;
extern const gk_table gk_amx_emulated_table;
#if defined(__x86_64__)
extern const gk_table gk_avx2_table;
extern const gk_table gk_avx512_table;
extern const gk_table gk_avx512_bf16_table;
extern const gk_table gk_amx_bf16_table;
#elif defined(__aarch64__)
extern const gk_table gk_neon_table;
#endif
