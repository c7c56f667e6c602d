// Bilinear upsampling of tensors.
#pragma once

// `rows` and `columns` hold, for each output row or column, the index of the first of its two input
// rows or columns, followed by the weights of the second ones. The weight is 0 if the first is the
// last of the image. Indices are in ascending order.
typedef struct {
  long input_h, input_w, input_stride;
  long output_h, output_w, output_stride;
  long channels;
  const float *rows;
  const float *columns;
} gk_bilinear;

typedef struct {
  // Computes output rows [row_begin, row_end) of n*h.
  void (*bilinear)(const gk_bilinear *g, const void *x, void *y, long row_begin, long row_end);
  // Writes or adds the gradient of input rows [row_begin, row_end) of n*h.
  void (*bilinear_backward)(const gk_bilinear *g, const void *gy, void *gx, int accumulate,
                            long row_begin, long row_end);
} gk_resampling_table;
