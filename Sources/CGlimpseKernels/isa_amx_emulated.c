// The AMX kernels with an emulated matrix unit, for tests on any machine.
#define GK_WIDTH 16
#define GK_STORES_BF16
#define GK_TILES
#define GK_EMULATED_TILES
#define GK_TABLE gk_amx_emulated_table
// The vectors may be wider than the processor's registers, but are passed only to inlined
// functions.
#pragma clang diagnostic ignored "-Wpsabi"
#include "families.inc"
