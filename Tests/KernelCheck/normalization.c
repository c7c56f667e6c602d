// Batch normalization, layer normalization and softmax.
#include "harness.h"

static const long channel_counts[] = {1, 3, 17, 33, 64, 100, 130};
#define COUNT_OF(LIST) (sizeof(LIST) / sizeof *(LIST))

static float *parameters_in(long count, unsigned seed, double low, double high) {
  tensor t = new_source(4, 1, count, 0, seed);
  fill(&t, seed, low, high);
  return t.data;
}

static void check_statistics(long pixels, long channels) {
  begin_case("statistics of %ld pixels of %ld channels", pixels, channels);
  tensor x = new_source(checked.value_bytes, pixels, channels, 5, 1), mean[SIDES], squares[SIDES];
  // Far from 0, where sums of squares would cancel.
  fill(&x, 1, 9, 11);
  const float *other_mean = parameters_in(channels, 2, 9, 11);
  const float *other_squares = parameters_in(channels, 3, 0, 30);
  for (int side = 0; side < SIDES; side++) {
    const gk_normalization_table *table = &checked.tables[side]->normalization;
    mean[side] = new_target(4, 1, channels, 5, 4);
    squares[side] = new_target(4, 1, channels, 5, 5);
    table->statistics(x.data, pixels, x.stride, channels, mean[side].data, squares[side].data);
  }
  compare("the mean", mean[REFERENCE], mean[TESTED], VALUE_LIMIT);
  compare("the sum of squares", squares[REFERENCE], squares[TESTED], VALUE_LIMIT);
  for (int side = 0; side < SIDES; side++) {
    const gk_normalization_table *table = &checked.tables[side]->normalization;
    table->merge(mean[side].data, squares[side].data, (double)pixels, other_mean, other_squares, 45,
                 channels);
    table->merge(mean[side].data, squares[side].data, (double)pixels + 45, other_mean,
                 other_squares, 0, channels);
  }
  compare("the merged mean", mean[REFERENCE], mean[TESTED], VALUE_LIMIT);
  compare("the merged sum of squares", squares[REFERENCE], squares[TESTED], VALUE_LIMIT);
  end_case();
}

static void check_batch_norm(gk_activation activation, long pixels, long channels) {
  begin_case("%ld pixels of %ld channels, activation %d", pixels, channels, activation.kind);
  tensor x = new_source(checked.value_bytes, pixels, channels, 5, 1);
  tensor gy = new_source(checked.value_bytes, pixels, channels, 3, 2);
  const float *scale = parameters_in(channels, 3, 0.5, 2);
  const float *shift = parameters_in(channels, 4, -2, 2);
  const float *mean = new_parameters(channels, 5), *factor = new_parameters(channels, 6);
  const float *inverse = parameters_in(channels, 7, 0.5, 2), *offset = new_parameters(channels, 8);
  tensor y[SIDES], sum[SIDES], normalized[SIDES], gx[2][SIDES];
  for (int side = 0; side < SIDES; side++) {
    const gk_normalization_table *table = &checked.tables[side]->normalization;
    y[side] = new_target(checked.value_bytes, pixels, channels, 4, 9);
    table->scale_shift(activation, x.data, x.stride, scale, shift, y[side].data, y[side].stride,
                       pixels, channels);
    sum[side] = new_target(4, 1, channels, 5, 10);
    normalized[side] = new_target(4, 1, channels, 5, 11);
    table->gradient_sums(activation, x.data, x.stride, scale, shift, mean, inverse, gy.data,
                         gy.stride, sum[side].data, normalized[side].data, pixels, channels);
    for (int accumulates = 0; accumulates < 2; accumulates++) {
      tensor *to = &gx[accumulates][side];
      *to = new_target(checked.value_bytes, pixels, channels, 4, 12);
      table->gradient_input(activation, x.data, x.stride, scale, shift, factor, offset, gy.data,
                            gy.stride, to->data, to->stride, accumulates, pixels, channels);
    }
  }
  compare("the output", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  compare("the sum of gradients", sum[REFERENCE], sum[TESTED], VALUE_LIMIT);
  compare("the sum of products", normalized[REFERENCE], normalized[TESTED], VALUE_LIMIT);
  compare_gradients(gx, VALUE_LIMIT);
  end_case();
}

void check_normalization(void) {
  begin_family("normalization");
  for (unsigned i = 0; i < COUNT_OF(channel_counts); i++) {
    // Blocks have 64 pixels.
    static const long pixel_counts[] = {1, 2, 64, 65, 131};
    for (unsigned k = 0; k < COUNT_OF(pixel_counts); k++) {
      check_statistics(pixel_counts[k], channel_counts[i]);
    }
    for (int kind = GK_IDENTITY; kind <= GK_TANH; kind++) {
      gk_activation activation = {(gk_activation_kind)kind, 0.3f};
      check_batch_norm(activation, 3, channel_counts[i]);
      check_batch_norm(activation, 67, channel_counts[i]);
    }
  }
  end_family();
}

static void check_layer_norm(long pixels, long channels) {
  begin_case("layer normalization of %ld pixels of %ld channels", pixels, channels);
  tensor x = new_source(checked.value_bytes, pixels, channels, 5, 1);
  tensor gy = new_source(checked.value_bytes, pixels, channels, 3, 2);
  const float *weight = new_parameters(channels, 3), *bias = new_parameters(channels, 4);
  tensor y[SIDES], mean[SIDES], inverse[SIDES], weight_sum[SIDES], bias_sum[SIDES], gx[2][SIDES];
  for (int side = 0; side < SIDES; side++) {
    const gk_pixelwise_table *table = &checked.tables[side]->pixelwise;
    y[side] = new_target(checked.value_bytes, pixels, channels, 4, 5);
    mean[side] = new_target(4, 1, pixels, 0, 6);
    inverse[side] = new_target(4, 1, pixels, 0, 7);
    table->layer_norm(x.data, x.stride, weight, bias, 1e-3f, y[side].data, y[side].stride,
                      mean[side].data, inverse[side].data, pixels, channels);
    weight_sum[side] = new_target(4, 1, channels, 5, 8);
    bias_sum[side] = new_target(4, 1, channels, 5, 9);
    // Without, with and with added input gradient; the sums grow three times. All read the
    // statistics of the reference.
    for (int way = -1; way < 2; way++) {
      tensor *to = way < 0 ? NULL : &gx[way][side];
      if (to) *to = new_target(checked.value_bytes, pixels, channels, 4, 10);
      table->layer_norm_backward(x.data, x.stride, weight, mean[REFERENCE].data,
                                 inverse[REFERENCE].data, gy.data, gy.stride, to ? to->data : NULL,
                                 to ? to->stride : 0, way > 0, weight_sum[side].data,
                                 bias_sum[side].data, pixels, channels);
    }
  }
  compare("the output", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  compare("the mean", mean[REFERENCE], mean[TESTED], VALUE_LIMIT);
  compare("the inverse deviation", inverse[REFERENCE], inverse[TESTED], VALUE_LIMIT);
  compare("the weight gradient", weight_sum[REFERENCE], weight_sum[TESTED], VALUE_LIMIT);
  compare("the bias gradient", bias_sum[REFERENCE], bias_sum[TESTED], VALUE_LIMIT);
  compare_gradients(gx, VALUE_LIMIT);
  end_case();
}

static void check_softmax(long pixels, long channels) {
  begin_case("softmax of %ld pixels of %ld channels", pixels, channels);
  tensor x = new_source(checked.value_bytes, pixels, channels, 5, 1);
  tensor gy = new_source(checked.value_bytes, pixels, channels, 3, 2), y[SIDES], gx[2][SIDES];
  // With differences for which e^x underflows.
  fill(&x, 1, -60, 60);
  for (int side = 0; side < SIDES; side++) {
    const gk_pixelwise_table *table = &checked.tables[side]->pixelwise;
    y[side] = new_target(checked.value_bytes, pixels, channels, 4, 3);
    table->softmax(x.data, x.stride, y[side].data, y[side].stride, pixels, channels);
    for (int accumulates = 0; accumulates < 2; accumulates++) {
      tensor *to = &gx[accumulates][side];
      *to = new_target(checked.value_bytes, pixels, channels, 4, 4);
      table->softmax_backward(x.data, x.stride, gy.data, gy.stride, to->data, to->stride,
                              accumulates, pixels, channels);
    }
  }
  compare("the output", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  compare_gradients(gx, VALUE_LIMIT);
  end_case();
}

void check_pixelwise(void) {
  begin_family("pixelwise");
  for (unsigned i = 0; i < COUNT_OF(channel_counts); i++) {
    // The input gradient of one channel is 0: what remains of sums that cancel is only rounding.
    if (channel_counts[i] > 1) {
      check_layer_norm(1, channel_counts[i]);
      check_layer_norm(29, channel_counts[i]);
    }
    check_softmax(1, channel_counts[i]);
    check_softmax(29, channel_counts[i]);
  }
  end_family();
}
