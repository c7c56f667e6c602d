#include "harness.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Readable bytes before and after a tensor: kernels load whole vectors at the end of a buffer, for
// which the engine's buffers have as many bytes.
#define MARGIN 256

// Bytes of memory that belongs to no pixel. 0xFF is NaN in all float formats; 0xA5 is a small
// negative number.
#define READ_GUARD 0xFF
#define WRITE_GUARD 0xA5

// Sums in another order round to a neighboring bfloat16 now and then: one unit in the last of 8
// bits, of the largest value.
#define STEP_LIMIT 0x1p-7
// Such values are so rare that the norm of all differences stays far below this fraction of the
// norm of the values.
#define NORM_LIMIT 0.003

// Values below this size count as this size.
#define LEAST_MAGNITUDE 1e-6

typedef struct allocation {
  struct allocation *next;
  unsigned char *memory;
  long bytes;
  tensor t;
  unsigned char guard;
} allocation;

subject checked;

static allocation *allocations;
static const char *family;
static char case_name[160];
static long cases, failures;
static double largest_difference;

// splitmix64 (Steele, Lea, Flood 2014), as a number in [0, 1).
static double next_number(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static unsigned char *place_of(const tensor *t, long pixel, long channel) {
  return (unsigned char *)t->data + (pixel * t->stride + channel) * t->bytes;
}

double value_at(const tensor *t, long pixel, long channel) {
  const unsigned char *place = place_of(t, pixel, channel);
  if (t->bytes == 1) return *place;
  uint32_t bits = 0;
  // bfloat16 is the upper half of a float.
  memcpy((char *)&bits + 4 - t->bytes, place, (size_t)t->bytes);
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

void set_value(const tensor *t, long pixel, long channel, float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if (checked.value_bytes == 2) bits &= 0xFFFF0000u;
  memcpy(place_of(t, pixel, channel), (char *)&bits + 4 - t->bytes, (size_t)t->bytes);
}

void fill(const tensor *t, unsigned seed, double low, double high) {
  uint64_t state = seed;
  for (long p = 0; p < t->pixels; p++) {
    for (long c = 0; c < t->channels; c++) {
      double number = next_number(&state);
      if (t->bytes == 1) {
        *place_of(t, p, c) = (unsigned char)(number * 256);
      } else {
        set_value(t, p, c, (float)(low + number * (high - low)));
      }
    }
  }
}

static tensor new_tensor(int bytes, long pixels, long channels, long gap, unsigned char guard) {
  allocation *a = malloc(sizeof *a);
  long first = gap > 3 ? 3 : gap, stride = channels + gap;
  long all = (2 * MARGIN + pixels * stride * bytes + 63) / 64 * 64;
  unsigned char *memory = aligned_alloc(64, (size_t)all);
  if (!a || !memory) {
    fprintf(stderr, "error: there is no memory for the tensors of a case\n");
    exit(71);
  }
  memset(memory, guard, (size_t)all);
  tensor t = {memory + MARGIN + first * bytes, pixels, channels, stride, bytes};
  *a = (allocation){allocations, memory, all, t, guard};
  allocations = a;
  return t;
}

tensor new_source(int bytes, long pixels, long channels, long gap, unsigned seed) {
  tensor t = new_tensor(bytes, pixels, channels, gap, READ_GUARD);
  fill(&t, seed, -1, 1);
  return t;
}

tensor new_target(int bytes, long pixels, long channels, long gap, unsigned seed) {
  tensor t = new_tensor(bytes, pixels, channels, gap, WRITE_GUARD);
  fill(&t, seed, -1, 1);
  return t;
}

float *new_parameters(long count, unsigned seed) {
  return new_source(4, 1, count, 0, seed).data;
}

float *new_scratch(long count) {
  tensor t = new_tensor(4, 1, count, 0, WRITE_GUARD);
  memset(t.data, READ_GUARD, sizeof(float) * (size_t)count);
  return t.data;
}

void *new_zeros(long count) {
  tensor t = new_tensor(checked.value_bytes, 1, count, 0, READ_GUARD);
  memset(t.data, 0, (size_t)(count * t.bytes));
  return t.data;
}

void begin_family(const char *name) {
  family = name;
  cases = 0;
  largest_difference = 0;
}

void end_family(void) {
  printf("%s %s: %ld %s, largest relative difference %.1e\n", checked.name, family, cases,
         cases == 1 ? "case" : "cases", largest_difference);
  fflush(stdout);
}

void begin_case(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(case_name, sizeof case_name, format, arguments);
  va_end(arguments);
  cases++;
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("FAILED: %s %s, %s: ", checked.name, family, case_name);
  vprintf(format, arguments);
  puts(".");
  va_end(arguments);
  failures++;
}

long failure_count(void) { return failures; }

static int is_unchanged(const unsigned char *begin, const unsigned char *end,
                        unsigned char guard) {
  while (begin < end && *begin == guard) begin++;
  return begin == end;
}

static void check_surroundings(const allocation *a) {
  const tensor *t = &a->t;
  const unsigned char *begin = a->memory;
  // Before each pixel, and after the last one.
  for (long p = 0; p <= t->pixels; p++) {
    const unsigned char *end = p < t->pixels ? place_of(t, p, 0) : a->memory + a->bytes;
    if (!is_unchanged(begin, end, a->guard)) {
      // Pixel -1 is the memory before the tensor, pixel t->pixels the memory after it.
      fail("memory between pixels %ld and %ld was written, in a tensor of %ld pixels, %ld channels",
           p - 1, p, t->pixels, t->channels);
      return;
    }
    begin = end + t->channels * t->bytes;
  }
}

void end_case(void) {
  while (allocations) {
    allocation *a = allocations;
    check_surroundings(a);
    allocations = a->next;
    free(a->memory);
    free(a);
  }
}

static void compare_values(const char *what, const tensor *expected, const tensor *found,
                           double limit, int expects_nan) {
  double largest = 0, magnitude = LEAST_MAGNITUDE, squares = 0, norm = 0;
  long pixel = 0, channel = 0;
  for (long p = 0; p < expected->pixels; p++) {
    for (long c = 0; c < expected->channels; c++) {
      double a = value_at(expected, p, c), b = value_at(found, p, c);
      if (expects_nan && isnan(a) && isnan(b)) continue;
      if (!isfinite(a) || !isfinite(b)) {
        fail("%s is %g at pixel %ld, channel %ld, where the reference has %g", what, b, p, c, a);
        return;
      }
      double difference = fabs(a - b);
      if (difference > largest) {
        largest = difference;
        pixel = p;
        channel = c;
      }
      magnitude = fmax(magnitude, fabs(a));
      squares += difference * difference;
      norm += a * a;
    }
  }
  int is_half = expected->bytes == 2;
  double relative = largest / magnitude;
  largest_difference = fmax(largest_difference, relative);
  if (relative > (is_half ? STEP_LIMIT : limit)) {
    fail("%s differs by %.1e of the largest value, %g at pixel %ld, channel %ld, where the "
         "reference has %g", what, relative, value_at(found, pixel, channel), pixel, channel,
         value_at(expected, pixel, channel));
  } else if (is_half && sqrt(squares) > NORM_LIMIT * fmax(sqrt(norm), LEAST_MAGNITUDE)) {
    fail("%s differs by %.1e of the norm", what, sqrt(squares / norm));
  }
}

void compare(const char *what, tensor expected, tensor found, double limit) {
  compare_values(what, &expected, &found, limit, 0);
}

void compare_with_nan(const char *what, tensor expected, tensor found, double limit) {
  compare_values(what, &expected, &found, limit, 1);
}

void compare_gradients(tensor gradients[2][SIDES], double limit) {
  compare("the input gradient", gradients[0][REFERENCE], gradients[0][TESTED], limit);
  compare("the added input gradient", gradients[1][REFERENCE], gradients[1][TESTED], limit);
}

void compare_bits(const char *what, tensor expected, tensor found) {
  for (long p = 0; p < expected.pixels; p++) {
    for (long c = 0; c < expected.channels; c++) {
      if (!memcmp(place_of(&expected, p, c), place_of(&found, p, c), (size_t)expected.bytes)) {
        continue;
      }
      fail("%s is %.9g at pixel %ld, channel %ld, where the reference has %.9g", what,
           value_at(&found, p, c), p, c, value_at(&expected, p, c));
      return;
    }
  }
}
