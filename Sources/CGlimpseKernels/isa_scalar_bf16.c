// The reference of bfloat16 storage, on every processor.
#define GK_WIDTH 1
#define GK_STORES_BF16
#define GK_TABLE gk_scalar_bf16_table
#include "families.inc"
