// Image kernels, whose results have the same bits on all instruction sets.
#include "harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Images are tensors whose pixels are rows.
static tensor image(long width, long height, long channels, long gap) {
  return new_source(1, height, width * channels, gap, 1);
}

static const gk_image_table *kernels(int side) { return &checked.tables[side]->image; }

// Bilinear weights for `count` positions, with `taps` taps around each; weights of taps outside of
// the filter's support are 0.
static gk_image_axis axis_of(long source, long count, long taps) {
  if (taps > source) taps = source;
  tensor places = new_target(4, 1, count, 0, 1);
  int32_t *starts = places.data;
  float *weights = new_scratch(count * taps);
  double scale = (double)source / (double)count, support = fmax(1, scale);
  for (long i = 0; i < count; i++) {
    double center = ((double)i + 0.5) * scale - 0.5, sum = 0;
    long first = (long)ceil(center - (double)taps / 2);
    if (first > source - taps) first = source - taps;
    if (first < 0) first = 0;
    starts[i] = (int32_t)first;
    float *w = weights + i * taps;
    for (long t = 0; t < taps; t++) {
      w[t] = (float)fmax(0.01, 1 - fabs((double)(first + t) - center) / support);
      sum += w[t];
    }
    for (long t = 0; t < taps; t++) w[t] /= (float)sum;
  }
  return (gk_image_axis){starts, weights, (int32_t)taps, (int32_t)count};
}

static void check_resampling_to_floats(long width, long height, long columns, long rows) {
  begin_case("%ldx%ld to %ldx%ld in floats", width, height, columns, rows);
  static const float gain[3] = {0.1f, 0.2f, 0.3f}, bias[3] = {-1, 0, 1};
  tensor source = image(width, height, 3, 0), target[SIDES];
  gk_image_axis x = axis_of(width, columns, 3), y = axis_of(height, rows, 4);
  for (int side = 0; side < SIDES; side++) {
    target[side] = new_target(4, rows, columns * 3, 5, 2);
    kernels(side)->resample_rgb_to_float(source.data, width, x, y, gain, bias, target[side].data,
                                         target[side].stride,
                                         new_scratch(width * 3 + GK_IMAGE_ROW_SLACK));
  }
  compare_bits("the result", target[REFERENCE], target[TESTED]);
  end_case();
}

static void check_resampling_of_bytes(long channels, long width, long height, long columns,
                                      long rows) {
  begin_case("%ldx%ld of %ld channels to %ldx%ld", width, height, channels, columns, rows);
  tensor source = image(width, height, channels, 0), target[SIDES];
  gk_image_axis x = axis_of(width, columns, 2), y = axis_of(height, rows, 5);
  for (int side = 0; side < SIDES; side++) {
    target[side] = new_target(1, rows, columns * channels, 0, 2);
    float *scratch = new_scratch((width + columns) * channels + 2 * GK_IMAGE_ROW_SLACK);
    kernels(side)->resample_bytes(source.data, width, (int32_t)channels, x, y, target[side].data,
                                  scratch);
  }
  compare_bits("the result", target[REFERENCE], target[TESTED]);
  end_case();
}

static void check_reduction(long width, long height, long block_width, long block_height) {
  begin_case("means of %ldx%ld pixels of %ldx%ld", block_width, block_height, width, height);
  long columns = (width + block_width - 1) / block_width;
  long rows = (height + block_height - 1) / block_height;
  tensor source = image(width, height, 3, 7), target[SIDES];
  for (int side = 0; side < SIDES; side++) {
    target[side] = new_target(1, rows, columns * 3, 0, 2);
    kernels(side)->reduce_rgb(source.data, source.stride, width, height, block_width, block_height,
                              target[side].data, (uint32_t *)(void *)new_scratch(width * 3));
  }
  compare_bits("the mean", target[REFERENCE], target[TESTED]);
  end_case();
}

static void check_normalizing(long pixels) {
  begin_case("normalizing %ld pixels", pixels);
  static const float gain[3] = {0.017f, 0.018f, 0.019f}, bias[3] = {-2.1f, -2, -1.8f};
  tensor source = image(pixels, 1, 3, 0), target[SIDES];
  for (int side = 0; side < SIDES; side++) {
    target[side] = new_target(4, 1, pixels * 3, 5, 2);
    kernels(side)->normalize_rgb(source.data, pixels, gain, bias, target[side].data);
  }
  compare_bits("the result", target[REFERENCE], target[TESTED]);
  end_case();
}

// Straight, mirrored, steep, turned, and with perspective.
static const double inverses[][9] = {
    {0.61, 0, 3.7, 0, 0.83, -2.9, 0, 0, 1},
    {-1.4, 0, 89, 0, -0.5, 60, 0, 0, 1},
    {2, 0, 0.3, 0, 1.5, 0.2, 0, 0, 1},
    {-2, 0, 299.7, 0, -0.7, 41, 0, 0, 1},
    {2.9, 0, -4, 0, 1, 0, 0, 0, 1},
    {1, 0, 0, 0, 1, 0, 0, 0, 1},
    {0.61, -0.22, 3.7, 0.19, 0.83, -2.9, 0, 0, 1},
    {0.61, -0.22, 3.7, 0.19, 0.83, -2.9, 0.001, -0.002, 1},
};

// No color change; jitter; jitter, curve and conversion to grayscale, in a part of the source, with
// the background kept.
static void check_warp(const double inverse[9], long width, long height, long side_length,
                       int way) {
  begin_case("warp of %ldx%ld to %ld columns by %g %g %g %g, way %d", width, height, side_length,
             inverse[0], inverse[1], inverse[3], inverse[6], way);
  tensor source = image(width, height, 3, 5), target[SIDES];
  gk_image_color color = {.has_jitter = 1, .hue_shift = 0.37f, .saturation_gain = 1.3f,
                          .value_gain = 0.9f, .has_curve = way == 2, .is_gray = way == 2};
  for (int i = 0; i < 256; i++) color.curve[i] = (uint8_t)(255 - i * i / 256);
  gk_image_warp warp = {.source = source.data, .source_stride = source.stride,
                        .source_width = (int32_t)width, .source_height = (int32_t)height,
                        .right = (double)width, .bottom = (double)height, .background = 114,
                        .color = way ? &color : NULL};
  if (way == 2) {
    warp.left = 0.3 * (double)width;
    warp.bottom = 0.8 * (double)height;
    warp.keeps_outside = 1;
  }
  memcpy(warp.inverse, inverse, sizeof warp.inverse);
  for (int side = 0; side < SIDES; side++) {
    target[side] = new_target(1, 40, side_length * 3, 4, 2);
    kernels(side)->warp_rgb(&warp, target[side].data, target[side].stride, 1, 2, side_length - 1,
                            39);
  }
  compare_bits("the image", target[REFERENCE], target[TESTED]);
  end_case();
}

// Boxes of sides 1 to 20 against one of side 20.
static void check_overlap(long count) {
  begin_case("overlap of %ld boxes", count);
  long padded = (count + GK_IMAGE_BOX_BLOCK - 1) / GK_IMAGE_BOX_BLOCK * GK_IMAGE_BOX_BLOCK;
  double *lists[5];
  for (int i = 0; i < 5; i++) lists[i] = (double *)(void *)new_scratch(2 * padded);
  for (int i = 0; i < 5; i++) memset(lists[i], 0, sizeof(double) * (size_t)padded);
  tensor numbers = new_source(4, count, 4, 0, (unsigned)count);
  double most = 0;
  for (long i = 0; i < count; i++) {
    for (int k = 0; k < 2; k++) {
      lists[k][i] = 45 + 45 * value_at(&numbers, i, k);
      lists[k + 2][i] = lists[k][i] + 10.5 + 9.5 * value_at(&numbers, i, k + 2);
    }
    double w = lists[2][i] - lists[0][i], h = lists[3][i] - lists[1][i];
    lists[4][i] = w * h;
    double shared = fmax(0, fmin(lists[2][i], 60) - fmax(lists[0][i], 40)) *
                    fmax(0, fmin(lists[3][i], 60) - fmax(lists[1][i], 40));
    most = fmax(most, shared / (w * h + 400 - shared));
  }
  gk_image_boxes boxes = {lists[0], lists[1], lists[2], lists[3], lists[4]};
  static const double box[4] = {40, 40, 60, 60};
  const double thresholds[] = {0, 0.02, most * 0.99, most * 1.01, 0.5};
  for (int i = 0; i < 5; i++) {
    for (int side = 0; side < SIDES; side++) {
      int found = kernels(side)->overlaps_any(boxes, count, box, 400, thresholds[i]);
      if (found != (most > thresholds[i])) {
        fail("the answer of %s is %d for the threshold %g and the largest IoU %g",
             side == REFERENCE ? "the reference" : "the table", found, thresholds[i], most);
      }
    }
  }
  end_case();
}

void check_image(void) {
  begin_family("image");
  check_resampling_to_floats(70, 50, 31, 33);
  check_resampling_to_floats(9, 7, 40, 21);
  check_resampling_to_floats(1, 1, 3, 2);
  for (long channels = 1; channels <= 4; channels++) {
    check_resampling_of_bytes(channels, 61, 45, 80, 19);
    check_resampling_of_bytes(channels, 7, 5, 3, 9);
  }
  for (long block_width = 1; block_width <= 3; block_width++) {
    for (long block_height = 1; block_height <= 3; block_height++) {
      check_reduction(67, 41, block_width, block_height);
      check_reduction(20, 8, block_width, block_height);
    }
  }
  static const long pixel_counts[] = {1, 5, 16, 131};
  for (int i = 0; i < 4; i++) check_normalizing(pixel_counts[i]);
  static const long sizes[][3] = {{90, 70, 150}, {1, 1, 9}, {33, 2, 1300}, {700, 41, 290}};
  for (int size = 0; size < 4; size++) {
    for (unsigned i = 0; i < sizeof inverses / sizeof *inverses; i++) {
      for (int way = 0; way < 3; way++) {
        check_warp(inverses[i], sizes[size][0], sizes[size][1], sizes[size][2], way);
      }
    }
  }
  for (long count = 1; count <= 40; count++) check_overlap(count);
  end_family();
}
