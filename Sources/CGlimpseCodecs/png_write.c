// PNG encoding through libpng, into memory.

#include <string.h>

#include <png.h>

#include "support.h"

typedef struct png_writer {
  png_structp png;
  png_infop info;
  gc_escape escape;
  gc_bytes *made;
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

static int encode_under_setjmp(
  png_writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
  int bit_depth) {
  static const int color_types[5] = {
    0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
    PNG_COLOR_TYPE_RGB_ALPHA,
  };
  if (setjmp(writer->escape.place)) return writer->escape.status;
  writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
  if (writer->png == NULL) gc_escape_with(&writer->escape, GC_NO_MEMORY, "no memory for libpng");
  writer->info = png_create_info_struct(writer->png);
  if (writer->info == NULL) gc_escape_with(&writer->escape, GC_NO_MEMORY, "no memory for libpng");
  png_structp png = writer->png;
  png_set_write_fn(png, writer, on_write, on_flush);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Compared with zlib's default of 6: half the time, and photographs are half a percent larger.
  png_set_compression_level(png, 4);
  png_set_IHDR(
    png, writer->info, width, height, bit_depth, color_types[channels], PNG_INTERLACE_NONE,
    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, writer->info);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (bit_depth == 16) png_set_swap(png);
#endif
  size_t row_bytes = (size_t)width * (size_t)channels * (size_t)bit_depth / 8;
  for (size_t y = 0; y < height; y++) png_write_row(png, pixels + y * row_bytes);
  png_write_end(png, writer->info);
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
  int status = encode_under_setjmp(&writer, pixels, width, height, channels, bit_depth);
  png_destroy_write_struct(&writer.png, &writer.info);
  if (status != GC_OK) gc_bytes_free(made);
  return status;
}
