// Batch normalization with a fused activation.
#pragma once

#include "gk_elementwise.h"

typedef struct {
  // The mean and sum of squared deviations of each channel over `pixels` pixels, `stride` values
  // apart. Deviations are relative to the mean of short blocks, which is accurate for large means.
  void (*statistics)(const void *x, long pixels, long stride, long channels, float *mean,
                     float *squares);
  // Merges the second set of statistics, of `other_count` pixels, into the first, of `count` pixels
  // (Chan, Golub, LeVeque 1979).
  void (*merge)(float *mean, float *squares, double count, const float *other_mean,
                const float *other_squares, double other_count, long channels);
  // y = activation(x * scale + shift), per channel.
  void (*scale_shift)(gk_activation activation, const void *x, long x_stride, const float *scale,
                      const float *shift, void *y, long y_stride, long pixels, long channels);
  // With g = gy * activation'(x * scale + shift) and h = (x - mean) * inverse_deviation: adds the
  // sums of g and of g * h over the pixels to the results, per channel.
  void (*gradient_sums)(gk_activation activation, const void *x, long x_stride,
                        const float *scale, const float *shift, const float *mean,
                        const float *inverse_deviation, const void *gy, long gy_stride,
                        float *sum, float *sum_normalized, long pixels, long channels);
  // gx = g * scale + x * factor + offset, or += if `accumulate`.
  void (*gradient_input)(gk_activation activation, const void *x, long x_stride,
                         const float *scale, const float *shift, const float *factor,
                         const float *offset, const void *gy, long gy_stride, void *gx,
                         long gx_stride, int accumulate, long pixels, long channels);
} gk_normalization_table;
