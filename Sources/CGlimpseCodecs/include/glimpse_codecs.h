#pragma once
// C functions for libpng and libjpeg, with one error buffer.
//
// - Functions work in memory, keep no state between calls and may run on any thread.
// - The libraries report errors by longjmp; each function here catches them, so that no longjmp
//   crosses a frame of the caller.
// - Input is read in place. Pixels are written to a buffer of the caller, whose size is checked.
//   Only the encoders allocate: the caller frees their gc_bytes with gc_bytes_free.
// - Pixels are rows from the top without padding, samples interleaved; samples of 16 bits are in
//   the machine's byte order.

#include <stddef.h>
#include <stdint.h>

// Return codes.
enum {
  GC_OK = 0,
  GC_CORRUPT = 1,      // the library failed; the report has the reason
  GC_UNSUPPORTED = 2,  // valid, but of a kind that is not supported; the report has the reason
  GC_NO_MEMORY = 3,
};

// Bits of gc_report.damage.
enum {
  GC_ENDS_EARLY = 1,  // data or a scan end before the image is complete
  GC_GARBLED = 2,     // data are corrupt, and some pixels are guesses
};

enum { GC_MESSAGE_SIZE = 224 };

// The error buffer: filled by every function, owned by the caller.
typedef struct gc_report {
  int damage;                         // of a decoded image: 0 or the bits above
  int warnings;                       // the number of the library's warnings
  char message[GC_MESSAGE_SIZE];      // why a function failed; empty otherwise
  char damage_text[GC_MESSAGE_SIZE];  // the first warning that set a bit of damage
  char warning[GC_MESSAGE_SIZE];      // the first other warning
} gc_report;

// The properties of an image, from its file header.
typedef struct gc_header {
  uint32_t width;   // as stored, before any orientation
  uint32_t height;
  int channels;     // 1...4, with palettes and transparency expanded and CMYK as RGB
  int bit_depth;    // 8 or 16
  // The maximum number of pixels that one byte of the file can encode; 0 if there is no bound.
  double pixels_per_byte;
} gc_header;

// Reads a JPEG's header, up to its first scan.
int gc_jpeg_header(const uint8_t *bytes, size_t count, gc_header *header, gc_report *report);

// Decodes a JPEG to 1 (gray) or 3 (RGB) channels of 8 bits, at `eighths` (1...8) eighths of its
// size: pixels holds ceil(width * eighths / 8) x ceil(height * eighths / 8) x channels bytes.
// Damage alone is not a failure: the caller checks report->damage.
int gc_jpeg_decode(
  const uint8_t *bytes, size_t count, int eighths, int channels, uint8_t *pixels, size_t size,
  gc_report *report);

// Reads a PNG's header, up to its first IDAT.
int gc_png_header(const uint8_t *bytes, size_t count, gc_header *header, gc_report *report);

// Decodes a PNG to `channels` of `bit_depth` (8 or 16) bits. Alpha is dropped, or added as opaque,
// never blended; 16 bits become 8 by their high byte; color is not converted to gray.
int gc_png_decode(
  const uint8_t *bytes, size_t count, int channels, int bit_depth, uint8_t *pixels, size_t size,
  gc_report *report);

// The output of an encoder.
typedef struct gc_bytes {
  uint8_t *bytes;  // NULL after a failure
  size_t count;
  size_t capacity;
} gc_bytes;

// Frees and empties an encoder's output, which may be empty.
void gc_bytes_free(gc_bytes *made);

// Encodes 1 (gray) or 3 (RGB) channels of 8 bits as a baseline JPEG of quality 1...100, color with
// 4:2:0 subsampling. The caller frees `made`.
int gc_jpeg_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality,
  gc_bytes *made, gc_report *report);

// Encodes 1...4 channels of 8 or 16 bits as a PNG. The caller frees `made`.
int gc_png_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int bit_depth,
  gc_bytes *made, gc_report *report);
