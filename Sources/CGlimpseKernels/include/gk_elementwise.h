// Activations and elementwise arithmetic.
#pragma once

// The activations; `parameter` is leaky ReLU's slope and ELU's alpha.
typedef enum {
  GK_IDENTITY = 0,
  GK_RELU,
  GK_LEAKY_RELU,
  GK_ELU,
  GK_SILU,
  GK_HARD_SWISH,
  GK_GELU,
  GK_SIGMOID,
  GK_TANH,
} gk_activation_kind;

typedef struct {
  gk_activation_kind kind;
  float parameter;
} gk_activation;

// Rounding to integer levels: round(x / divisor), ties to even, limited to low...high, plus offset, times
// scale. The limits are integers of a magnitude below 2^22.
typedef struct {
  float divisor, low, high, offset, scale;
} gk_quantization;

typedef struct {
  // y[i] = activation(x[i]); y may be x.
  void (*activate)(gk_activation activation, const void *x, void *y, long count);
  // gx[i] = gy[i] * activation'(x[i]), or += if `accumulate`; gx may be gy.
  void (*activate_backward)(gk_activation activation, const void *x, const void *gy, void *gx,
                            long count, int accumulate);
  // y[i] = a[i] + b[i]; y may be a or b.
  void (*add)(const void *a, const void *b, void *y, long count);
  // y = a * b, or += if `accumulate`; a stride of 0 repeats one pixel. y may be a or b.
  void (*multiply)(const void *a, long a_stride, const void *b, long b_stride, void *y,
                   long y_stride, int accumulate, long pixels, long channels);
  // sum[c] += the sum of a * b over the pixels, per channel.
  void (*product_sums)(const void *a, long a_stride, const void *b, long b_stride, float *sum,
                       long pixels, long channels);
  // y[i] = x[i] * scale if the 24-bit random number of `seed` and `index` + i is at least
  // `threshold`, else 0; or += if `accumulate`. y may be x.
  void (*dropout)(unsigned long seed, unsigned long index, unsigned threshold, float scale,
                  const void *x, void *y, int accumulate, long count);
  // sum[c] += the sum of x over the pixels, per channel.
  void (*sums)(const void *x, long stride, float *sum, long pixels, long channels);
  // Quantizes x or, with `factors`, x times the factor of its channel, in which case the divisor is
  // ignored; a NaN stays NaN. y may be x.
  void (*quantize)(gk_quantization quantization, const void *x, long x_stride,
                   const float *factors, void *y, long y_stride, long pixels, long channels);
  // The smallest and the largest value; NaNs are skipped.
  void (*range)(const void *x, long stride, long pixels, long channels, float *low, float *high);
  // Converts between floats and the precision of the table: y[i] = x[i], or += if `accumulate`.
  void (*from_floats)(const float *x, void *y, int accumulate, long count);
  void (*to_floats)(const void *x, float *y, int accumulate, long count);
} gk_elementwise_table;
