#include "glimpse_image_kernels.h"
#include "image_dispatch.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

// Resampling is separable. Rows first: they are contiguous, so the large side of the work runs at
// full vector width; then columns, a pixel (four lanes) at a time.

// row[i] = sum over taps of weights[t] * source[t * stride + i]
GK_INLINE void blend_rows(const uint8_t *source, int64_t stride, int64_t count,
                          const float *weights, int32_t taps, float *row) {
  int64_t i = 0;
  for (; i + 32 <= count; i += 32) {
    gk_float8 a = {0}, b = {0}, c = {0}, d = {0};
    for (int32_t t = 0; t < taps; t++) {
      const uint8_t *p = source + t * stride + i;
      const float w = weights[t];
      gk_bytes8 bytes[4];
      memcpy(bytes, p, 32);
      a += __builtin_convertvector(bytes[0], gk_float8) * w;
      b += __builtin_convertvector(bytes[1], gk_float8) * w;
      c += __builtin_convertvector(bytes[2], gk_float8) * w;
      d += __builtin_convertvector(bytes[3], gk_float8) * w;
    }
    memcpy(row + i, &a, 32);
    memcpy(row + i + 8, &b, 32);
    memcpy(row + i + 16, &c, 32);
    memcpy(row + i + 24, &d, 32);
  }
  for (; i < count; i++) {
    float sum = 0;
    for (int32_t t = 0; t < taps; t++) sum += (float)source[t * stride + i] * weights[t];
    row[i] = sum;
  }
}

// The same for pixels whose last channel is alpha: colors come out multiplied by alpha.
GK_INLINE void blend_rows_with_alpha(const uint8_t *source, int64_t stride, int64_t count,
                                     int32_t channels, const float *weights, int32_t taps,
                                     float *row) {
  memset(row, 0, (size_t)count * sizeof(float));
  for (int32_t t = 0; t < taps; t++) {
    const uint8_t *p = source + t * stride;
    for (int64_t i = 0; i < count; i += channels) {
      const float alpha = (float)p[i + channels - 1];
      const float w = weights[t] * alpha;
      for (int32_t c = 0; c < channels - 1; c++) row[i + c] += w * (float)p[i + c];
      row[i + channels - 1] += w;
    }
  }
}

// Pixels of 3 floats, of which 4 are loaded and stored: `row` needs a float of slack; the target
// does not, since its last pixel is stored exactly.
GK_INLINE void blend_columns_rgb(const float *row, gk_image_axis columns, gk_float4 gain,
                                 gk_float4 bias, float *target) {
  for (int32_t x = 0; x < columns.count; x++) {
    const float *p = row + (int64_t)columns.starts[x] * 3;
    const float *weights = columns.weights + (int64_t)x * columns.taps;
    gk_float4 sum = {0};
    for (int32_t t = 0; t < columns.taps; t++) {
      gk_float4 pixel;
      memcpy(&pixel, p + t * 3, sizeof pixel);
      sum += pixel * weights[t];
    }
    sum = sum * gain + bias;
    if (x + 1 < columns.count) {
      memcpy(target + (int64_t)x * 3, &sum, sizeof sum);
    } else {
      memcpy(target + (int64_t)x * 3, &sum, 3 * sizeof(float));
    }
  }
}

GK_INLINE void blend_columns(const float *row, int32_t channels, gk_image_axis columns,
                             float *target) {
  for (int32_t x = 0; x < columns.count; x++) {
    const float *p = row + (int64_t)columns.starts[x] * channels;
    const float *weights = columns.weights + (int64_t)x * columns.taps;
    for (int32_t c = 0; c < channels; c++) {
      float sum = 0;
      for (int32_t t = 0; t < columns.taps; t++) sum += p[t * channels + c] * weights[t];
      target[(int64_t)x * channels + c] = sum;
    }
  }
}

GK_INLINE uint8_t rounded_byte(float value) {
  value = value > 0 ? value : 0;
  value = value < 255 ? value : 255;
  return (uint8_t)(int32_t)(value + 0.5f);
}

GK_INLINE void gk_image_resample_rgb_to_float_body(
    const uint8_t *source, int64_t width, gk_image_axis columns, gk_image_axis rows,
    const float gain[3], const float bias[3], float *target, int64_t target_stride,
    float *scratch) {
  const gk_float4 gains = {gain[0], gain[1], gain[2], 0};
  const gk_float4 biases = {bias[0], bias[1], bias[2], 0};
  memset(scratch + width * 3, 0, GK_IMAGE_ROW_SLACK * sizeof(float));
  for (int32_t y = 0; y < rows.count; y++) {
    blend_rows(source + rows.starts[y] * width * 3, width * 3, width * 3,
               rows.weights + (int64_t)y * rows.taps, rows.taps, scratch);
    blend_columns_rgb(scratch, columns, gains, biases, target + y * target_stride);
  }
}

GK_IMAGE_DISPATCH(void, gk_image_resample_rgb_to_float,
                  (const uint8_t *source, int64_t width, gk_image_axis columns, gk_image_axis rows,
                   const float gain[3], const float bias[3], float *target, int64_t target_stride,
                   float *scratch),
                  (source, width, columns, rows, gain, bias, target, target_stride, scratch))

GK_INLINE void gk_image_resample_bytes_body(const uint8_t *source, int64_t width, int32_t channels,
                                            gk_image_axis columns, gk_image_axis rows,
                                            uint8_t *target, float *scratch) {
  const int64_t row_count = width * channels, out_count = (int64_t)columns.count * channels;
  float *blended = scratch, *out = scratch + row_count + GK_IMAGE_ROW_SLACK;
  const gk_float4 one = {1, 1, 1, 1}, zero = {0};
  memset(blended + row_count, 0, GK_IMAGE_ROW_SLACK * sizeof(float));
  for (int32_t y = 0; y < rows.count; y++) {
    const uint8_t *first = source + rows.starts[y] * row_count;
    const float *weights = rows.weights + (int64_t)y * rows.taps;
    uint8_t *p = target + y * out_count;
    if (channels == 2 || channels == 4) {
      blend_rows_with_alpha(first, row_count, row_count, channels, weights, rows.taps, blended);
    } else {
      blend_rows(first, row_count, row_count, weights, rows.taps, blended);
    }
    if (channels == 3) {
      blend_columns_rgb(blended, columns, one, zero, out);
    } else {
      blend_columns(blended, channels, columns, out);
    }
    if (channels == 2 || channels == 4) {
      for (int64_t i = 0; i < out_count; i += channels) {
        const float alpha = out[i + channels - 1];
        const float scale = alpha > 0 ? 1 / alpha : 0;
        for (int32_t c = 0; c < channels - 1; c++) out[i + c] *= scale;
      }
    }
    for (int64_t i = 0; i < out_count; i++) p[i] = rounded_byte(out[i]);
  }
}

GK_IMAGE_DISPATCH(void, gk_image_resample_bytes,
                  (const uint8_t *source, int64_t width, int32_t channels, gk_image_axis columns,
                   gk_image_axis rows, uint8_t *target, float *scratch),
                  (source, width, channels, columns, rows, target, scratch))

GK_INLINE double larger(double a, double b) { return a > b ? a : b; }
GK_INLINE double smaller(double a, double b) { return a < b ? a : b; }

GK_INLINE int32_t gk_image_overlaps_any_body(gk_image_boxes boxes, int64_t count,
                                             const double box[4], double area, double threshold) {
  // A product, a hair low, sifts out nearly all boxes; the quotient decides about the others.
  const double sieve = threshold * (1 - 1e-12);
  double shared[GK_IMAGE_BOX_BLOCK], whole[GK_IMAGE_BOX_BLOCK];
  for (int64_t i = 0; i < count; i += GK_IMAGE_BOX_BLOCK) {
    int64_t candidates = 0;
    for (int64_t j = 0; j < GK_IMAGE_BOX_BLOCK; j++) {
      const double w = smaller(boxes.x2[i + j], box[2]) - larger(boxes.x1[i + j], box[0]);
      const double h = smaller(boxes.y2[i + j], box[3]) - larger(boxes.y1[i + j], box[1]);
      shared[j] = larger(w, 0) * larger(h, 0);
      whole[j] = boxes.area[i + j] + area - shared[j];
      candidates |= shared[j] > sieve * whole[j] ? -1 : 0;
    }
    if (!candidates) continue;
    for (int64_t j = 0; j < GK_IMAGE_BOX_BLOCK; j++) {
      if (whole[j] > 0 && shared[j] / whole[j] > threshold) return 1;
    }
  }
  return 0;
}

GK_IMAGE_DISPATCH(int32_t, gk_image_overlaps_any,
                  (gk_image_boxes boxes, int64_t count, const double box[4], double area,
                   double threshold),
                  (boxes, count, box, area, threshold))
