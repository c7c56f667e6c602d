// Numeric kernels on raw buffers: the only code that depends on instruction sets.
//
// Each kernel family is a struct of function pointers. The same source (families.inc, included by
// isa_*.c) is compiled for each instruction set and precision and defines one gk_table;
// gk_table_for returns it, or NULL if the processor or the build does not support it.
// Activations and their gradients are `void` pointers to values of the table's precision.
// Parameters, their gradients and statistics are floats in every table.
// Kernels allocate no memory; the caller owns all buffers.
#pragma once

#include "gk_convolution.h"
#include "gk_elementwise.h"
#include "gk_image.h"
#include "gk_normalization.h"
#include "gk_optimizer.h"
#include "gk_peak.h"
#include "gk_pixelwise.h"
#include "gk_pooling.h"
#include "gk_resampling.h"

typedef enum {
  GK_SCALAR = 0,
  GK_NEON = 1,
  GK_AVX2 = 2,
  GK_AVX512 = 3,
  GK_AMX = 4,
  GK_NO_ISA = 5
} gk_isa;

// The number format of activations and packed weights; sums are always accumulated in floats.
typedef enum { GK_FLOAT32 = 0, GK_BFLOAT16 = 1 } gk_precision;

typedef struct {
  gk_convolution_table convolution;
  gk_elementwise_table elementwise;
  // All NULL in bfloat16 tables: image kernels do not depend on the precision.
  gk_image_table image;
  gk_normalization_table normalization;
  gk_optimizer_table optimizer;
  gk_peak_table peak;
  gk_pixelwise_table pixelwise;
  gk_pooling_table pooling;
  gk_resampling_table resampling;
  // All NULL in the scalar table, the reference, which has only direct convolution.
  gk_winograd_table winograd;
} gk_table;

// The instruction set to use, chosen once: that of the environment variable GLIMPSE_ISA (scalar,
// neon, avx2, avx512 or amx), or the widest available one if it is not set. GK_NO_ISA if
// GLIMPSE_ISA is unknown or not available.
gk_isa gk_chosen_isa(void);

// The kernels of an instruction set and precision, or NULL if they are not available.
const gk_table *gk_table_for(gk_isa isa, gk_precision precision);

// Whether the bfloat16 dot product of GK_AVX512 has twice the throughput of floats, as on processors
// of AMD (Zen 4); on those of Intel it was measured to have half of it.
int gk_multiplies_bf16_fast(void);

// The bfloat16 kernels of GK_AMX with an emulated matrix unit, for tests on any machine.
const gk_table *gk_emulated_amx_table(void);

// Hints to the processor that this thread is in a spin loop.
static inline void gk_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}
