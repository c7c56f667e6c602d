#include "glimpse_image_kernels.h"
#include "image_dispatch.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

GK_INLINE void gk_image_reduce_rgb_body(const uint8_t *source, int64_t width, int64_t height,
                                        int64_t block_width, int64_t block_height, uint8_t *target,
                                        uint32_t *scratch) {
  const int64_t row = width * 3;
  for (int64_t y = 0; y < height; y += block_height) {
    const int64_t rows = height - y < block_height ? height - y : block_height;
    memset(scratch, 0, (size_t)row * sizeof(uint32_t));
    for (int64_t k = 0; k < rows; k++) {
      const uint8_t *p = source + (y + k) * row;
      for (int64_t i = 0; i < row; i++) scratch[i] += p[i];
    }
    for (int64_t x = 0; x < width; x += block_width) {
      const int64_t columns = width - x < block_width ? width - x : block_width;
      const uint32_t *p = scratch + x * 3;
      uint32_t r = 0, g = 0, b = 0;
      for (int64_t k = 0; k < columns; k++) {
        r += p[3 * k];
        g += p[3 * k + 1];
        b += p[3 * k + 2];
      }
      const float scale = 1.0f / (float)(columns * rows);
      *target++ = (uint8_t)((float)r * scale + 0.5f);
      *target++ = (uint8_t)((float)g * scale + 0.5f);
      *target++ = (uint8_t)((float)b * scale + 0.5f);
    }
  }
}

GK_IMAGE_DISPATCH(void, gk_image_reduce_rgb,
                  (const uint8_t *source, int64_t width, int64_t height, int64_t block_width,
                   int64_t block_height, uint8_t *target, uint32_t *scratch),
                  (source, width, height, block_width, block_height, target, scratch))

// A pixel of 3 bytes, loaded as 4 except at the very end of the buffer.
GK_INLINE gk_float4 load_pixel(const uint8_t *p, const uint8_t *last) {
  gk_bytes4 bytes = {0};
  if (__builtin_expect(p < last, 1)) {
    memcpy(&bytes, p, 4);
  } else {
    memcpy(&bytes, p, 3);
  }
  return __builtin_convertvector(bytes, gk_float4);
}

// The sample at source coordinates (u, v): bilinear between the four nearest pixel centers.
GK_INLINE gk_float4 sample(const gk_image_warp *w, const uint8_t *last, double u, double v) {
  const double max_x = w->source_width - 1, max_y = w->source_height - 1;
  u -= 0.5;
  v -= 0.5;
  u = u > 0 ? u : 0;
  v = v > 0 ? v : 0;
  u = u < max_x ? u : max_x;
  v = v < max_y ? v : max_y;
  const int32_t x = (int32_t)u, y = (int32_t)v;
  const float fx = (float)(u - x), fy = (float)(v - y);
  const int64_t stride = (int64_t)w->source_width * 3;
  const int64_t right = x + 1 < w->source_width ? 3 : 0;
  const int64_t below = y + 1 < w->source_height ? stride : 0;
  const uint8_t *p = w->source + y * stride + (int64_t)x * 3;
  const gk_float4 a = load_pixel(p, last), b = load_pixel(p + right, last);
  const gk_float4 c = load_pixel(p + below, last), d = load_pixel(p + below + right, last);
  const gk_float4 top = a + (b - a) * fx, bottom = c + (d - c) * fx;
  return top + (bottom - top) * fy;
}

GK_INLINE int inside(const gk_image_warp *w, double base_u, double base_v, int64_t x) {
  const double u = w->inverse[0] * ((double)x + 0.5) + base_u;
  const double v = w->inverse[3] * ((double)x + 0.5) + base_v;
  return u >= 0 && u < w->extent_width && v >= 0 && v < w->extent_height;
}

// Narrows *first...*last to where 0 <= base + step * (x + 0.5) < extent, give or take a pixel.
// 0 where that is nowhere.
GK_INLINE int narrow(double base, double step, double extent, double *first, double *last) {
  if (step == 0) return base >= 0 && base < extent;
  const double a = -base / step - 0.5, b = (extent - base) / step - 0.5;
  const double low = a < b ? a : b, high = a < b ? b : a;
  *first = low > *first ? low : *first;
  *last = high < *last ? high : *last;
  return *first <= *last + 1;
}

GK_INLINE float wrapped(float sextant) {
  sextant = sextant >= 6 ? sextant - 6 : sextant;
  return sextant < 0 ? sextant + 6 : sextant;
}

// One channel of a color of the given hue (in sextants, shifted by the channel), value and chroma.
GK_INLINE float channel(float sextant, float value, float chroma) {
  float k = wrapped(sextant);
  k = k < 4 - k ? k : 4 - k;
  k = k > 0 ? k : 0;
  k = k < 1 ? k : 1;
  return value - chroma * k;
}

// Pixels that are sampled before their colors are changed together, channel by channel.
enum { chunk = 128 };

// Changes hue, saturation and value of planar colors (A. R. Smith, Color Gamut Transform Pairs,
// 1978; the hexcone model), without branches.
GK_INLINE void jitter(const gk_image_warp *w, float *red, float *green, float *blue) {
  float turn = w->hue_shift - (float)(int32_t)w->hue_shift;
  turn = (turn < 0 ? turn + 1 : turn) * 6;
  for (int i = 0; i < chunk; i++) {
    const float r = red[i], g = green[i], b = blue[i];
    float high = r > g ? r : g, low = r < g ? r : g;
    high = high > b ? high : b;
    low = low < b ? low : b;
    const float range = high - low;
    const float slope = range > 0 ? 1 / range : 0;
    float hue = high == r ? (g - b) * slope : (b - r) * slope + 2;
    hue = (high != r && high != g) ? (r - g) * slope + 4 : hue;
    hue = wrapped(wrapped(hue) + turn);
    float saturation = (high > 0 ? range / high : 0) * w->saturation_gain;
    saturation = saturation < 1 ? saturation : 1;
    float value = high * w->value_gain;
    value = value < 255 ? value : 255;
    const float chroma = value * saturation;
    red[i] = channel(hue + 5, value, chroma);
    green[i] = channel(hue + 3, value, chroma);
    blue[i] = channel(hue + 1, value, chroma);
  }
}

GK_INLINE void warp_span(const gk_image_warp *w, float *row, int64_t first, int64_t end,
                         double base_u, double base_v) {
  const gk_float4 gain = {w->gain[0], w->gain[1], w->gain[2], 0};
  const gk_float4 bias = {w->bias[0], w->bias[1], w->bias[2], 0};
  const uint8_t *last = w->source + ((int64_t)w->source_width * w->source_height - 1) * 3;
  const double du = w->inverse[0], dv = w->inverse[3];
  if (!w->has_jitter) {
    for (int64_t x = first; x < end; x++) {
      const double center = (double)x + 0.5;
      const gk_float4 pixel =
          sample(w, last, du * center + base_u, dv * center + base_v) * gain + bias;
      memcpy(row + x * 3, &pixel, x + 1 < end ? sizeof pixel : 3 * sizeof(float));
    }
    return;
  }
  float red[chunk] = {0}, green[chunk] = {0}, blue[chunk] = {0};
  for (int64_t start = first; start < end; start += chunk) {
    const int64_t n = end - start < chunk ? end - start : chunk;
    for (int64_t i = 0; i < n; i++) {
      const double center = (double)(start + i) + 0.5;
      const gk_float4 pixel = sample(w, last, du * center + base_u, dv * center + base_v);
      red[i] = pixel[0];
      green[i] = pixel[1];
      blue[i] = pixel[2];
    }
    jitter(w, red, green, blue);
    float *p = row + start * 3;
    for (int64_t i = 0; i < n; i++) {
      p[3 * i] = red[i] * gain[0] + bias[0];
      p[3 * i + 1] = green[i] * gain[1] + bias[1];
      p[3 * i + 2] = blue[i] * gain[2] + bias[2];
    }
  }
}

GK_INLINE void fill_span(const gk_image_warp *w, float *row, int64_t first, int64_t end) {
  for (int64_t x = first; x < end; x++) {
    for (int c = 0; c < 3; c++) row[x * 3 + c] = w->background * w->gain[c] + w->bias[c];
  }
}

GK_INLINE void gk_image_warp_rgb_body(const gk_image_warp *w, float *target, int64_t target_stride,
                                      int64_t x0, int64_t y0, int64_t x1, int64_t y1) {
  for (int64_t y = y0; y < y1; y++) {
    const double base_u = w->inverse[1] * ((double)y + 0.5) + w->inverse[2];
    const double base_v = w->inverse[4] * ((double)y + 0.5) + w->inverse[5];
    // The picture is convex, so a row of the target meets it in one span. It is estimated by
    // division and then settled by the very test that defines it.
    double low = (double)x0, high = (double)x1;
    int64_t first = x1, end = x1;
    if (narrow(base_u, w->inverse[0], w->extent_width, &low, &high) &&
        narrow(base_v, w->inverse[3], w->extent_height, &low, &high)) {
      first = (int64_t)low - 1 < x0 ? x0 : (int64_t)low - 1;
      end = (int64_t)high + 2 > x1 ? x1 : (int64_t)high + 2;
      while (first < end && !inside(w, base_u, base_v, first)) first++;
      while (end > first && !inside(w, base_u, base_v, end - 1)) end--;
    }
    float *row = target + y * target_stride;
    if (!w->keeps_outside) {
      fill_span(w, row, x0, first);
      fill_span(w, row, end, x1);
    }
    warp_span(w, row, first, end, base_u, base_v);
  }
}

GK_IMAGE_DISPATCH(void, gk_image_warp_rgb,
                  (const gk_image_warp *warp, float *target, int64_t target_stride, int64_t x0,
                   int64_t y0, int64_t x1, int64_t y1),
                  (warp, target, target_stride, x0, y0, x1, y1))
