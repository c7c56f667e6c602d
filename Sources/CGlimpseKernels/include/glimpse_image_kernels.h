#ifndef GLIMPSE_IMAGE_KERNELS_H
#define GLIMPSE_IMAGE_KERNELS_H

// Kernels on pixels: resampling, warping, and the overlap test of suppression.
//
// None of them allocates: every buffer, scratch included, belongs to the caller. Sizes are checked
// by the callers in Imaging. GLIMPSE_ISA limits the instructions, as it does elsewhere. Every kernel gives the same bits on every instruction set: the fast
// versions run the same operations in the same order, without contraction to fused multiply-adds.

#include <stdint.h>

// How the positions of one axis of a target are made from samples of a source: position i is the
// sum over t < taps of weights[i * taps + t] * source[starts[i] + t]. No tap lies outside the
// source (pad with zero weights).
typedef struct {
  const int32_t *starts;
  const float *weights;
  int32_t taps;
  int32_t count;
} gk_image_axis;

// Floats that the resampling kernels need in their scratch past the end of a row.
#define GK_IMAGE_ROW_SLACK 8

// Resamples 8-bit RGB into rows of 3 floats a pixel: target = sample * gain + bias, by channel.
// `target` is the first pixel to write and its rows are `target_stride` floats apart.
// `scratch` holds width * 3 + GK_IMAGE_ROW_SLACK floats.
void gk_image_resample_rgb_to_float(const uint8_t *source, int64_t width, gk_image_axis columns,
                                    gk_image_axis rows, const float gain[3], const float bias[3],
                                    float *target, int64_t target_stride, float *scratch);

// Resamples an 8-bit image of 1 to 4 channels into another. With 2 or 4 channels the last is alpha:
// colors are weighted by it, so that transparent pixels do not bleed into opaque ones.
// `scratch` holds (width + columns.count) * channels + 2 * GK_IMAGE_ROW_SLACK floats.
void gk_image_resample_bytes(const uint8_t *source, int64_t width, int32_t channels,
                             gk_image_axis columns, gk_image_axis rows, uint8_t *target,
                             float *scratch);

// Averages blocks of block_width x block_height pixels of an 8-bit RGB image whose rows are `stride`
// bytes apart; the blocks at the right and bottom edge average the pixels that exist. `target` is
// ceil(width / block_width) x ceil(height / block_height) pixels; `scratch` holds width * 3 integers.
// A block has at most 2^24 pixels, so that sums fit 32 bits.
void gk_image_reduce_rgb(const uint8_t *source, int64_t stride, int64_t width, int64_t height,
                         int64_t block_width, int64_t block_height, uint8_t *target,
                         uint32_t *scratch);

// Turns 8-bit RGB into floats: target = sample * gain + bias, by channel.
void gk_image_normalize_rgb(const uint8_t *source, int64_t pixels, const float gain[3],
                            const float bias[3], float *target);

// How the colors of an image change: hue, saturation and value, then a curve, then to gray.
typedef struct {
  // A hue shift in turns, factors of saturation and value; unless has_jitter is 0.
  int32_t has_jitter;
  float hue_shift, saturation_gain, value_gain;
  // What becomes of a sample, the same for all channels; unless has_curve is 0.
  int32_t has_curve;
  uint8_t curve[256];
  // Whether only the luma (BT.601) is left.
  int32_t is_gray;
} gk_image_color;

// What gk_image_warp_rgb draws: 8-bit RGB through a projective map.
typedef struct {
  const uint8_t *source;
  // Bytes from row to row.
  int64_t source_stride;
  // Pixels that may be read.
  int32_t source_width, source_height;
  // What is shown, in source coordinates; where a pixel's center falls outside, there is background.
  double left, top, right, bottom;
  // Source coordinates of a target position (x, y): z = m[6] x + m[7] y + m[8],
  // u = (m[0] x + m[1] y + m[2]) / z, v likewise with m[3..5]. Both continuous: the first pixel's
  // center is (0.5, 0.5). Where z is not above 0 there is background.
  double inverse[9];
  // The sample written outside of the image, unless keeps_outside is not 0.
  uint8_t background;
  int32_t keeps_outside;
  // How colors change, or NULL.
  const gk_image_color *color;
} gk_image_warp;

// Warps into the pixels x0 <= x < x1, y0 <= y < y1 of a target of 8-bit RGB whose rows are
// `target_stride` bytes apart: bilinear sampling between 128ths of a pixel, clamped to the edge of
// the source.
void gk_image_warp_rgb(const gk_image_warp *warp, uint8_t *target, int64_t target_stride,
                       int64_t x0, int64_t y0, int64_t x1, int64_t y1);

// Boxes are tested in blocks of this many.
#define GK_IMAGE_BOX_BLOCK 8

// Boxes as separate arrays of corners and areas. A list of n boxes is followed by zeros up to the
// next multiple of GK_IMAGE_BOX_BLOCK.
typedef struct {
  const double *x1, *y1, *x2, *y2, *area;
} gk_image_boxes;

// 1 where the intersection over union of a box (x1, y1, x2, y2) with any of the first `count` boxes
// is over the threshold (0 or more), else 0.
int32_t gk_image_overlaps_any(gk_image_boxes boxes, int64_t count, const double box[4], double area,
                              double threshold);

// The same kernels as the baseline of the processor's family has them, for tests.
void gk_image_resample_rgb_to_float_baseline(const uint8_t *source, int64_t width,
                                             gk_image_axis columns, gk_image_axis rows,
                                             const float gain[3], const float bias[3],
                                             float *target, int64_t target_stride, float *scratch);
void gk_image_resample_bytes_baseline(const uint8_t *source, int64_t width, int32_t channels,
                                      gk_image_axis columns, gk_image_axis rows, uint8_t *target,
                                      float *scratch);
void gk_image_reduce_rgb_baseline(const uint8_t *source, int64_t stride, int64_t width,
                                  int64_t height, int64_t block_width, int64_t block_height,
                                  uint8_t *target, uint32_t *scratch);
void gk_image_normalize_rgb_baseline(const uint8_t *source, int64_t pixels, const float gain[3],
                                     const float bias[3], float *target);
void gk_image_warp_rgb_baseline(const gk_image_warp *warp, uint8_t *target, int64_t target_stride,
                                int64_t x0, int64_t y0, int64_t x1, int64_t y1);
// Pixel by pixel, whatever the transform.
void gk_image_warp_rgb_plain(const gk_image_warp *warp, uint8_t *target, int64_t target_stride,
                             int64_t x0, int64_t y0, int64_t x1, int64_t y1);
int32_t gk_image_overlaps_any_baseline(gk_image_boxes boxes, int64_t count, const double box[4],
                                       double area, double threshold);

#endif
