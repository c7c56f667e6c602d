// Arithmetic on raw buffers: the only code that depends on instruction sets.
//
// Every family of kernels is a struct of function pointers. One source is compiled for each
// instruction set and precision (families.inc, included by isa_*.c) and gives one gk_table;
// gk_table_for returns it, or NULL where the processor or the build lacks what it takes.
// Activations and their gradients are `void`: values of the table's precision. Parameters, their
// gradients and statistics are floats in every table.
// Nothing here allocates: all memory is the caller's.
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

// What activations and packed weights are stored as; all arithmetic accumulates in floats.
typedef enum { GK_FLOAT32 = 0, GK_BFLOAT16 = 1 } gk_precision;

typedef struct {
  gk_convolution_table convolution;
  gk_elementwise_table elementwise;
  // All NULL in tables of bfloat16: pixels do not depend on the precision.
  gk_image_table image;
  gk_normalization_table normalization;
  gk_optimizer_table optimizer;
  gk_peak_table peak;
  gk_pixelwise_table pixelwise;
  gk_pooling_table pooling;
  gk_resampling_table resampling;
  // All NULL in the scalar table, which is the reference: it multiplies by the definition.
  gk_winograd_table winograd;
} gk_table;

// The instruction set to use, chosen once: the one that the variable GLIMPSE_ISA of the environment
// names (scalar, neon, avx2, avx512 or amx), otherwise the widest that can run here. GK_NO_ISA where
// GLIMPSE_ISA names none or one that cannot run here.
gk_isa gk_chosen_isa(void);

// The kernels of an instruction set and precision, or NULL where they cannot run here.
const gk_table *gk_table_for(gk_isa isa, gk_precision precision);

// The kernels of GK_AMX in bfloat16 with a matrix unit made of plain code, on any machine: for tests.
const gk_table *gk_emulated_amx_table(void);

// Hint to the processor that this thread spins.
static inline void gk_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}
