#ifndef GLIMPSE_IMAGE_COLOR_H
#define GLIMPSE_IMAGE_COLOR_H

#include "glimpse_image_kernels.h"
#include "image_dispatch.h"

#pragma STDC FP_CONTRACT OFF

GK_INLINE float gk_image_clamped(float share) {
  share = share > 0 ? share : 0;
  return share < 1 ? share : 1;
}

// Changes hue, saturation and value of `count` planar colors (A. R. Smith, Color Gamut Transform
// Pairs, 1978; the hexcone model), without branches.
GK_INLINE void gk_image_turn_colors(const gk_image_color *c, uint8_t *red, uint8_t *green,
                                    uint8_t *blue, int count) {
  float turn = c->hue_shift - (float)(int32_t)c->hue_shift;
  turn = (turn < 0 ? turn + 1 : turn) * 6;
  const float saturation_gain = c->saturation_gain, value_gain = c->value_gain;
  for (int i = 0; i < count; i++) {
    const float r = red[i], g = green[i], b = blue[i];
    float high = r > g ? r : g, low = r < g ? r : g;
    high = high > b ? high : b;
    low = low < b ? low : b;
    const float range = high - low;
    // One division for two: by the range, and by the largest channel.
    const float product = range * high;
    const float inverse = product > 0 ? 1 / product : 0;
    const float slope = inverse * high;
    float saturation = range * range * inverse * saturation_gain;
    saturation = saturation < 1 ? saturation : 1;
    float value = high * value_gain;
    value = value < 255 ? value : 255;
    const float chroma = value * saturation;
    // In sextants, from -1.
    float hue = high == r ? (g - b) * slope : high == g ? (b - r) * slope + 2 : (r - g) * slope + 4;
    hue += turn;
    hue = hue >= 6 ? hue - 6 : hue;
    hue = hue < 0 ? hue + 6 : hue;
    // How far each channel lies below the value, in chromas.
    const float below_red = gk_image_clamped(2 - __builtin_fabsf(hue - 3));
    const float below_green = gk_image_clamped(__builtin_fabsf(hue - 2) - 1);
    const float below_blue = gk_image_clamped(__builtin_fabsf(hue - 4) - 1);
    red[i] = (uint8_t)(int32_t)(value - chroma * below_red + 0.5f);
    green[i] = (uint8_t)(int32_t)(value - chroma * below_green + 0.5f);
    blue[i] = (uint8_t)(int32_t)(value - chroma * below_blue + 0.5f);
  }
}

// Changes `count` planar colors: hue, saturation and value, then the curve, then to gray.
GK_INLINE void gk_image_recolor(const gk_image_color *c, uint8_t *red, uint8_t *green,
                                uint8_t *blue, int count) {
  if (c->has_jitter) gk_image_turn_colors(c, red, green, blue, count);
  if (c->has_curve) {
    for (int i = 0; i < count; i++) {
      red[i] = c->curve[red[i]];
      green[i] = c->curve[green[i]];
      blue[i] = c->curve[blue[i]];
    }
  }
  if (c->is_gray) {
    // BT.601 luma in 65536ths.
    for (int i = 0; i < count; i++) {
      const uint32_t luma = red[i] * 19595u + green[i] * 38470u + blue[i] * 7471u + 32768u;
      red[i] = green[i] = blue[i] = (uint8_t)(luma >> 16);
    }
  }
}

#endif
