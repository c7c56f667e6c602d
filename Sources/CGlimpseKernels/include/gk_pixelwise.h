// Reductions over the channels of each pixel: layer normalization and softmax.
#pragma once

typedef struct {
  // y = (x - mean) * inverse * weight + bias with the mean and inverse standard deviation of each
  // pixel, which are also written, one of each per pixel.
  void (*layer_norm)(const void *x, long x_stride, const float *weight, const float *bias,
                     float epsilon, void *y, long y_stride, float *mean, float *inverse,
                     long pixels, long channels);
  // gx (may be NULL) is written, or added to if `accumulate`. The sums of gy * xhat and of gy over
  // the pixels are added to `weight_sum` and `bias_sum`, per channel.
  void (*layer_norm_backward)(const void *x, long x_stride, const float *weight,
                              const float *mean, const float *inverse, const void *gy,
                              long gy_stride, void *gx, long gx_stride, int accumulate,
                              float *weight_sum, float *bias_sum, long pixels, long channels);
  // y[c] = e^x[c] / sum of e^x over the channels.
  void (*softmax)(const void *x, long x_stride, void *y, long y_stride, long pixels,
                  long channels);
  // gx[c] = y[c] * (gy[c] - sum of gy * y over the channels), or += if `accumulate`.
  void (*softmax_backward)(const void *y, long y_stride, const void *gy, long gy_stride,
                           void *gx, long gx_stride, int accumulate, long pixels, long channels);
} gk_pixelwise_table;
