// Convolutions on NHWC activations.
#pragma once

#include "gk_elementwise.h"

// The geometry of a convolution. The distances between pixels (`input_stride`, `output_stride`) are
// in values and at least the channel count. Weights are
// [kernel_h][kernel_w][input_c / groups][output_c].
typedef struct {
  long n;
  long input_h, input_w, input_c, input_stride;
  long output_h, output_w, output_c, output_stride;
  long kernel_h, kernel_w;
  long stride_h, stride_w;
  long pad_h, pad_w;
  long dilation_h, dilation_w;
  long groups;
  // At least max(input_c, output_c) + 64 zeros, read in place of pixels outside the image.
  const void *zeros;
} gk_convolution;

// The operations on a result before it is stored: bias, then residual, then activation. Both
// pointers may be NULL. `residual_stride` is in values per pixel; the residual may alias the
// output. If `stores_floats` is not 0, output_from_input stores floats regardless of the table's
// precision; this requires that there is no residual.
typedef struct {
  const float *bias;
  const void *residual;
  long residual_stride;
  gk_activation activation;
  int stores_floats;
} gk_epilogue;

// A 3x3 convolution of stride 1 by Winograd's algorithm. The input gradient is also such a
// convolution, of the output gradient. Tiles have `tile` x `tile` outputs (4 or 6) and are numbered
// by image, row, column; `pad_*` is the padding at the top and left of the input.
typedef struct {
  long tile;
  long n;
  long input_h, input_w, input_c, input_stride;
  long output_h, output_w, output_c, output_stride;
  long pad_h, pad_w;
  // The group of tiles that is transformed at a time; all tile arguments are relative to it.
  long first_tile, tiles;
  // The number of input channels that are multiplied at a time, a multiple of the vector width.
  long chunk;
  // At least max(input_c, output_c) zeros plus one vector.
  const void *zeros;
} gk_winograd;

// The steps of Winograd's F(m x m, 3x3). Each tile has (m + 2)^2 elements. All intermediate results
// are floats, [element][row][channel], with channels padded to vectors and 16 floats after the rows
// of each element. Transformed inputs consist of such an array per chunk of channels.
typedef struct {
  // The number of output channels per block; the last one may have fewer.
  long (*block_channels)(void);
  // Rearranges weights for the input gradient: kernels are rotated by 180 degrees, and input and
  // output channels exchanged, for output channels [channel_begin, channel_end).
  void (*turn)(long input_c, long output_c, const float *weights, long channel_begin,
               long channel_end, float *turned);
  // Transforms the weights ([kh][kw][input_c][output_c]) of one chunk and block; rows are summed
  // channels. Each element has room for `chunk` rows of a whole block.
  void (*weights)(const gk_winograd *w, const float *weights, long block, long chunk,
                  float *transformed);
  // Transforms the inputs of tiles [tile_begin, tile_end).
  void (*input)(const gk_winograd *w, const void *input, long tile_begin, long tile_end,
                float *elements);
  // Multiplies transformed tiles by the transformed weights of one block and chunk. The products of
  // chunk 0 are stored, those of other chunks added.
  void (*multiply)(const gk_winograd *w, const float *elements, long tile_begin, long tile_end,
                   const float *transformed, long block, long chunk, float *products);
  // Applies the inverse transform to the products of one block, for tiles [tile_begin, tile_end).
  void (*output)(const gk_winograd *w, const float *products, long block, gk_epilogue epilogue,
                 void *output, long tile_begin, long tile_end);

  // Weight gradient (4x4 tiles and one chunk only), step 1: transforms the output gradients.
  void (*gradient)(const gk_winograd *w, const void *gradient, long tile_begin, long tile_end,
                   float *elements);
  // Step 2: sums the products of inputs and gradients over tiles at one element, for one block of
  // output channels of gk_convolution_table ([element][input channel][output channels, padded to
  // vectors]).
  void (*sum)(const gk_winograd *w, const float *elements, const float *gradients, long element,
              long block, int accumulate, float *sums);
  // Step 3: applies the inverse transform to the sums and adds them to the weight gradient of input
  // channels [channel_begin, channel_end).
  void (*weight_gradient)(const gk_winograd *w, const float *sums, long channel_begin,
                          long channel_end, float *gradient);
} gk_winograd_table;

typedef struct {
  // The number of output channels (forward) or input channels (input gradient) per block of packed
  // weights; the last block of a group may have fewer.
  long (*block_channels)(long channels);
  // The minimum number of pixels per task of a dense convolution; 0 for no minimum.
  long task_pixels;
  // The number of output pixels per tile, for a number of output channels per group. A pixel range
  // that is not a multiple wastes part of its last tile.
  long (*tile_pixels)(long channels);
  // Packs the weights for blocks [block_begin, block_end) of each group's kept (not summed)
  // channels: output channels, or input channels if `transposed` packs for input_from_output.
  void (*pack)(const gk_convolution *g, const float *weights, int transposed, long block_begin,
               long block_end, float *packed);

  // Computes output pixels [pixel_begin, pixel_end) of n*h*w for blocks [block_begin, block_end) of
  // each group.
  void (*output_from_input)(const gk_convolution *g, const void *input, const float *packed,
                            gk_epilogue epilogue, void *output, long pixel_begin, long pixel_end,
                            long block_begin, long block_end);
  // The transposed direction: each input pixel gathers from the output pixels that it contributes
  // to. This is the input gradient, and the forward pass of a transposed convolution. Computes
  // input rows [row_begin, row_end) of n*h for blocks of each group's input channels.
  void (*input_from_output)(const gk_convolution *g, const void *output, const float *packed,
                            gk_epilogue epilogue, void *input, long row_begin, long row_end,
                            long block_begin, long block_end);
  // Adds to `gradient` ([kh][kw][ic / groups][oc]) the contribution of output rows
  // [row_begin, row_end) of n*h, for taps [tap_begin, tap_end) of kh*kw and blocks of each group's
  // output channels.
  void (*weight_gradient)(const gk_convolution *g, const void *input,
                          const void *output_gradient, float *gradient, long row_begin,
                          long row_end, long tap_begin, long tap_end, long block_begin,
                          long block_end);

  // Depthwise: groups = input_c = output_c; unpacked weights [kh][kw][c].
  void (*depthwise_output)(const gk_convolution *g, const void *input, const float *weights,
                           gk_epilogue epilogue, void *output, long row_begin, long row_end);
  void (*depthwise_input)(const gk_convolution *g, const void *output, const float *weights,
                          gk_epilogue epilogue, void *input, long row_begin, long row_end);
  void (*depthwise_weight_gradient)(const gk_convolution *g, const void *input,
                                    const void *output_gradient, float *gradient, long row_begin,
                                    long row_end);
} gk_convolution_table;
