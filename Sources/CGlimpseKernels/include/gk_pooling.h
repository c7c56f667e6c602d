// Windows over images.
#pragma once

typedef struct {
  long input_h, input_w, input_stride;
  long output_h, output_w, output_stride;
  long channels;
  long kernel_h, kernel_w;
  long stride_h, stride_w;
  long pad_h, pad_w;
} gk_pool;

// Windows whose extents follow from a rule: those of a kernel, or bins that partition the image
// (`adaptive`; output i covers floor(i * input / output) up to ceil((i + 1) * input / output)).
typedef struct {
  gk_pool pool;
  int adaptive;
  // Divide by the window's size with the padding in it, not by the values that it holds.
  int counts_padding;
} gk_average;

typedef struct {
  // Output rows [row_begin, row_end) of n*h. `winners` (dense, may be NULL) gets the position of the
  // largest value in its window, counted in rows of the kernel.
  void (*max_forward)(const gk_pool *g, const void *x, void *y, float *winners, long row_begin,
                      long row_end);
  // The gradient of input rows [row_begin, row_end) of n*h, written or added.
  void (*max_backward)(const gk_pool *g, const void *gy, const float *winners, void *gx,
                       int accumulate, long row_begin, long row_end);
  // Each pooled pixel, of rows [row_begin, row_end) of n*h, takes what lies at its winners' positions
  // in an image of the unpooled size: y = x[winner], or += where `accumulate`.
  void (*max_gather)(const gk_pool *g, const void *x, const float *winners, void *y,
                     int accumulate, long row_begin, long row_end);
  // Output rows [row_begin, row_end) of n*h.
  void (*average_forward)(const gk_average *g, const void *x, void *y, long row_begin,
                          long row_end);
  // The gradient of input rows [row_begin, row_end) of n*h, written or added.
  void (*average_backward)(const gk_average *g, const void *gy, void *gx, int accumulate,
                           long row_begin, long row_end);
} gk_pooling_table;
