// PNG encoding through libpng, into memory, at once or row by row.

#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "support.h"

typedef struct png_writer {
  png_structp png;
  png_infop info;
  gc_escape escape;
  gc_bytes *made;
  int has_filters;
} png_writer;

static void on_error(png_structp png, png_const_charp message) {
  png_writer *writer = png_get_error_ptr(png);
  gc_escape_with(&writer->escape, GC_UNSUPPORTED, message);
}

static void on_warning(png_structp png, png_const_charp message) {
  png_writer *writer = png_get_error_ptr(png);
  writer->escape.report->warnings += 1;
  gc_note(writer->escape.report->warning, message);
}

static void on_write(png_structp png, png_bytep bytes, size_t count) {
  png_writer *writer = png_get_io_ptr(png);
  if (!gc_bytes_append(writer->made, bytes, count)) {
    gc_escape_with(&writer->escape, GC_NO_MEMORY, "no memory for the encoded file");
  }
}

static void on_flush(png_structp png) { (void)png; }

// Writes everything before the first row. Runs under setjmp.
static void start_image(
  png_writer *writer, uint32_t width, uint32_t height, int channels, int bit_depth) {
  static const int color_types[5] = {
    0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
    PNG_COLOR_TYPE_RGB_ALPHA,
  };
  writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
  if (writer->png == NULL) gc_escape_with(&writer->escape, GC_NO_MEMORY, "no memory for libpng");
  writer->info = png_create_info_struct(writer->png);
  if (writer->info == NULL) gc_escape_with(&writer->escape, GC_NO_MEMORY, "no memory for libpng");
  png_structp png = writer->png;
  png_set_write_fn(png, writer, on_write, on_flush);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Compared with zlib's default of 6: half the time, and photographs are half a percent larger.
  png_set_compression_level(png, 4);
  if (!writer->has_filters) png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_set_IHDR(
    png, writer->info, width, height, bit_depth, color_types[channels], PNG_INTERLACE_NONE,
    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, writer->info);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (bit_depth == 16) png_set_swap(png);
#endif
}

static int encode_under_setjmp(
  png_writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
  int bit_depth) {
  if (setjmp(writer->escape.place)) return writer->escape.status;
  start_image(writer, width, height, channels, bit_depth);
  size_t row_bytes = (size_t)width * (size_t)channels * (size_t)bit_depth / 8;
  for (size_t y = 0; y < height; y++) png_write_row(writer->png, pixels + y * row_bytes);
  png_write_end(writer->png, writer->info);
  return GC_OK;
}

int gc_png_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int bit_depth,
  gc_bytes *made, gc_report *report) {
  png_writer writer;
  memset(&writer, 0, sizeof writer);
  memset(made, 0, sizeof *made);
  gc_escape_prepare(&writer.escape, report, GC_UNSUPPORTED);
  writer.made = made;
  writer.has_filters = 1;
  int status = encode_under_setjmp(&writer, pixels, width, height, channels, bit_depth);
  png_destroy_write_struct(&writer.png, &writer.info);
  if (status != GC_OK) gc_bytes_free(made);
  return status;
}

struct gc_png_writer {
  png_writer writer;
  gc_bytes made;
  size_t row_bytes;
  uint32_t rows_left;
};

static int open_under_setjmp(
  png_writer *writer, uint32_t width, uint32_t height, int channels, int bit_depth) {
  if (setjmp(writer->escape.place)) return writer->escape.status;
  start_image(writer, width, height, channels, bit_depth);
  return GC_OK;
}

int gc_png_writer_open(
  uint32_t width, uint32_t height, int channels, int bit_depth, int filters,
  gc_png_writer **opened, gc_report *report) {
  gc_png_writer *rows = calloc(1, sizeof *rows);
  *opened = rows;
  if (rows == NULL) return GC_NO_MEMORY;
  gc_escape_prepare(&rows->writer.escape, report, GC_UNSUPPORTED);
  rows->writer.made = &rows->made;
  rows->writer.has_filters = filters;
  rows->row_bytes = (size_t)width * (size_t)channels * (size_t)bit_depth / 8;
  rows->rows_left = height;
  int status = open_under_setjmp(&rows->writer, width, height, channels, bit_depth);
  if (status != GC_OK) {
    gc_png_writer_close(rows);
    *opened = NULL;
  }
  return status;
}

static int append_under_setjmp(gc_png_writer *rows, const uint8_t *pixels, uint32_t count) {
  png_writer *writer = &rows->writer;
  if (setjmp(writer->escape.place)) return writer->escape.status;
  for (uint32_t y = 0; y < count; y++) {
    png_write_row(writer->png, pixels + y * rows->row_bytes);
  }
  rows->rows_left -= count;
  if (rows->rows_left == 0) png_write_end(writer->png, writer->info);
  return GC_OK;
}

int gc_png_writer_append(
  gc_png_writer *rows, const uint8_t *pixels, size_t size, uint32_t count, gc_report *report) {
  gc_escape_prepare(&rows->writer.escape, report, GC_UNSUPPORTED);
  if (count > rows->rows_left || size != count * rows->row_bytes) return GC_UNSUPPORTED;
  int status = append_under_setjmp(rows, pixels, count);
  if (status != GC_OK) rows->rows_left = 0;  // libpng cannot go on after an error
  return status;
}

void gc_png_writer_output(gc_png_writer *rows, const uint8_t **bytes, size_t *count) {
  *bytes = rows->made.bytes;
  *count = rows->made.count;
  rows->made.count = 0;
}

void gc_png_writer_close(gc_png_writer *rows) {
  if (rows == NULL) return;
  png_destroy_write_struct(&rows->writer.png, &rows->writer.info);
  gc_bytes_free(&rows->made);
  free(rows);
}
