// Max and average pooling, and bilinear upsampling.
#include "harness.h"

#include <math.h>

static const long channel_counts[] = {1, 3, 17, 33, 64, 100, 130};
#define COUNT_OF(LIST) (sizeof(LIST) / sizeof *(LIST))

// Distances between pixels: channels plus these.
#define INPUT_GAP 5
#define OUTPUT_GAP 3

typedef struct {
  long n, h, w, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w;
} pool_case;

static const pool_case pool_cases[] = {
    {2, 7, 5, 2, 2, 2, 2, 0, 0}, {2, 7, 5, 3, 3, 2, 2, 1, 1}, {1, 7, 6, 5, 5, 1, 1, 2, 2},
    {1, 5, 7, 2, 3, 1, 2, 1, 0}, {2, 9, 4, 3, 3, 1, 1, 1, 1}, {1, 1, 1, 3, 3, 2, 2, 1, 1},
};

static gk_pool pool_of(const pool_case *c, long channels) {
  return (gk_pool){.input_h = c->h, .input_w = c->w, .input_stride = channels + INPUT_GAP,
                   .output_h = (c->h + 2 * c->pad_h - c->kernel_h) / c->stride_h + 1,
                   .output_w = (c->w + 2 * c->pad_w - c->kernel_w) / c->stride_w + 1,
                   .output_stride = channels + OUTPUT_GAP, .channels = channels,
                   .kernel_h = c->kernel_h, .kernel_w = c->kernel_w, .stride_h = c->stride_h,
                   .stride_w = c->stride_w, .pad_h = c->pad_h, .pad_w = c->pad_w};
}

static tensor pixels_of(int is_target, long pixels, long channels, long gap, unsigned seed) {
  return (is_target ? new_target : new_source)(checked.value_bytes, pixels, channels, gap, seed);
}

// With few different values, so that windows have several maxima, of which the first one wins.
static void check_max(const pool_case *c, long channels, int poisoned) {
  gk_pool g = pool_of(c, channels);
  begin_case("max of %ldx%ld, stride %ldx%ld, padding %ldx%ld, of %ldx%ldx%ld, %ld channels%s",
             c->kernel_h, c->kernel_w, c->stride_h, c->stride_w, c->pad_h, c->pad_w, c->n, c->h,
             c->w, channels, poisoned ? " with a NaN" : "");
  long inputs = c->n * g.input_h * g.input_w, outputs = c->n * g.output_h * g.output_w;
  long rows = c->n * g.output_h, some = rows / 3;
  tensor x = pixels_of(0, inputs, channels, INPUT_GAP, 1), y[2][SIDES], winners[SIDES];
  for (long p = 0; p < inputs; p++) {
    for (long k = 0; k < channels; k++) {
      set_value(&x, p, k, (float)rint(value_at(&x, p, k) * 4) / 4);
    }
  }
  // A NaN is the maximum of its window.
  if (poisoned) set_value(&x, inputs / 2, channels - 1, __builtin_nanf(""));
  for (int side = 0; side < SIDES; side++) {
    const gk_pooling_table *table = &checked.tables[side]->pooling;
    winners[side] = new_target(4, outputs, channels, 0, 2);
    for (int way = 0; way < 2; way++) {
      tensor *to = &y[way][side];
      *to = pixels_of(1, outputs, channels, OUTPUT_GAP, 3);
      float *positions = way ? NULL : winners[side].data;
      table->max_forward(&g, x.data, to->data, positions, 0, some);
      table->max_forward(&g, x.data, to->data, positions, some, rows);
    }
  }
  // Maxima and positions are not computed, but chosen.
  compare_bits("the winner", winners[REFERENCE], winners[TESTED]);
  compare_with_nan("the maximum", y[0][REFERENCE], y[0][TESTED], 0);
  compare_with_nan("the maximum without winners", y[1][REFERENCE], y[1][TESTED], 0);
  end_case();
}

static void check_max_gradients(const pool_case *c, long channels, int accumulates) {
  gk_pool g = pool_of(c, channels);
  begin_case("gradients of max of %ldx%ld, stride %ldx%ld, of %ldx%ldx%ld, %ld channels%s",
             c->kernel_h, c->kernel_w, c->stride_h, c->stride_w, c->n, c->h, c->w, channels,
             accumulates ? ", added" : "");
  long inputs = c->n * g.input_h * g.input_w, outputs = c->n * g.output_h * g.output_w;
  long rows = c->n * g.output_h, some = rows / 3, input_rows = c->n * g.input_h;
  tensor x = pixels_of(0, inputs, channels, INPUT_GAP, 1);
  tensor gy = pixels_of(0, outputs, channels, OUTPUT_GAP, 2);
  tensor unused = pixels_of(1, outputs, channels, OUTPUT_GAP, 3);
  tensor winners = new_target(4, outputs, channels, 0, 4), gx[SIDES], gathered[SIDES];
  checked.tables[REFERENCE]->pooling.max_forward(&g, x.data, unused.data, winners.data, 0, rows);
  for (int side = 0; side < SIDES; side++) {
    const gk_pooling_table *table = &checked.tables[side]->pooling;
    gx[side] = pixels_of(1, inputs, channels, INPUT_GAP, 5);
    table->max_backward(&g, gy.data, winners.data, gx[side].data, accumulates, 0, some);
    table->max_backward(&g, gy.data, winners.data, gx[side].data, accumulates, some, input_rows);
    gathered[side] = pixels_of(1, outputs, channels, OUTPUT_GAP, 6);
    table->max_gather(&g, x.data, winners.data, gathered[side].data, accumulates, 0, some);
    table->max_gather(&g, x.data, winners.data, gathered[side].data, accumulates, some, rows);
  }
  compare("the input gradient", gx[REFERENCE], gx[TESTED], VALUE_LIMIT);
  compare("the gathered values", gathered[REFERENCE], gathered[TESTED], VALUE_LIMIT);
  end_case();
}

static void check_average(const gk_average *g, long n) {
  const gk_pool *p = &g->pool;
  begin_case("average of %ldx%ld to %ldx%ld, %ld channels, adaptive %d, counts padding %d",
             p->input_h, p->input_w, p->output_h, p->output_w, p->channels, g->adaptive,
             g->counts_padding);
  long inputs = n * p->input_h * p->input_w, outputs = n * p->output_h * p->output_w;
  long rows = n * p->output_h, input_rows = n * p->input_h;
  tensor x = pixels_of(0, inputs, p->channels, INPUT_GAP, 1);
  tensor gy = pixels_of(0, outputs, p->channels, OUTPUT_GAP, 2), y[SIDES], gx[2][SIDES];
  for (int side = 0; side < SIDES; side++) {
    const gk_pooling_table *table = &checked.tables[side]->pooling;
    y[side] = pixels_of(1, outputs, p->channels, OUTPUT_GAP, 3);
    table->average_forward(g, x.data, y[side].data, 0, rows / 3);
    table->average_forward(g, x.data, y[side].data, rows / 3, rows);
    for (int accumulates = 0; accumulates < 2; accumulates++) {
      tensor *to = &gx[accumulates][side];
      *to = pixels_of(1, inputs, p->channels, INPUT_GAP, 4);
      table->average_backward(g, gy.data, to->data, accumulates, 0, input_rows / 3);
      table->average_backward(g, gy.data, to->data, accumulates, input_rows / 3, input_rows);
    }
  }
  compare("the average", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  compare_gradients(gx, VALUE_LIMIT);
  end_case();
}

void check_pooling(void) {
  begin_family("pooling");
  for (unsigned i = 0; i < COUNT_OF(channel_counts); i++) {
    long channels = channel_counts[i];
    for (unsigned k = 0; k < COUNT_OF(pool_cases); k++) {
      for (int way = 0; way < 2; way++) {
        check_max(&pool_cases[k], channels, way);
        check_max_gradients(&pool_cases[k], channels, way);
        gk_average g = {.pool = pool_of(&pool_cases[k], channels), .counts_padding = way};
        check_average(&g, pool_cases[k].n);
      }
    }
    // Adaptive windows that overlap, that repeat pixels, and that cover the whole image.
    static const long extents[][4] = {{7, 5, 3, 2}, {3, 5, 5, 7}, {9, 10, 1, 1}};
    for (unsigned k = 0; k < COUNT_OF(extents); k++) {
      const long *e = extents[k];
      gk_average g = {.pool = {.input_h = e[0], .input_w = e[1], .output_h = e[2],
                               .output_w = e[3], .input_stride = channels + INPUT_GAP,
                               .output_stride = channels + OUTPUT_GAP, .channels = channels},
                      .adaptive = 1};
      check_average(&g, 2);
    }
  }
  end_family();
}

// The sources of one axis, as the header describes: with aligned corners or aligned borders.
static const float *axis_of(long input, long output, int aligned) {
  float *table = new_scratch(2 * output);
  for (long i = 0; i < output; i++) {
    double position = aligned ? (double)i * (double)(input - 1) / (double)(output - 1)
                              : ((double)i + 0.5) * (double)input / (double)output - 0.5;
    position = fmax(0, position);
    long first = (long)position < input - 1 ? (long)position : input - 1;
    table[i] = (float)first;
    table[output + i] = first == input - 1 ? 0 : (float)(position - (double)first);
  }
  return table;
}

static void check_bilinear(long h, long w, long factor, long channels, int aligned) {
  long n = 2;
  begin_case("bilinear x%ld of %ldx%ld, %ld channels%s", factor, h, w, channels,
             aligned ? ", aligned corners" : "");
  gk_bilinear g = {.input_h = h, .input_w = w, .input_stride = channels + INPUT_GAP,
                   .output_h = h * factor, .output_w = w * factor,
                   .output_stride = channels + OUTPUT_GAP, .channels = channels,
                   .rows = axis_of(h, h * factor, aligned),
                   .columns = axis_of(w, w * factor, aligned)};
  long inputs = n * h * w, outputs = n * g.output_h * g.output_w, rows = n * g.output_h;
  tensor x = pixels_of(0, inputs, channels, INPUT_GAP, 1);
  tensor gy = pixels_of(0, outputs, channels, OUTPUT_GAP, 2), y[SIDES], gx[2][SIDES];
  for (int side = 0; side < SIDES; side++) {
    const gk_resampling_table *table = &checked.tables[side]->resampling;
    y[side] = pixels_of(1, outputs, channels, OUTPUT_GAP, 3);
    table->bilinear(&g, x.data, y[side].data, 0, rows / 3);
    table->bilinear(&g, x.data, y[side].data, rows / 3, rows);
    for (int accumulates = 0; accumulates < 2; accumulates++) {
      tensor *to = &gx[accumulates][side];
      *to = pixels_of(1, inputs, channels, INPUT_GAP, 4);
      table->bilinear_backward(&g, gy.data, to->data, accumulates, 0, h);
      table->bilinear_backward(&g, gy.data, to->data, accumulates, h, n * h);
    }
  }
  compare("the output", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  compare_gradients(gx, VALUE_LIMIT);
  end_case();
}

void check_resampling(void) {
  begin_family("resampling");
  for (unsigned i = 0; i < COUNT_OF(channel_counts); i++) {
    for (int aligned = 0; aligned < 2; aligned++) {
      check_bilinear(3, 5, 2, channel_counts[i], aligned);
      check_bilinear(4, 3, 3, channel_counts[i], aligned);
      check_bilinear(1, 3, 2, channel_counts[i], aligned);
    }
  }
  end_family();
}
