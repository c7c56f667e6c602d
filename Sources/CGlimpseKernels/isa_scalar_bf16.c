// The scalar reference with bfloat16 storage.
#define GK_WIDTH 1
#define GK_STORES_BF16
#define GK_TABLE gk_scalar_bf16_table
#include "families.inc"
