// The matrix unit's kernels on any machine, for tests: only the unit itself is replaced.
#define GK_WIDTH 16
#define GK_STORES_BF16
#define GK_TILES
#define GK_EMULATED_TILES
#define GK_TABLE gk_amx_emulated_table
// Vectors are wider than the processor's, and are only ever passed to functions that are inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#include "families.inc"
