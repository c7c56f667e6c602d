// Enlarging images by interpolation.
#pragma once

// `rows` and `columns` hold, for each output row or column, the first of the two input ones that it
// is interpolated from, then, behind all of these, the weight of the second, which is 0 where the first is
// the last of the image. The first ones never decrease.
typedef struct {
  long input_h, input_w, input_stride;
  long output_h, output_w, output_stride;
  long channels;
  const float *rows;
  const float *columns;
} gk_bilinear;

typedef struct {
  // Output rows [row_begin, row_end) of n*h.
  void (*bilinear)(const gk_bilinear *g, const void *x, void *y, long row_begin, long row_end);
  // The gradient of input rows [row_begin, row_end) of n*h, written or added.
  void (*bilinear_backward)(const gk_bilinear *g, const void *gy, void *gx, int accumulate,
                            long row_begin, long row_end);
} gk_resampling_table;
