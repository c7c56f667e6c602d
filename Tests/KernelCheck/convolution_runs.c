#include "convolution.h"

long weight_count(const gk_convolution *g) {
  return g->kernel_h * g->kernel_w * (g->input_c / g->groups) * g->output_c;
}

long convolution_blocks(const gk_table *table, long channels) {
  long size = table->convolution.block_channels(channels);
  return (channels + size - 1) / size;
}

int is_depthwise(const gk_convolution *g) {
  return g->groups > 1 && g->groups == g->input_c && g->groups == g->output_c;
}

// An upper bound of the packed weights on any instruction set: channels are padded to 16 floats,
// and the matrix unit sums 32 bfloat16 channels at a time, in the space of 16 floats.
static long packed_bound(const gk_convolution *g, int transposed) {
  long kept = (transposed ? g->input_c : g->output_c) / g->groups;
  long summed = (transposed ? g->output_c : g->input_c) / g->groups;
  long whole_steps = (summed + 31) / 32 * 16;
  return g->kernel_h * g->kernel_w * ((kept + 15) / 16 * 16) * g->groups *
         (summed > whole_steps ? summed : whole_steps);
}

static const float *packed(const gk_table *table, const gk_convolution *g, const float *weights,
                           int transposed, long blocks) {
  float *result = new_scratch(packed_bound(g, transposed));
  for (long block = 0; block < blocks; block++) {
    table->convolution.pack(g, weights, transposed, block, block + 1, result);
  }
  return result;
}

void run_forward(const gk_table *table, const gk_convolution *g, const void *input,
                 const float *weights, gk_epilogue e, void *output) {
  const gk_convolution_table *kernels = &table->convolution;
  if (is_depthwise(g)) {
    long rows = g->n * g->output_h, some = rows / 3;
    kernels->depthwise_output(g, input, weights, e, output, 0, some);
    kernels->depthwise_output(g, input, weights, e, output, some, rows);
    return;
  }
  long blocks = convolution_blocks(table, g->output_c / g->groups);
  const float *own = packed(table, g, weights, 0, blocks);
  // All blocks for a range that ends within a tile, then block by block.
  long pixels = g->n * g->output_h * g->output_w, some = pixels * 2 / 3;
  kernels->output_from_input(g, input, own, e, output, 0, some, 0, blocks);
  for (long block = 0; block < blocks; block++) {
    kernels->output_from_input(g, input, own, e, output, some, pixels, block, block + 1);
  }
}

void run_transposed(const gk_table *table, const gk_convolution *g, const void *output,
                    const float *weights, gk_epilogue e, void *input) {
  const gk_convolution_table *kernels = &table->convolution;
  long rows = g->n * g->input_h, some = rows / 3;
  if (is_depthwise(g)) {
    kernels->depthwise_input(g, output, weights, e, input, 0, some);
    kernels->depthwise_input(g, output, weights, e, input, some, rows);
    return;
  }
  long blocks = convolution_blocks(table, g->input_c / g->groups);
  const float *own = packed(table, g, weights, 1, blocks);
  kernels->input_from_output(g, output, own, e, input, 0, some, 0, blocks);
  for (long block = 0; block < blocks; block++) {
    kernels->input_from_output(g, output, own, e, input, some, rows, block, block + 1);
  }
}

void run_weight_gradient(const gk_table *table, const gk_convolution *g, const void *input,
                         const void *output_gradient, int by_taps, float *gradient) {
  const gk_convolution_table *kernels = &table->convolution;
  long rows = g->n * g->output_h, some = rows / 3;
  if (is_depthwise(g)) {
    if (by_taps) some = 0;
    kernels->depthwise_weight_gradient(g, input, output_gradient, gradient, 0, some);
    kernels->depthwise_weight_gradient(g, input, output_gradient, gradient, some, rows);
    return;
  }
  long taps = g->kernel_h * g->kernel_w;
  long blocks = convolution_blocks(table, g->output_c / g->groups);
  if (!by_taps) {
    kernels->weight_gradient(g, input, output_gradient, gradient, 0, some, 0, taps, 0, blocks);
    kernels->weight_gradient(g, input, output_gradient, gradient, some, rows, 0, taps, 0, blocks);
    return;
  }
  for (long tap = 0; tap < taps; tap++) {
    for (long block = 0; block < blocks; block++) {
      kernels->weight_gradient(g, input, output_gradient, gradient, 0, rows, tap, tap + 1, block,
                               block + 1);
    }
  }
}
