// Convolutions of every kind on NHWC activations.
#pragma once

#include "gk_elementwise.h"

// The geometry of a convolution. Strides between pixels (`*_stride`) are in values and at least
// the channel count. Weights are [kernel_h][kernel_w][input_c / groups][output_c].
typedef struct {
  long n;
  long input_h, input_w, input_c, input_stride;
  long output_h, output_w, output_c, output_stride;
  long kernel_h, kernel_w;
  long stride_h, stride_w;
  long pad_h, pad_w;
  long dilation_h, dilation_w;
  long groups;
  // At least max(input_c, output_c) zeros and 64 more: what lies outside the image.
  const void *zeros;
} gk_convolution;

// What happens to a result before it is stored: bias, then residual, then activation. Either pointer
// may be NULL. `residual_stride` is in values per pixel; the residual may be the output itself. Where
// `stores_floats` is not 0, a result of output_from_input is stored as floats whatever the precision
// of the table is; only without a residual.
typedef struct {
  const float *bias;
  const void *residual;
  long residual_stride;
  gk_activation activation;
  int stores_floats;
} gk_epilogue;

// A 3x3 convolution of stride 1 as Winograd's algorithm runs it, in either direction: the gradient by
// the input is such a convolution of the output's gradient. Tiles are `tile` x `tile` outputs, 4 or 6,
// numbered by image, row, column; `pad_*` are the zeros above and left of the input.
typedef struct {
  long tile;
  long n;
  long input_h, input_w, input_c, input_stride;
  long output_h, output_w, output_c, output_stride;
  long pad_h, pad_w;
  // At least max(input_c, output_c) zeros, and a vector more.
  const float *zeros;
} gk_winograd;

// The steps of Winograd's F(m x m, 3x3). Each tile has (m + 2)^2 elements; what a step leaves for the
// next is [element][tile][channel], elements `element_stride` floats apart, channels padded to vectors.
typedef struct {
  // Floats from one element to the next, for a number of tiles and channels.
  long (*element_stride)(long tiles, long channels);
  // Transforms and packs the weights of blocks of the kept channels: output channels, or input
  // channels where `transposed` packs for the gradient by the input.
  void (*pack)(const gk_convolution *g, long tile, const float *weights, int transposed,
               long block_begin, long block_end, float *packed);
  // Transforms the inputs of tiles [tile_begin, tile_end).
  void (*input)(const gk_winograd *w, const float *input, long tile_begin, long tile_end,
                float *elements, long element_stride);
  // Multiplies `tiles` transformed tiles by the packed weights of one block of output channels, at
  // elements [element_begin, element_end).
  void (*multiply)(const gk_winograd *w, const float *elements, long element_stride,
                   const float *packed, long block, long tiles, long element_begin, long element_end,
                   float *products, long product_stride);
  // Transforms the products of one block back to the outputs of tiles [tile_begin, tile_end).
  void (*output)(const gk_winograd *w, const float *products, long product_stride, long block,
                 gk_epilogue epilogue, float *output, long tile_begin, long tile_end);

  // The gradient by the weights, for tiles of 4x4 alone: transforms the gradients of the outputs of tiles, ...
  void (*gradient)(const gk_winograd *w, const float *gradient, long tile_begin, long tile_end,
                   float *elements, long element_stride);
  // ... sums the products of inputs and gradients over tiles at one element, for one block of output
  // channels ([element][input channel][output channels, padded to vectors]), ...
  void (*sum)(const gk_winograd *w, const float *elements, long element_stride, const float *gradients,
              long gradient_stride, long tiles, long element, long block, int accumulate,
              float *sums);
  // ... and adds the sums, transformed back, to the gradient of input channels
  // [channel_begin, channel_end).
  void (*weight_gradient)(const gk_winograd *w, const float *sums, long channel_begin,
                          long channel_end, float *gradient);
} gk_winograd_table;

typedef struct {
  // Output channels (forward) or input channels (backward by input) that one block of packed weights
  // serves; the last block of a group may serve fewer.
  long (*block_channels)(long channels);
  // Pixels below which a task of a dense convolution is not worth its beginning; 0 for any.
  long task_pixels;
  // Output pixels that a tile computes at once, for that many output channels of a group: a range of
  // pixels that is no multiple wastes part of its last tile.
  long (*tile_pixels)(long channels);
  // Packs the weights of blocks of each group's kept channels: output channels, or input channels
  // where `transposed` packs for input_from_output.
  void (*pack)(const gk_convolution *g, const float *weights, int transposed, long block_begin,
               long block_end, float *packed);

  // Output pixels [pixel_begin, pixel_end) of n*h*w, blocks [block_begin, block_end) of each group.
  void (*output_from_input)(const gk_convolution *g, const void *input, const float *packed,
                            gk_epilogue epilogue, void *output, long pixel_begin, long pixel_end,
                            long block_begin, long block_end);
  // The transposed direction: each input pixel gathers from the output pixels that it contributes
  // to. It is the gradient by the input, and the forward pass of a transposed convolution.
  // Rows [row_begin, row_end) of n*h of the input, blocks of each group's input channels.
  void (*input_from_output)(const gk_convolution *g, const void *output, const float *packed,
                            gk_epilogue epilogue, void *input, long row_begin, long row_end,
                            long block_begin, long block_end);
  // Adds to `gradient` ([kh][kw][ic / groups][oc]) the part that output rows [row_begin, row_end) of
  // n*h give, for taps [tap_begin, tap_end) of kh*kw and blocks of each group's output channels.
  void (*weight_gradient)(const gk_convolution *g, const void *input,
                          const void *output_gradient, float *gradient, long row_begin,
                          long row_end, long tap_begin, long tap_end, long block_begin,
                          long block_end);

  // Depthwise: groups = input_c = output_c; weights [kh][kw][c], read as they are.
  void (*depthwise_output)(const gk_convolution *g, const void *input, const float *weights,
                           gk_epilogue epilogue, void *output, long row_begin, long row_end);
  void (*depthwise_input)(const gk_convolution *g, const void *output, const float *weights,
                          gk_epilogue epilogue, void *input, long row_begin, long row_end);
  void (*depthwise_weight_gradient)(const gk_convolution *g, const void *input,
                                    const void *output_gradient, float *gradient, long row_begin,
                                    long row_end);
} gk_convolution_table;
