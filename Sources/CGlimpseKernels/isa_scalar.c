// The reference: no vectors in the source, plain loops; every other table is tested against it.
#define GK_WIDTH 1
#define GK_TABLE gk_scalar_table
#include "families.inc"
