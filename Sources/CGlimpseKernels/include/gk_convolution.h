// Convolutions of every kind on NHWC activations.
#ifndef GK_CONVOLUTION_H
#define GK_CONVOLUTION_H

#include "gk_elementwise.h"

// The geometry of a convolution. Strides between pixels (`*_stride`) are in floats and at least the
// channel count. Weights are [kernel_h][kernel_w][input_c / groups][output_c].
typedef struct {
  long n;
  long input_h, input_w, input_c, input_stride;
  long output_h, output_w, output_c, output_stride;
  long kernel_h, kernel_w;
  long stride_h, stride_w;
  long pad_h, pad_w;
  long dilation_h, dilation_w;
  long groups;
  // At least max(input_c, output_c) zeros: what lies outside the picture.
  const float *zeros;
} gk_convolution;

// What happens to a result before it is stored: bias, then residual, then activation. Either pointer
// may be NULL. `residual_stride` is in floats a pixel; the residual may be the output itself.
typedef struct {
  const float *bias;
  const float *residual;
  long residual_stride;
  gk_activation activation;
} gk_epilogue;

typedef struct {
  // Output channels (forward) or input channels (backward by input) that one block of packed weights
  // serves; the last block of a group may serve fewer.
  long (*block_channels)(long channels);
  // Floats that packed weights take, in either direction.
  long (*packed_count)(const gk_convolution *g, int transposed);
  // Packs all weights. `transposed` packs for input_from_output.
  void (*pack)(const gk_convolution *g, const float *weights, int transposed, float *packed);

  // Output pixels [pixel_begin, pixel_end) of n*h*w, blocks [block_begin, block_end) of each group.
  void (*output_from_input)(const gk_convolution *g, const float *input, const float *packed,
                            gk_epilogue epilogue, float *output, long pixel_begin, long pixel_end,
                            long block_begin, long block_end);
  // The transposed direction: each input pixel gathers from the output pixels that it contributes
  // to. It is the gradient by the input, and the forward pass of a transposed convolution.
  // Rows [row_begin, row_end) of n*h of the input, blocks of each group's input channels.
  void (*input_from_output)(const gk_convolution *g, const float *output, const float *packed,
                            gk_epilogue epilogue, float *input, long row_begin, long row_end,
                            long block_begin, long block_end);
  // Adds to `gradient` ([kh][kw][ic / groups][oc]) the part that output rows [row_begin, row_end) of
  // n*h give, for taps [tap_begin, tap_end) of kh*kw and blocks of each group's output channels.
  void (*weight_gradient)(const gk_convolution *g, const float *input,
                          const float *output_gradient, float *gradient, long row_begin,
                          long row_end, long tap_begin, long tap_end, long block_begin,
                          long block_end);

  // Depthwise: groups = input_c = output_c; weights [kh][kw][c], read as they are.
  void (*depthwise_output)(const gk_convolution *g, const float *input, const float *weights,
                           gk_epilogue epilogue, float *output, long row_begin, long row_end);
  void (*depthwise_input)(const gk_convolution *g, const float *output, const float *weights,
                          gk_epilogue epilogue, float *input, long row_begin, long row_end);
  void (*depthwise_weight_gradient)(const gk_convolution *g, const float *input,
                                    const float *output_gradient, float *gradient, long row_begin,
                                    long row_end);
} gk_convolution_table;

#endif
