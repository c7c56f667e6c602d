#pragma once
// C functions for libpng and libjpeg, with one error buffer.
//
// - Functions may run on any thread. Those that decode and encode whole images work in memory and keep
//   no state between calls; rows are read from an open file and written piece by piece, by objects of
//   which each belongs to one thread at a time.
// - The libraries report errors by longjmp; each function here catches them, so that no longjmp
//   crosses a frame of the caller.
// - Input is read in place. Pixels are written to a buffer of the caller, whose size is checked.
//   Only the encoders and the objects allocate: the caller frees gc_bytes with gc_bytes_free, and
//   the objects with their functions `close`.
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
  int is_sequential;  // 1 if rows can be read in order, without holding the whole image
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

// Decodes a PNG with a palette to palette indices of 8 bits. `palette` has room for 256 entries of
// red, green and blue; those that the file does not have are black.
int gc_png_decode_indices(
  const uint8_t *bytes, size_t count, uint8_t *palette, uint8_t *pixels, size_t size,
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

// The rows of a sequential JPEG or PNG, from the top. `open` reads the header from the descriptor's
// position and sets the layout as the functions `decode` do; `rows` is NULL after a failure. `read`
// decodes the next `count` rows into exactly `size` bytes, and fails beyond the last row and after an
// error. The descriptor stays open; it must outlive the object.
typedef struct gc_jpeg_rows gc_jpeg_rows;
typedef struct gc_png_rows gc_png_rows;

int gc_jpeg_rows_open(int descriptor, int channels, gc_jpeg_rows **rows, gc_report *report);
int gc_jpeg_rows_read(
  gc_jpeg_rows *rows, uint8_t *pixels, size_t size, uint32_t count, gc_report *report);
void gc_jpeg_rows_close(gc_jpeg_rows *rows);

int gc_png_rows_open(
  int descriptor, int channels, int bit_depth, gc_png_rows **rows, gc_report *report);
int gc_png_rows_read(
  gc_png_rows *rows, uint8_t *pixels, size_t size, uint32_t count, gc_report *report);
void gc_png_rows_close(gc_png_rows *rows);

// A PNG that is written row by row. `filters` is 0 for label maps, which compress best without
// filters, and 1 otherwise. `append` encodes the next rows, and behind the last one the end of the
// file. After each successful call, `output` hands out the bytes of the file made since the last one,
// which are valid until the next call.
typedef struct gc_png_writer gc_png_writer;

int gc_png_writer_open(
  uint32_t width, uint32_t height, int channels, int bit_depth, int filters,
  gc_png_writer **writer, gc_report *report);
int gc_png_writer_append(
  gc_png_writer *writer, const uint8_t *pixels, size_t size, uint32_t count, gc_report *report);
void gc_png_writer_output(gc_png_writer *writer, const uint8_t **bytes, size_t *count);
void gc_png_writer_close(gc_png_writer *writer);
