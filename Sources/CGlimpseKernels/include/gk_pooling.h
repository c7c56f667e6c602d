// Max and average pooling.
#pragma once

typedef struct {
  long input_h, input_w, input_stride;
  long output_h, output_w, output_stride;
  long channels;
  long kernel_h, kernel_w;
  long stride_h, stride_w;
  long pad_h, pad_w;
} gk_pool;

// Average pooling with a kernel, or with adaptive windows as in PyTorch (`adaptive`: output i
// covers inputs floor(i * input / output) up to, excluding, ceil((i + 1) * input / output)).
typedef struct {
  gk_pool pool;
  int adaptive;
  // If not 0, divide by the window size including padding (PyTorch's count_include_pad).
  int counts_padding;
} gk_average;

typedef struct {
  // Computes output rows [row_begin, row_end) of n*h. `winners` (dense, may be NULL) receives the
  // row-major index of the maximum within its window.
  void (*max_forward)(const gk_pool *g, const void *x, void *y, float *winners, long row_begin,
                      long row_end);
  // Writes or adds the gradient of input rows [row_begin, row_end) of n*h.
  void (*max_backward)(const gk_pool *g, const void *gy, const float *winners, void *gx,
                       int accumulate, long row_begin, long row_end);
  // For each pooled pixel of rows [row_begin, row_end) of n*h, reads the values at its winners'
  // positions in a tensor of the unpooled size: y = x[winner], or += if `accumulate`.
  void (*max_gather)(const gk_pool *g, const void *x, const float *winners, void *y,
                     int accumulate, long row_begin, long row_end);
  // Computes output rows [row_begin, row_end) of n*h.
  void (*average_forward)(const gk_average *g, const void *x, void *y, long row_begin,
                          long row_end);
  // Writes or adds the gradient of input rows [row_begin, row_end) of n*h.
  void (*average_backward)(const gk_average *g, const void *gy, void *gx, int accumulate,
                           long row_begin, long row_end);
} gk_pooling_table;
