// The scalar reference, without vectors in the source; all other tables are tested against it.
#define GK_WIDTH 1
#define GK_TABLE gk_scalar_table
#include "families.inc"
