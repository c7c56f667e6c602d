#if defined(__aarch64__)
#define GK_WIDTH 4
#define GK_TABLE gk_neon_table
#include "families.inc"
#endif
