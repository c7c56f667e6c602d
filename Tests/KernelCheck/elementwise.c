// Activations, elementwise arithmetic and optimizer steps.
#include "harness.h"

static const long counts[] = {1, 15, 16, 17, 100, 1031};
static const long channel_counts[] = {1, 3, 17, 33, 64, 100, 130};
#define COUNT_OF(LIST) (sizeof(LIST) / sizeof *(LIST))

static tensor line(int is_target, long count, unsigned seed) {
  return (is_target ? new_target : new_source)(checked.value_bytes, 1, count, 5, seed);
}

static const gk_elementwise_table *kernels(int side) { return &checked.tables[side]->elementwise; }

// Both arguments in place, or not. The values reach the flat parts of all activations.
static void check_activation(gk_activation activation, long count, int in_place, int accumulates) {
  begin_case("activation %d of %ld values%s%s", activation.kind, count,
             in_place ? " in place" : "", accumulates ? ", added" : "");
  tensor x = line(0, count, 1), gy = line(0, count, 2), y[SIDES], gx[SIDES];
  fill(&x, 1, -8, 8);
  for (int side = 0; side < SIDES; side++) {
    y[side] = line(1, count, 3);
    gx[side] = line(1, count, 4);
    if (in_place) fill(&y[side], 1, -8, 8);
    kernels(side)->activate(activation, in_place ? y[side].data : x.data, y[side].data, count);
    kernels(side)->activate_backward(activation, x.data, in_place ? gx[side].data : gy.data,
                                     gx[side].data, count, accumulates);
  }
  compare("the result", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  compare("the gradient", gx[REFERENCE], gx[TESTED], VALUE_LIMIT);
  end_case();
}

// Values at which formulas change, large ones, and a NaN.
static void check_special_values(gk_activation activation) {
  static const float values[] = {0, -0.0f, 1, -1, 3, -3, 0.2f, -0.2f, 20, -20, 90, -90,
                                 1000, -1000, 1e-30f, -1e-30f, __builtin_nanf("")};
  long count = COUNT_OF(values);
  begin_case("activation %d of special values", activation.kind);
  // Separate pixels of one value show an error of a small value beside a large one.
  for (long i = 0; i < count; i++) {
    tensor x = line(0, 19, 1), gy = line(0, 19, 2), y[SIDES], gx[SIDES];
    for (long c = 0; c < 19; c++) set_value(&x, 0, c, values[i]);
    for (int side = 0; side < SIDES; side++) {
      y[side] = line(1, 19, 3);
      gx[side] = line(1, 19, 4);
      kernels(side)->activate(activation, x.data, y[side].data, 19);
      kernels(side)->activate_backward(activation, x.data, gy.data, gx[side].data, 19, 0);
    }
    compare_with_nan("the result", y[REFERENCE], y[TESTED], VALUE_LIMIT);
    compare_with_nan("the gradient", gx[REFERENCE], gx[TESTED], VALUE_LIMIT);
  }
  end_case();
}

static void check_addition(long count) {
  // Into other memory, into a, into b.
  for (int place = 0; place < 3; place++) {
    begin_case("sum of %ld values, place %d", count, place);
    tensor a = line(0, count, 1), b = line(0, count, 2), y[SIDES];
    for (int side = 0; side < SIDES; side++) {
      y[side] = line(1, count, 3);
      kernels(side)->add(place == 1 ? y[side].data : a.data, place == 2 ? y[side].data : b.data,
                         y[side].data, count);
    }
    compare("the sum", y[REFERENCE], y[TESTED], VALUE_LIMIT);
    end_case();
  }
}

static void check_product(long channels, int place, int gate, int accumulates) {
  long pixels = 7;
  begin_case("product of %ld channels, place %d, gate %d%s", channels, place, gate,
             accumulates ? ", added" : "");
  tensor a = new_source(checked.value_bytes, pixels, channels, 5, 1), y[SIDES];
  tensor b = new_source(checked.value_bytes, gate ? 1 : pixels, channels, 2, 2);
  for (int side = 0; side < SIDES; side++) {
    y[side] = new_target(checked.value_bytes, pixels, channels, 4, 3);
    tensor left = place == 1 ? y[side] : a, right = place == 2 ? y[side] : b;
    kernels(side)->multiply(left.data, left.stride, right.data,
                            gate && place != 2 ? 0 : right.stride, y[side].data, y[side].stride,
                            accumulates, pixels, channels);
  }
  compare("the product", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  end_case();
}

static void check_sums(long pixels, long channels) {
  begin_case("sums of %ld pixels of %ld channels", pixels, channels);
  tensor a = new_source(checked.value_bytes, pixels, channels, 5, 1);
  tensor b = new_source(checked.value_bytes, pixels, channels, 2, 2), sum[SIDES], products[SIDES];
  for (int side = 0; side < SIDES; side++) {
    sum[side] = new_target(4, 1, channels, 5, 3);
    products[side] = new_target(4, 1, channels, 5, 4);
    kernels(side)->sums(a.data, a.stride, sum[side].data, pixels, channels);
    kernels(side)->product_sums(a.data, a.stride, b.data, b.stride, products[side].data, pixels,
                                channels);
  }
  compare("the sum", sum[REFERENCE], sum[TESTED], VALUE_LIMIT);
  compare("the sum of products", products[REFERENCE], products[TESTED], VALUE_LIMIT);
  end_case();
}

static void check_dropout(long count, int in_place, int accumulates) {
  begin_case("dropout of %ld values%s%s", count, in_place ? " in place" : "",
             accumulates ? ", added" : "");
  tensor x = line(0, count, 1), y[SIDES];
  for (int side = 0; side < SIDES; side++) {
    y[side] = line(1, count, 2);
    // An index whose lower half overflows within the call.
    kernels(side)->dropout(0x123456789ABCDEFu, 0x1FFFFFFF0u, 5u << 20, 1.45f,
                           in_place ? y[side].data : x.data, y[side].data, accumulates, count);
  }
  compare("the result", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  end_case();
}

// Levels and ties are exact, therefore equal.
static void check_quantization(long channels, int has_factors, int in_place) {
  begin_case("quantization of %ld channels%s%s", channels, has_factors ? ", with factors" : "",
             in_place ? ", in place" : "");
  tensor x = new_source(checked.value_bytes, 7, channels, 5, 1), y[SIDES];
  tensor factors = new_source(4, 1, channels, 5, 2);
  fill(&x, 1, -8, 8);
  for (int side = 0; side < SIDES; side++) {
    y[side] = new_target(checked.value_bytes, 7, channels, 4, 3);
    if (in_place) fill(&y[side], 1, -8, 8);
    const tensor *from = in_place ? &y[side] : &x;
    gk_quantization quantization = {0.0625f, -20, 107, 20, 1};
    kernels(side)->quantize(quantization, from->data, from->stride,
                            has_factors ? factors.data : 0, y[side].data, y[side].stride, 7,
                            channels);
  }
  compare("the levels", y[REFERENCE], y[TESTED], 0);
  end_case();
}

static void check_range(long channels) {
  begin_case("range of %ld channels", channels);
  tensor x = new_source(checked.value_bytes, 7, channels, 5, 1), y[SIDES];
  for (int side = 0; side < SIDES; side++) {
    y[side] = new_target(4, 1, 2, 0, 3);
    float *limits = y[side].data;
    kernels(side)->range(x.data, x.stride, 7, channels, &limits[0], &limits[1]);
  }
  compare("the range", y[REFERENCE], y[TESTED], 0);
  end_case();
}

static void check_conversion(long count, int accumulates) {
  begin_case("conversion of %ld values%s", count, accumulates ? ", added" : "");
  tensor floats = new_source(4, 1, count, 5, 1), values = line(0, count, 2), y[SIDES], z[SIDES];
  for (int side = 0; side < SIDES; side++) {
    y[side] = line(1, count, 3);
    z[side] = new_target(4, 1, count, 5, 4);
    kernels(side)->from_floats(floats.data, y[side].data, accumulates, count);
    kernels(side)->to_floats(values.data, z[side].data, accumulates, count);
  }
  compare("the result from floats", y[REFERENCE], y[TESTED], VALUE_LIMIT);
  compare("the result in floats", z[REFERENCE], z[TESTED], VALUE_LIMIT);
  end_case();
}

void check_elementwise(void) {
  begin_family("elementwise");
  for (unsigned i = 0; i < COUNT_OF(counts); i++) {
    for (int kind = GK_IDENTITY; kind <= GK_TANH; kind++) {
      gk_activation activation = {(gk_activation_kind)kind, 0.3f};
      check_activation(activation, counts[i], 0, 0);
      check_activation(activation, counts[i], 0, 1);
      check_activation(activation, counts[i], 1, 0);
    }
    check_addition(counts[i]);
    for (int accumulates = 0; accumulates < 2; accumulates++) {
      check_dropout(counts[i], 0, accumulates);
      check_dropout(counts[i], 1, accumulates);
      check_conversion(counts[i], accumulates);
    }
  }
  for (int kind = GK_IDENTITY; kind <= GK_TANH; kind++) {
    check_special_values((gk_activation){(gk_activation_kind)kind, 0.3f});
  }
  for (unsigned i = 0; i < COUNT_OF(channel_counts); i++) {
    for (int form = 0; form < 4; form++) {
      check_quantization(channel_counts[i], form & 1, form >> 1);
    }
    check_range(channel_counts[i]);
    for (int place = 0; place < 3; place++) {
      for (int accumulates = 0; accumulates < 2; accumulates++) {
        check_product(channel_counts[i], place, 0, accumulates);
        check_product(channel_counts[i], place, 1, accumulates);
      }
    }
    check_sums(1, channel_counts[i]);
    check_sums(64, channel_counts[i]);
    check_sums(131, channel_counts[i]);
  }
  end_family();
}

static void check_steps(long count) {
  begin_case("%ld parameters", count);
  const float *gradient = new_parameters(count, 1), *value = new_parameters(count, 2);
  gk_sgd_step sgd = {.rate = 0.01f, .momentum = 0.9f, .decay = 5e-4f, .gradient_scale = 0.125f};
  gk_adamw_step adamw = {.rate = 0.003f, .root_scale = 1.7f, .beta1 = 0.9f, .beta2 = 0.99f,
                         .epsilon = 1e-8f, .kept = 0.999f, .gradient_scale = 0.125f};
  tensor parameter[2][SIDES], velocity[SIDES], first[SIDES], second[SIDES], average[SIDES];
  for (int side = 0; side < SIDES; side++) {
    const gk_optimizer_table *table = &checked.tables[side]->optimizer;
    for (int kind = 0; kind < 2; kind++) parameter[kind][side] = new_target(4, 1, count, 5, 3);
    velocity[side] = new_target(4, 1, count, 5, 4);
    first[side] = new_target(4, 1, count, 5, 5);
    second[side] = new_target(4, 1, count, 5, 6);
    // A mean of squares is not negative.
    fill(&second[side], 6, 0, 1);
    average[side] = new_target(4, 1, count, 5, 7);
    table->sgd(&sgd, gradient, parameter[0][side].data, velocity[side].data, count);
    table->adamw(&adamw, gradient, parameter[1][side].data, first[side].data, second[side].data,
                 count);
    table->average(0.03f, value, average[side].data, count);
  }
  compare("SGD's parameter", parameter[0][REFERENCE], parameter[0][TESTED], VALUE_LIMIT);
  compare("SGD's velocity", velocity[REFERENCE], velocity[TESTED], VALUE_LIMIT);
  compare("AdamW's parameter", parameter[1][REFERENCE], parameter[1][TESTED], VALUE_LIMIT);
  compare("AdamW's first moment", first[REFERENCE], first[TESTED], VALUE_LIMIT);
  compare("AdamW's second moment", second[REFERENCE], second[TESTED], VALUE_LIMIT);
  compare("the average", average[REFERENCE], average[TESTED], VALUE_LIMIT);
  // Squares of floats are exact in double precision, and the order of summation is the same.
  double expected = checked.tables[REFERENCE]->optimizer.sum_of_squares(gradient, count);
  double found = checked.tables[TESTED]->optimizer.sum_of_squares(gradient, count);
  if (found != expected) fail("the sum of squares is %.17g, not %.17g", found, expected);
  end_case();
}

// A product of matrices with extents that are no multiples of a tile; a symmetric one is that of a
// matrix and its transpose.
static void check_matrix_product(long rows, long columns, long depth, int is_symmetric) {
  begin_case("matrices %ldx%ld and %ldx%ld%s", rows, depth, depth, columns,
             is_symmetric ? ", symmetric" : "");
  const float *left = new_parameters(rows * depth, 1), *added = new_parameters(rows * columns, 2);
  tensor right = new_target(4, 1, depth * columns, 0, 3), panel = new_target(4, 1, 32 * depth, 0, 4);
  float *transposed = right.data;
  for (long r = 0; is_symmetric && r < rows; r++) {
    for (long k = 0; k < depth; k++) transposed[k * columns + r] = left[r * depth + k];
  }
  gk_matrix_product task = {.left = left, .right = right.data, .scale = 0.5f, .added_scale = -2,
                            .panel = panel.data, .rows = rows, .columns = columns,
                            .depth = depth, .is_symmetric = is_symmetric};
  // What is added to a symmetric product must be symmetric, too.
  if (!is_symmetric) task.added = added;
  tensor product[SIDES];
  for (int side = 0; side < SIDES; side++) {
    product[side] = new_target(4, 1, rows * columns, 5, 5);
    task.product = product[side].data;
    checked.tables[side]->optimizer.matrix_product(&task);
  }
  compare("the product", product[REFERENCE], product[TESTED], VALUE_LIMIT);
  end_case();
}

void check_optimizer(void) {
  begin_family("optimizer");
  check_matrix_product(1, 1, 1, 0);
  check_matrix_product(7, 33, 65, 0);
  check_matrix_product(12, 32, 40, 0);
  check_matrix_product(13, 45, 9, 0);
  check_matrix_product(40, 40, 17, 1);
  check_matrix_product(67, 67, 130, 1);
  for (unsigned i = 0; i < COUNT_OF(counts); i++) check_steps(counts[i]);
  end_family();
}

// Its result says nothing about errors, except for values that are not finite.
void check_peak(void) {
  begin_family("peak");
  begin_case("1000 rounds");
  float found = checked.tables[TESTED]->peak.multiply_adds(1000);
  if (!__builtin_isfinite(found)) fail("the result is %g", found);
  if (checked.tables[TESTED]->peak.round_operations <= 0) fail("a round has no operations");
  end_case();
  end_family();
}
