// Winograd's algorithm against the direct convolution of the scalar reference.
#include "convolution.h"

// The limit for tiles of 6x6 outputs, whose transforms multiply rounding errors about six times as
// much as those of 4x4 outputs (WinogradTests.swift).
#define LARGE_TILE_LIMIT 5e-5

// Floats after the rows of each element.
#define ELEMENT_MARGIN 16

// `chunk` is the number of channels that are multiplied at a time, `groups` the number of groups of
// tiles that are transformed at a time.
typedef struct {
  long n, h, w, input, output, pad_h, pad_w, chunk, groups, gap;
} winograd_case;

static const winograd_case winograd_cases[] = {
    {1, 7, 9, 1, 1, 1, 1, 64, 1, 5},
    {1, 7, 9, 3, 5, 1, 1, 64, 1, 5},
    {1, 7, 9, 5, 17, 1, 1, 16, 2, 5},
    {1, 7, 9, 17, 33, 1, 1, 16, 1, 5},
    {1, 7, 9, 33, 3, 1, 1, 32, 2, 5},
    {1, 7, 9, 64, 64, 1, 1, 16, 1, 5},
    {1, 7, 9, 31, 100, 1, 1, 64, 2, 0},
    {1, 7, 9, 8, 130, 1, 1, 64, 1, 5},
    {1, 7, 9, 130, 8, 1, 1, 64, 1, 5},
    {1, 1, 1, 7, 9, 1, 1, 64, 1, 5},
    {1, 4, 8, 16, 16, 1, 1, 64, 1, 0},
    {3, 13, 6, 20, 48, 1, 1, 16, 2, 5},
    {2, 9, 11, 6, 7, 0, 0, 64, 1, 5},
    {2, 9, 11, 7, 6, 2, 2, 64, 2, 5},
    {1, 8, 10, 5, 20, 0, 2, 64, 1, 5},
    // Enough tiles for several whole register tiles per task.
    {2, 20, 33, 34, 33, 1, 1, 32, 2, 5},
};

static long padded(long channels) { return (channels + 15) / 16 * 16; }

static long divided(long a, long b) { return (a + b - 1) / b; }

// One direction as a convolution of stride 1 with the given sizes and padding.
static gk_winograd direction_of(const gk_convolution *g, int transposed, long tile, long chunk) {
  gk_winograd w = {.tile = tile, .n = g->n, .chunk = chunk, .zeros = g->zeros};
  if (transposed) {
    w.input_h = g->output_h, w.input_w = g->output_w, w.input_c = g->output_c;
    w.output_h = g->input_h, w.output_w = g->input_w, w.output_c = g->input_c;
    w.input_stride = g->output_stride, w.output_stride = g->input_stride;
    w.pad_h = 2 - g->pad_h, w.pad_w = 2 - g->pad_w;
  } else {
    w.input_h = g->input_h, w.input_w = g->input_w, w.input_c = g->input_c;
    w.output_h = g->output_h, w.output_w = g->output_w, w.output_c = g->output_c;
    w.input_stride = g->input_stride, w.output_stride = g->output_stride;
    w.pad_h = g->pad_h, w.pad_w = g->pad_w;
  }
  return w;
}

static long tiles_of(const gk_winograd *w) {
  return w->n * divided(w->output_h, w->tile) * divided(w->output_w, w->tile);
}

static long elements_of(const gk_winograd *w) { return (w->tile + 2) * (w->tile + 2); }

// The size of the transformed tiles of a group.
static long transformed_size(const gk_winograd *w, long channels, long chunk) {
  return elements_of(w) *
         (w->tiles * padded(channels) + ELEMENT_MARGIN * divided(channels, chunk));
}

// Selects one of `groups` groups of tiles.
static void select_group(gk_winograd *w, long group, long groups) {
  long tiles = tiles_of(w);
  w->first_tile = tiles * group / groups;
  w->tiles = tiles * (group + 1) / groups - w->first_tile;
}

// A task: all blocks of output channels for tiles [begin, end) of the group.
static void run_task(const gk_winograd_table *kernels, const gk_winograd *w, const float *weights,
                     const float *elements, long begin, long end, gk_epilogue e, void *output) {
  long block_channels = kernels->block_channels();
  float *transformed = new_scratch(elements_of(w) * (w->chunk * block_channels + ELEMENT_MARGIN));
  float *products =
      new_scratch(elements_of(w) * ((end - begin) * block_channels + ELEMENT_MARGIN));
  for (long block = 0; block < divided(w->output_c, block_channels); block++) {
    for (long chunk = 0; chunk < divided(w->input_c, w->chunk); chunk++) {
      kernels->weights(w, weights, block, chunk, transformed);
      kernels->multiply(w, elements, begin, end, transformed, block, chunk, products);
    }
    kernels->output(w, products, block, e, output, begin, end);
  }
}

static void run_winograd(const gk_winograd_table *kernels, gk_winograd w, long groups,
                         const float *weights, const void *input, gk_epilogue e, void *output) {
  if (tiles_of(&w) < groups) groups = 1;
  for (long group = 0; group < groups; group++) {
    select_group(&w, group, groups);
    float *elements = new_scratch(transformed_size(&w, w.input_c, w.chunk));
    long some = w.tiles / 3;
    kernels->input(&w, input, 0, some, elements);
    kernels->input(&w, input, some, w.tiles, elements);
    run_task(kernels, &w, weights, elements, 0, some, e, output);
    run_task(kernels, &w, weights, elements, some, w.tiles, e, output);
  }
}

static void run_winograd_gradient(const gk_table *table, const gk_convolution *g, long groups,
                                  const void *input, const void *output_gradient,
                                  float *gradient) {
  const gk_winograd_table *kernels = &table->winograd;
  // All channels are one chunk.
  gk_winograd w = direction_of(g, 0, 4, padded(g->input_c));
  if (tiles_of(&w) < groups) groups = 1;
  float *sums = new_scratch(elements_of(&w) * w.input_c * padded(w.output_c));
  for (long group = 0; group < groups; group++) {
    select_group(&w, group, groups);
    float *inputs = new_scratch(transformed_size(&w, w.input_c, w.chunk));
    float *gradients = new_scratch(transformed_size(&w, w.output_c, padded(w.output_c)));
    long some = w.tiles / 3;
    kernels->input(&w, input, 0, w.tiles, inputs);
    kernels->gradient(&w, output_gradient, 0, some, gradients);
    kernels->gradient(&w, output_gradient, some, w.tiles, gradients);
    for (long element = 0; element < elements_of(&w); element++) {
      for (long block = 0; block < convolution_blocks(table, w.output_c); block++) {
        kernels->sum(&w, inputs, gradients, element, block, group > 0, sums);
      }
    }
  }
  long some = w.input_c / 3;
  kernels->weight_gradient(&w, sums, 0, some, gradient);
  kernels->weight_gradient(&w, sums, some, w.input_c, gradient);
}

// Exchanges input and output channels of the weights, for the input gradient.
static const float *turned(const gk_winograd_table *kernels, const gk_convolution *g,
                           const float *weights) {
  float *result = new_scratch(9 * g->input_c * g->output_c);
  long some = g->output_c / 3;
  kernels->turn(g->input_c, g->output_c, weights, 0, some, result);
  kernels->turn(g->input_c, g->output_c, weights, some, g->output_c, result);
  return result;
}

// The epilogues of a direction: an expensive activation after a residual, a cheap one, and a
// forward pass with floats as output.
enum { WITH_RESIDUAL, PLAIN, TO_FLOATS, EPILOGUES };

// Indexed by direction and by whether tiles are large.
static const char *const result_names[2][2] = {
    {"the output by 4x4 tiles", "the output by 6x6 tiles"},
    {"the input gradient by 4x4 tiles", "the input gradient by 6x6 tiles"}};

static void check_direction(const winograd_case *c, const gk_convolution *g, int transposed,
                            const float *weights) {
  long input_pixels = g->n * g->input_h * g->input_w;
  long output_pixels = g->n * g->output_h * g->output_w;
  long pixels = transposed ? input_pixels : output_pixels;
  long channels = transposed ? g->input_c : g->output_c;
  tensor source = new_source(checked.value_bytes, transposed ? output_pixels : input_pixels,
                             transposed ? g->output_c : g->input_c, c->gap, 1);
  const gk_winograd_table *kernels = &checked.tables[TESTED]->winograd;
  const float *own = transposed ? turned(kernels, g, weights) : weights;
  const float *bias = new_parameters(channels, 2);
  static const gk_activation_kind activations[] = {GK_SILU, GK_RELU, GK_HARD_SWISH};
  for (int epilogue = 0; epilogue < (transposed ? TO_FLOATS : EPILOGUES); epilogue++) {
    int bytes = epilogue == TO_FLOATS ? 4 : checked.value_bytes;
    tensor expected = new_target(bytes, pixels, channels, c->gap, 3);
    gk_epilogue e = {.bias = bias,
                     .residual = epilogue == WITH_RESIDUAL ? expected.data : NULL,
                     .residual_stride = expected.stride,
                     .activation = {activations[epilogue], 0},
                     .stores_floats = epilogue == TO_FLOATS};
    (transposed ? run_transposed : run_forward)(checked.tables[REFERENCE], g, source.data, weights,
                                                e, expected.data);
    for (int is_large = 0; is_large < 2; is_large++) {
      tensor found = new_target(bytes, pixels, channels, c->gap, 3);
      if (epilogue == WITH_RESIDUAL) e.residual = found.data;
      run_winograd(kernels, direction_of(g, transposed, is_large ? 6 : 4, c->chunk), c->groups,
                   own, source.data, e, found.data);
      compare(result_names[transposed][is_large], expected, found,
              is_large ? LARGE_TILE_LIMIT : SUM_LIMIT);
    }
  }
}

static void check_gradient(const winograd_case *c, const gk_convolution *g) {
  tensor x = new_source(checked.value_bytes, g->n * g->input_h * g->input_w, g->input_c, c->gap, 4);
  tensor gy =
      new_source(checked.value_bytes, g->n * g->output_h * g->output_w, g->output_c, c->gap, 5);
  tensor expected = new_target(4, 1, weight_count(g), 0, 6);
  tensor found = new_target(4, 1, weight_count(g), 0, 6);
  run_weight_gradient(checked.tables[REFERENCE], g, x.data, gy.data, 0, expected.data);
  run_winograd_gradient(checked.tables[TESTED], g, c->groups, x.data, gy.data, found.data);
  compare("the weight gradient", expected, found, SUM_LIMIT);
}

void check_winograd(void) {
  begin_family("Winograd");
  for (unsigned i = 0; i < sizeof winograd_cases / sizeof *winograd_cases; i++) {
    const winograd_case *c = &winograd_cases[i];
    begin_case("%ldx%ldx%ld %ld->%ld padding %ldx%ld chunk %ld groups %ld gap %ld", c->n, c->h,
               c->w, c->input, c->output, c->pad_h, c->pad_w, c->chunk, c->groups, c->gap);
    gk_convolution g = {.n = c->n, .input_h = c->h, .input_w = c->w, .input_c = c->input,
                        .input_stride = c->input + c->gap, .output_h = c->h + 2 * c->pad_h - 2,
                        .output_w = c->w + 2 * c->pad_w - 2, .output_c = c->output,
                        .output_stride = c->output + c->gap, .kernel_h = 3, .kernel_w = 3,
                        .stride_h = 1, .stride_w = 1, .pad_h = c->pad_h, .pad_w = c->pad_w,
                        .dilation_h = 1, .dilation_w = 1, .groups = 1,
                        .zeros = new_zeros((c->input > c->output ? c->input : c->output) + 16)};
    const float *weights = new_parameters(weight_count(&g), 7);
    check_direction(c, &g, 0, weights);
    check_direction(c, &g, 1, weights);
    check_gradient(c, &g);
    end_case();
  }
  end_family();
}
