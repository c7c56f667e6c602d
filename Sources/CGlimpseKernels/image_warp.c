#include "glimpse_image_kernels.h"
#include "image_color.h"
#include "image_dispatch.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

// Places between pixels are counted in 128ths. A sample is the blend of two rows, rounded to a byte,
// and then of the two columns; so every way of computing it gives the same bytes.
enum { fraction_bits = 7, whole = 1 << fraction_bits, half = whole / 2 };

// Pixels that are sampled before their colors are changed together.
enum { chunk = 128 };

// Without rotation a row moves at most this many source pixels for each target pixel, or else the
// general way is taken. The source pixels of a chunk, and of a group of 8, are bounded by it.
enum { steepest = 2, group = 8, span_limit = chunk * steepest + 4 };

typedef struct {
  uint8_t channel[3][chunk];
} planes;

// The pixel at or before a place, counted from the middle of the first, and the 128ths beyond it.
GK_INLINE int32_t place_of(double position, int32_t count) {
  const double last = (double)(count - 1) * whole;
  double p = position * whole - (half - 0.5);
  p = p > 0 ? p : 0;
  p = p < last ? p : last;
  return (int32_t)p;
}

// What lies outside of the image, in the coordinates of the inverse, is not drawn: each of these
// is a linear function of a target's column that is 0 or more inside.
typedef struct {
  double step[5], start[5];
} edges;

GK_INLINE edges edges_of(const gk_image_warp *w, double y) {
  const double *m = w->inverse;
  const double u = m[1] * y + m[2], v = m[4] * y + m[5], z = m[7] * y + m[8];
  return (edges){
      {m[0] - w->left * m[6], w->right * m[6] - m[0], m[3] - w->top * m[6],
       w->bottom * m[6] - m[3], m[6]},
      {u - w->left * z, w->right * z - u, v - w->top * z, w->bottom * z - v, z}};
}

// Beyond the right and bottom edges means on them, too.
GK_INLINE int inside(const edges *e, int64_t x) {
  const double center = (double)x + 0.5;
  return e->step[0] * center + e->start[0] >= 0 && e->step[1] * center + e->start[1] > 0 &&
         e->step[2] * center + e->start[2] >= 0 && e->step[3] * center + e->start[3] > 0 &&
         e->step[4] * center + e->start[4] > 0;
}

// The columns x0 <= first ... end <= x1 of a row that show the image, which is convex: estimated
// by division, and then settled by the very test that defines them.
GK_INLINE void visible(const edges *e, int64_t x0, int64_t x1, int64_t *first, int64_t *end) {
  double low = (double)x0, high = (double)x1;
  *first = *end = x1;
  for (int i = 0; i < 5; i++) {
    if (e->step[i] == 0) {
      if (!(e->start[i] >= 0)) return;
      continue;
    }
    const double zero = -e->start[i] / e->step[i] - 0.5;
    if (e->step[i] > 0) {
      low = zero > low ? zero : low;
    } else {
      high = zero < high ? zero : high;
    }
  }
  if (!(low <= high + 1)) return;
  *first = (int64_t)low - 1 < x0 ? x0 : (int64_t)low - 1;
  *end = (int64_t)high + 2 > x1 ? x1 : (int64_t)high + 2;
  while (*first < *end && !inside(e, *first)) ++*first;
  while (*end > *first && !inside(e, *end - 1)) --*end;
}

GK_INLINE void fill_span(const gk_image_warp *w, uint8_t *row, int64_t first, int64_t end) {
  if (!w->keeps_outside && first < end) {
    memset(row + first * 3, w->background, (size_t)(end - first) * 3);
  }
}

// Sampled pixels, with their colors changed, into the target.
GK_INLINE void finish(const gk_image_warp *w, planes *p, int64_t count, uint8_t *target) {
  if (w->color) gk_image_recolor(w->color, p->channel[0], p->channel[1], p->channel[2], chunk);
  for (int64_t i = 0; i < count; i++) {
    target[3 * i] = p->channel[0][i];
    target[3 * i + 1] = p->channel[1][i];
    target[3 * i + 2] = p->channel[2][i];
  }
}

// ---- Any transform: pixel by pixel

// Two pixels of a row and the two below them, with their channels in 16 bits each.
GK_INLINE gk_words8 two_pixels(const uint8_t *p, const uint8_t *end) {
  gk_bytes8 bytes = {0};
  if (__builtin_expect(p + 8 <= end, 1)) {
    memcpy(&bytes, p, 8);
  } else {
    memcpy(&bytes, p, (size_t)(end - p));
  }
  return __builtin_convertvector(bytes, gk_words8);
}

GK_INLINE void warp_span(const gk_image_warp *w, uint8_t *row, int64_t y, int64_t first,
                         int64_t end) {
  const double *m = w->inverse;
  const double middle = (double)y + 0.5;
  const double base_u = m[1] * middle + m[2], base_v = m[4] * middle + m[5];
  const double base_z = m[7] * middle + m[8];
  const int is_affine = m[6] == 0 && m[7] == 0 && m[8] == 1;
  const uint8_t *source = w->source;
  const uint8_t *source_end =
      source + (w->source_height - 1) * w->source_stride + (int64_t)w->source_width * 3;
  planes p;
  memset(&p, 0, sizeof p);
  int32_t us[chunk], vs[chunk];
  for (int64_t start = first; start < end; start += chunk) {
    const int64_t n = end - start < chunk ? end - start : chunk;
    if (is_affine) {
      for (int64_t i = 0; i < n; i++) {
        const double center = (double)(start + i) + 0.5;
        us[i] = place_of(m[0] * center + base_u, w->source_width);
        vs[i] = place_of(m[3] * center + base_v, w->source_height);
      }
    } else {
      for (int64_t i = 0; i < n; i++) {
        const double center = (double)(start + i) + 0.5;
        const double z = m[6] * center + base_z;
        us[i] = place_of((m[0] * center + base_u) / z, w->source_width);
        vs[i] = place_of((m[3] * center + base_v) / z, w->source_height);
      }
    }
    for (int64_t i = 0; i < n; i++) {
      const int64_t x = us[i] >> fraction_bits, v = vs[i] >> fraction_bits;
      const uint16_t fx = (uint16_t)(us[i] & (whole - 1)), fy = (uint16_t)(vs[i] & (whole - 1));
      const uint8_t *top = source + v * w->source_stride + x * 3;
      const uint8_t *below = v + 1 < w->source_height ? top + w->source_stride : top;
      const gk_words8 a = two_pixels(top, source_end), b = two_pixels(below, source_end);
      const gk_words8 left = (a * (uint16_t)(whole - fy) + b * fy + half) >> fraction_bits;
      const gk_words8 right = __builtin_shufflevector(left, left, 3, 4, 5, 3, 4, 5, 3, 4);
      const gk_words8 pixel = (left * (uint16_t)(whole - fx) + right * fx + half) >> fraction_bits;
      for (int c = 0; c < 3; c++) p.channel[c][i] = (uint8_t)pixel[c];
    }
    finish(w, &p, n, row + start * 3);
  }
}

// ---- Without rotation: a chunk of columns, row by row

// How a chunk of columns is made of the source's: eight at a time, each of two neighbors.
typedef struct {
  // The first source pixel that the chunk needs, and how many.
  int32_t first, count;
  // Of each group: the source pixel that its shuffle counts from.
  int32_t bases[chunk / group];
  // Of each column: the places of its two neighbors, and their weights, which add up to 128.
  uint8_t places[chunk * 2], weights[chunk * 2];
} columns;

GK_INLINE void plan_columns(const gk_image_warp *w, int64_t start, int64_t n, columns *c) {
  int32_t at[chunk];
  int32_t low = INT32_MAX, high = 0;
  for (int64_t i = 0; i < chunk; i++) {
    const double center = (double)(start + (i < n ? i : n - 1)) + 0.5;
    at[i] = place_of(w->inverse[0] * center + w->inverse[2], w->source_width);
    const int32_t x = at[i] >> fraction_bits;
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  c->first = low;
  c->count = (high + 1 < w->source_width ? high + 1 : high) - low + 1;
  for (int64_t g = 0; g < chunk / group; g++) {
    int32_t base = INT32_MAX;
    for (int64_t i = g * group; i < (g + 1) * group; i++) {
      const int32_t x = at[i] >> fraction_bits;
      base = x < base ? x : base;
    }
    c->bases[g] = base - low;
    for (int64_t i = g * group; i < (g + 1) * group; i++) {
      const int32_t x = (at[i] >> fraction_bits) - base, f = at[i] & (whole - 1);
      // Weights fit 7 bits: a place on a pixel is twice half of it.
      c->places[2 * i] = (uint8_t)x;
      c->places[2 * i + 1] = (uint8_t)(f ? x + 1 : x);
      c->weights[2 * i] = (uint8_t)(f ? whole - f : half);
      c->weights[2 * i + 1] = (uint8_t)(f ? f : half);
    }
  }
}

GK_INLINE void blend_columns_plain(const uint8_t *source, const columns *c, uint8_t *target) {
  for (int64_t i = 0; i < chunk; i++) {
    const uint8_t *p = source + c->bases[i / group];
    target[i] = (uint8_t)((p[c->places[2 * i]] * c->weights[2 * i] +
                           p[c->places[2 * i + 1]] * c->weights[2 * i + 1] + half) >>
                          fraction_bits);
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

// A shuffle puts the two neighbors of eight columns side by side, a multiply-add blends them.
__attribute__((target("avx2"))) static void blend_columns_avx2(const uint8_t *source,
                                                               const columns *c, uint8_t *target) {
  const __m256i rounding = _mm256_set1_epi16(half);
  for (int64_t g = 0; g < chunk / group; g += 2) {
    const __m128i low = _mm_loadu_si128((const __m128i *)(source + c->bases[g]));
    const __m128i high = _mm_loadu_si128((const __m128i *)(source + c->bases[g + 1]));
    const __m256i places = _mm256_loadu_si256((const __m256i *)(c->places + g * 16));
    const __m256i weights = _mm256_loadu_si256((const __m256i *)(c->weights + g * 16));
    const __m256i pairs = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), places);
    const __m256i sums = _mm256_srli_epi16(
        _mm256_add_epi16(_mm256_maddubs_epi16(pairs, weights), rounding), fraction_bits);
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    _mm_storeu_si128((__m128i *)(target + g * group), bytes);
  }
}
#endif

// Blends two rows of `count` bytes.
GK_INLINE void blend_rows(const uint8_t *a, const uint8_t *b, uint16_t f, int64_t count,
                          uint8_t *target) {
  const uint16_t rest = (uint16_t)(whole - f);
  int64_t i = 0;
  while (i < count) {
    // The last block overlaps the one before it, where there is one.
    if (i + 32 > count && count >= 32) i = count - 32;
    const int64_t n = count - i < 32 ? count - i : 32;
    if (n == 32) {
      for (int64_t k = 0; k < 32; k++) {
        target[i + k] = (uint8_t)((uint16_t)(a[i + k] * rest + b[i + k] * f + half) >> fraction_bits);
      }
    } else {
      for (int64_t k = 0; k < n; k++) {
        target[i + k] = (uint8_t)((uint16_t)(a[i + k] * rest + b[i + k] * f + half) >> fraction_bits);
      }
    }
    i += n;
  }
}

// Chunks whose columns are planned at once.
enum { most_chunks = 8 };

// Draws some columns in the rows y0 <= y < y1, all of them inside of the image: row by row, so
// that memory is read in order.
GK_INLINE void warp_columns(const gk_image_warp *w, uint8_t *target, int64_t target_stride,
                            int64_t x0, int64_t x1, int64_t y0, int64_t y1, int has_avx2) {
  columns plans[most_chunks];
  for (int64_t x = x0, k = 0; x < x1; x += chunk, k++) {
    plan_columns(w, x, x1 - x < chunk ? x1 - x : chunk, &plans[k]);
  }
  uint8_t row[span_limit * 3 + 64], split[3][span_limit + 64];
  memset(split, 0, sizeof split);
  planes p;
  for (int64_t y = y0; y < y1; y++) {
    const double position = w->inverse[4] * ((double)y + 0.5) + w->inverse[5];
    const int32_t at = place_of(position, w->source_height);
    const int64_t v = at >> fraction_bits;
    const uint8_t *above = w->source + v * w->source_stride;
    const uint8_t *below = v + 1 < w->source_height ? above + w->source_stride : above;
    const columns *c = plans;
    for (int64_t x = x0; x < x1; x += chunk, c++) {
      const int64_t first = (int64_t)c->first * 3;
      blend_rows(above + first, below + first, (uint16_t)(at & (whole - 1)), (int64_t)c->count * 3,
                 row);
      for (int64_t i = 0; i < c->count; i++) {
        split[0][i] = row[3 * i];
        split[1][i] = row[3 * i + 1];
        split[2][i] = row[3 * i + 2];
      }
      for (int k = 0; k < 3; k++) {
#if defined(__x86_64__)
        if (has_avx2) {
          blend_columns_avx2(split[k], c, p.channel[k]);
          continue;
        }
#endif
        blend_columns_plain(split[k], c, p.channel[k]);
      }
      finish(w, &p, x1 - x < chunk ? x1 - x : chunk, target + y * target_stride + x * 3);
    }
  }
}

GK_INLINE int is_straight(const gk_image_warp *w) {
  const double *m = w->inverse;
  return m[1] == 0 && m[3] == 0 && m[6] == 0 && m[7] == 0 && m[8] == 1 && m[0] <= steepest &&
         m[0] >= -steepest;
}

GK_INLINE void gk_image_warp_rgb_body(const gk_image_warp *w, uint8_t *target,
                                      int64_t target_stride, int64_t x0, int64_t y0, int64_t x1,
                                      int64_t y1, int level) {
  if (level < 0 || !is_straight(w)) {
    for (int64_t y = y0; y < y1; y++) {
      const edges e = edges_of(w, (double)y + 0.5);
      int64_t first, end;
      visible(&e, x0, x1, &first, &end);
      uint8_t *row = target + y * target_stride;
      fill_span(w, row, x0, first);
      fill_span(w, row, end, x1);
      warp_span(w, row, y, first, end);
    }
    return;
  }
  // The rows that show the image show it in the same columns.
  int64_t first = x1, end = x1, top = y1, bottom = y1;
  for (int64_t y = y0; y < y1; y++) {
    const edges e = edges_of(w, (double)y + 0.5);
    int64_t row_first, row_end;
    visible(&e, x0, x1, &row_first, &row_end);
    if (row_first < row_end) {
      if (top == y1) top = y;
      bottom = y + 1;
      first = row_first;
      end = row_end;
    }
  }
  if (top == y1) bottom = y1;
  for (int64_t y = y0; y < y1; y++) {
    uint8_t *row = target + y * target_stride;
    const int shows = y >= top && y < bottom;
    fill_span(w, row, x0, shows ? first : x1);
    if (shows) fill_span(w, row, end, x1);
  }
  const int64_t step = most_chunks * chunk;
  for (int64_t x = first; x < end && top < bottom; x += step) {
    warp_columns(w, target, target_stride, x, end - x < step ? end : x + step, top, bottom,
                 level > 0);
  }
}

#define PARAMETERS                                                                               \
  (const gk_image_warp *w, uint8_t *target, int64_t target_stride, int64_t x0, int64_t y0,       \
   int64_t x1, int64_t y1)

void gk_image_warp_rgb_plain PARAMETERS {
  gk_image_warp_rgb_body(w, target, target_stride, x0, y0, x1, y1, -1);
}

void gk_image_warp_rgb_baseline PARAMETERS {
  gk_image_warp_rgb_body(w, target, target_stride, x0, y0, x1, y1, 0);
}

#if defined(__x86_64__)
GK_TARGET_AVX2 static void warp_rgb_avx2 PARAMETERS {
  gk_image_warp_rgb_body(w, target, target_stride, x0, y0, x1, y1, 1);
}

GK_TARGET_AVX512 static void warp_rgb_avx512 PARAMETERS {
  gk_image_warp_rgb_body(w, target, target_stride, x0, y0, x1, y1, 2);
}
#endif

void gk_image_warp_rgb PARAMETERS {
#if defined(__x86_64__)
  const int level = gk_image_level();
  if (level == 2) return warp_rgb_avx512(w, target, target_stride, x0, y0, x1, y1);
  if (level == 1) return warp_rgb_avx2(w, target, target_stride, x0, y0, x1, y1);
#endif
  gk_image_warp_rgb_baseline(w, target, target_stride, x0, y0, x1, y1);
}
