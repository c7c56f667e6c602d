// Kernels on 8-bit pixels, and the IoU test of non-maximum suppression.
//
// All buffers, including scratch, are owned by the caller; the callers in Imaging check sizes.
// All instruction sets give bit-identical results.
#pragma once

#include <stdint.h>

// Resampling weights along one axis: position i of the target is the sum over t < taps of
// weights[i * taps + t] * source[starts[i] + t]. No tap lies outside the source (pad with zeros).
typedef struct {
  const int32_t *starts;
  const float *weights;
  int32_t taps;
  int32_t count;
} gk_image_axis;

// Padding in floats that resampling kernels need in their scratch after a row.
#define GK_IMAGE_ROW_SLACK 8

// A color change: HSV jitter, then a tone curve, then conversion to grayscale.
typedef struct {
  // If has_jitter is not 0: the hue shift in turns, and factors for saturation and value.
  int32_t has_jitter;
  float hue_shift, saturation_gain, value_gain;
  // If has_curve is not 0: the lookup table of samples, the same for all channels.
  int32_t has_curve;
  uint8_t curve[256];
  // If not 0: convert to grayscale (BT.601 luma).
  int32_t is_gray;
} gk_image_color;

// A projective warp of an 8-bit RGB image.
typedef struct {
  const uint8_t *source;
  // The distance between rows in bytes.
  int64_t source_stride;
  // The size of the source in pixels.
  int32_t source_width, source_height;
  // The visible region in source coordinates; target pixels whose center maps outside are
  // background.
  double left, top, right, bottom;
  // Source coordinates of a target position (x, y): z = m[6] x + m[7] y + m[8],
  // u = (m[0] x + m[1] y + m[2]) / z, v likewise with m[3..5]. Both are continuous: the first
  // pixel's center is (0.5, 0.5). Pixels with z <= 0 are background.
  double inverse[9];
  // The background sample; if keeps_outside is not 0, background pixels are left unchanged.
  uint8_t background;
  int32_t keeps_outside;
  // The color change, or NULL for none.
  const gk_image_color *color;
} gk_image_warp;

// The number of boxes that are tested at a time.
#define GK_IMAGE_BOX_BLOCK 8

// Boxes as separate arrays of corners and areas. A list of n boxes is followed by zeros up to the
// next multiple of GK_IMAGE_BOX_BLOCK.
typedef struct {
  const double *x1, *y1, *x2, *y2, *area;
} gk_image_boxes;

typedef struct {
  // Resamples 8-bit RGB into rows of 3 floats per pixel: target = sample * gain + bias, by channel.
  // Rows of the target are target_stride floats apart.
  // `scratch` holds width * 3 + GK_IMAGE_ROW_SLACK floats.
  void (*resample_rgb_to_float)(const uint8_t *source, int64_t width, gk_image_axis columns,
                                gk_image_axis rows, const float gain[3], const float bias[3],
                                float *target, int64_t target_stride, float *scratch);
  // Resamples an 8-bit image of 1 to 4 channels. With 2 or 4 channels the last is alpha, by which
  // colors are weighted, so that transparent pixels do not bleed into opaque ones.
  // `scratch` holds (width + columns.count) * channels + 2 * GK_IMAGE_ROW_SLACK floats.
  void (*resample_bytes)(const uint8_t *source, int64_t width, int32_t channels,
                         gk_image_axis columns, gk_image_axis rows, uint8_t *target,
                         float *scratch);
  // Averages blocks of block_width x block_height pixels of an 8-bit RGB image whose rows are
  // `stride` bytes apart; blocks at the right and bottom edge average the pixels that exist.
  // `target` has ceil(width / block_width) x ceil(height / block_height) pixels, `scratch`
  // width * 3 integers. A block has at most 2^24 pixels, so that sums fit 32 bits.
  void (*reduce_rgb)(const uint8_t *source, int64_t stride, int64_t width, int64_t height,
                     int64_t block_width, int64_t block_height, uint8_t *target,
                     uint32_t *scratch);
  // 8-bit RGB to floats: target = sample * gain + bias, by channel.
  void (*normalize_rgb)(const uint8_t *source, int64_t pixels, const float gain[3],
                        const float bias[3], float *target);
  // Warps into the pixels x0 <= x < x1, y0 <= y < y1 of a target of 8-bit RGB whose rows are
  // `target_stride` bytes apart: bilinear sampling with positions in units of 1/128 pixel, clamped
  // to the edge of the source.
  void (*warp_rgb)(const gk_image_warp *warp, uint8_t *target, int64_t target_stride, int64_t x0,
                   int64_t y0, int64_t x1, int64_t y1);
  // 1 if the IoU of a box (x1, y1, x2, y2) with any of the first `count` boxes exceeds the
  // threshold (0 or more), else 0.
  int32_t (*overlaps_any)(gk_image_boxes boxes, int64_t count, const double box[4], double area,
                          double threshold);
} gk_image_table;
