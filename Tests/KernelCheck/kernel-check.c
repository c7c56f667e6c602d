// Compares all kernels of an instruction set with those of the scalar reference, without Swift:
//
//   kernel-check [scalar | neon | avx2 | avx512 | amx | amx-emulated]
//
// Without an argument, the instruction set is the one that the library chooses. Prints a line per
// family of kernels and a sentence per failure. Exits with 1 after failures, and with 2 if the
// instruction set is unknown or not available.
#include "harness.h"

#include <stdio.h>
#include <string.h>

static const char *const isa_names[] = {"scalar", "neon", "avx2", "avx512", "amx"};
static const char *const precision_names[] = {"f32", "bf16"};

static void check_table(const char *isa, const gk_table *table, gk_precision precision) {
  snprintf(checked.name, sizeof checked.name, "%s %s", isa, precision_names[precision]);
  checked.tables[REFERENCE] = gk_table_for(GK_SCALAR, precision);
  checked.tables[TESTED] = table;
  checked.value_bytes = precision == GK_FLOAT32 ? 4 : 2;
  check_convolution();
  check_depthwise();
  if (table->winograd.multiply) check_winograd();
  check_elementwise();
  check_normalization();
  check_optimizer();
  check_pixelwise();
  check_pooling();
  check_resampling();
  if (table->image.warp_rgb) check_image();
  check_peak();
}

// Returns 0 if the instruction set is not available.
static int check_isa(gk_isa isa) {
  const gk_table *floats = gk_table_for(isa, GK_FLOAT32);
  if (!floats) return 0;
  check_table(isa_names[isa], floats, GK_FLOAT32);
  const gk_table *halves = gk_table_for(isa, GK_BFLOAT16);
  if (halves) {
    check_table(isa_names[isa], halves, GK_BFLOAT16);
  } else {
    printf("%s: no bf16 kernels\n", isa_names[isa]);
  }
  return 1;
}

static int result_of_checks(void) {
  long failures = failure_count();
  if (failures > 0) printf("%ld failures\n", failures);
  return failures > 0;
}

int main(int count, char **arguments) {
  if (count > 2) {
    fprintf(stderr, "error: give at most one instruction set\n");
    return 2;
  }
  if (count == 2 && strcmp(arguments[1], "amx-emulated") == 0) {
    check_table(arguments[1], gk_emulated_amx_table(), GK_BFLOAT16);
    return result_of_checks();
  }
  gk_isa isa = count == 2 ? GK_NO_ISA : gk_chosen_isa();
  for (int i = 0; count == 2 && i < GK_NO_ISA; i++) {
    if (strcmp(arguments[1], isa_names[i]) == 0) isa = (gk_isa)i;
  }
  if (isa == GK_NO_ISA) {
    fprintf(stderr, "error: %s names no instruction set%s\n",
            count == 2 ? arguments[1] : "GLIMPSE_ISA", count == 2 ? "" : " of this machine");
    return 2;
  }
  if (!check_isa(isa)) {
    fprintf(stderr, "error: this processor, system or build does not have %s\n", isa_names[isa]);
    return 2;
  }
  return result_of_checks();
}
