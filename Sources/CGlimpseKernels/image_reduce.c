#include "glimpse_image_kernels.h"
#include "image_dispatch.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

// The means of 2 x 2 pixels, for two whole rows. Means are taken at every byte, where vectors take
// them, and those that begin a block are picked.
GK_INLINE void halve_rows(const uint8_t *a, const uint8_t *b, int64_t bytes, uint16_t *sums,
                          uint8_t *means, uint8_t *target) {
  for (int64_t i = 0; i < bytes; i++) sums[i] = (uint16_t)(a[i] + b[i]);
  for (int64_t i = 0; i + 3 < bytes; i++) means[i] = (uint8_t)((sums[i] + sums[i + 3] + 2) >> 2);
  for (int64_t x = 0; x + 6 <= bytes; x += 6, target += 3) memcpy(target, means + x, 3);
}

GK_INLINE void gk_image_reduce_rgb_body(const uint8_t *source, int64_t stride, int64_t width,
                                        int64_t height, int64_t block_width, int64_t block_height,
                                        uint8_t *target, uint32_t *scratch) {
  const int64_t row = width * 3, columns = (width + block_width - 1) / block_width;
  for (int64_t y = 0; y < height; y += block_height, target += columns * 3) {
    const int64_t rows = height - y < block_height ? height - y : block_height;
    const uint8_t *first = source + y * stride;
    int64_t done = 0;
    if (block_width == 2 && rows == 2) {
      uint16_t *sums = (uint16_t *)scratch;
      halve_rows(first, first + stride, row, sums, (uint8_t *)(sums + row), target);
      done = width & ~(int64_t)1;
    }
    if (done == width) continue;
    memset(scratch, 0, (size_t)row * sizeof(uint32_t));
    for (int64_t k = 0; k < rows; k++) {
      const uint8_t *p = first + k * stride;
      for (int64_t i = done * 3; i < row; i++) scratch[i] += p[i];
    }
    for (int64_t x = done; x < width; x += block_width) {
      const int64_t n = width - x < block_width ? width - x : block_width;
      const uint32_t *p = scratch + x * 3;
      uint32_t r = 0, g = 0, b = 0;
      for (int64_t k = 0; k < n; k++) {
        r += p[3 * k];
        g += p[3 * k + 1];
        b += p[3 * k + 2];
      }
      const float scale = 1.0f / (float)(n * rows);
      uint8_t *pixel = target + x / block_width * 3;
      pixel[0] = (uint8_t)((float)r * scale + 0.5f);
      pixel[1] = (uint8_t)((float)g * scale + 0.5f);
      pixel[2] = (uint8_t)((float)b * scale + 0.5f);
    }
  }
}

GK_IMAGE_DISPATCH(void, gk_image_reduce_rgb,
                  (const uint8_t *source, int64_t stride, int64_t width, int64_t height,
                   int64_t block_width, int64_t block_height, uint8_t *target, uint32_t *scratch),
                  (source, stride, width, height, block_width, block_height, target, scratch))

// Gains and biases repeat every three numbers, so vectors of them do after three vectors.
enum { period = 48 };

GK_INLINE void gk_image_normalize_rgb_body(const uint8_t *source, int64_t pixels,
                                           const float gain[3], const float bias[3],
                                           float *target) {
  float gains[period], biases[period];
  for (int i = 0; i < period; i++) {
    gains[i] = gain[i % 3];
    biases[i] = bias[i % 3];
  }
  int64_t i = 0;
  for (; i + period <= pixels * 3; i += period) {
    for (int k = 0; k < period; k++) target[i + k] = (float)source[i + k] * gains[k] + biases[k];
  }
  for (int k = 0; i < pixels * 3; i++, k++) target[i] = (float)source[i] * gains[k] + biases[k];
}

GK_IMAGE_DISPATCH(void, gk_image_normalize_rgb,
                  (const uint8_t *source, int64_t pixels, const float gain[3],
                   const float bias[3], float *target),
                  (source, pixels, gain, bias, target))
