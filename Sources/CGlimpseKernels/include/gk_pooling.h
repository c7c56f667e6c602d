// Windows over pictures.
#ifndef GK_POOLING_H
#define GK_POOLING_H

typedef struct {
  long input_h, input_w, input_stride;
  long output_h, output_w, output_stride;
  long channels;
  long kernel_h, kernel_w;
  long stride_h, stride_w;
  long pad_h, pad_w;
} gk_pool;

typedef struct {
  // Output rows [row_begin, row_end) of n*h. `winners` (dense, may be NULL) gets the place of the
  // largest value in its window, counted in rows of the kernel.
  void (*max_forward)(const gk_pool *g, const float *x, float *y, float *winners, long row_begin,
                      long row_end);
  // The gradient of one picture.
  void (*max_backward)(const gk_pool *g, const float *gy, const float *winners, float *gx,
                       int accumulate, long image);
} gk_pooling_table;

#endif
