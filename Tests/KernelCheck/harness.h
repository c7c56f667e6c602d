// What all families of the check share: tensors in guarded memory, comparison, and reports.
#pragma once

#include "glimpse_kernels.h"

#include <stddef.h>

// The two tables of a comparison.
enum { REFERENCE, TESTED, SIDES };

// The tables that are compared: the scalar reference and one of the same precision.
typedef struct {
  // Instruction set and precision, for messages.
  char name[32];
  const gk_table *tables[SIDES];
  // Bytes per activation: 4 or, in bfloat16, 2.
  int value_bytes;
} subject;
extern subject checked;

// Limits of the difference between two tables, as fractions of the largest expected value; those of
// bfloat16 tensors are in harness.c. Convolutions sum up to some thousand products in another
// order, and instruction sets with a fused multiply-add round once where others round twice: a few
// units of 2^-24 per sum.
#define SUM_LIMIT 2e-5
// The other kernels sum fewer values.
#define VALUE_LIMIT 1e-5

// Values of 4 (float), 2 (bfloat16) or 1 (unsigned) bytes. Pixel p begins at value p * stride of
// `data`; the values between the channels of two pixels belong to neither.
typedef struct {
  void *data;
  long pixels, channels, stride;
  int bytes;
} tensor;

// Tensors live until the end of the case. With a gap they begin at a place that is not aligned to
// vectors, and `gap` values lie between the pixels. Both kinds are filled with numbers in [-1, 1)
// that depend only on the seed; in a bfloat16 check, all numbers are exact in bfloat16.
//
// Memory around the pixels of a source is NaN, so that a kernel that uses it gives NaN.
tensor new_source(int bytes, long pixels, long channels, long gap, unsigned seed);
// Memory around the pixels of a target is a finite pattern, different from what a kernel would
// compute from sources or zeros.
tensor new_target(int bytes, long pixels, long channels, long gap, unsigned seed);

// Replaces the numbers of a tensor by others in [low, high), or bytes by any bytes.
void fill(const tensor *t, unsigned seed, double low, double high);
double value_at(const tensor *t, long pixel, long channel);
void set_value(const tensor *t, long pixel, long channel, float value);

// `count` floats that kernels only read.
float *new_parameters(long count, unsigned seed);
// `count` NaNs: memory for intermediate results, of which a kernel must read only what was written.
float *new_scratch(long count);
// `count` zeros in the precision of activations.
void *new_zeros(long count);

void begin_family(const char *name);
// Prints the number of cases and the largest difference.
void end_family(void);
// Names a case for messages.
void begin_case(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Checks the memory around all tensors of the case and frees them.
void end_case(void);

// Reports a failure of the case.
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
long failure_count(void);

// Fails unless all values are finite and differ by at most `limit`, as a fraction of the largest
// expected value.
void compare(const char *what, tensor expected, tensor found, double limit);
// The same, but NaN is expected where the reference has it.
void compare_with_nan(const char *what, tensor expected, tensor found, double limit);
// Compares input gradients: those of gradients[0] were written, those of gradients[1] added.
void compare_gradients(tensor gradients[2][SIDES], double limit);
// Fails unless all values have the same bits.
void compare_bits(const char *what, tensor expected, tensor found);

void check_convolution(void);
void check_depthwise(void);
void check_winograd(void);
void check_elementwise(void);
void check_optimizer(void);
void check_normalization(void);
void check_pixelwise(void);
void check_pooling(void);
void check_resampling(void);
void check_image(void);
void check_peak(void);
