// PNG decoding through libpng's full interface (the simplified one blends alpha and treats 16 bits
// as linear light).

#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "support.h"

typedef struct png_reader {
  png_structp png;
  png_infop info;
  gc_escape escape;
  const uint8_t *bytes;
  size_t left;
  gc_file *file;  // refills `bytes`; NULL for an image in memory
} png_reader;

static void on_error(png_structp png, png_const_charp message) {
  png_reader *reader = png_get_error_ptr(png);
  int ran_out = strstr(message, "emory") != NULL;
  gc_escape_with(&reader->escape, ran_out ? GC_NO_MEMORY : GC_CORRUPT, message);
}

static void on_warning(png_structp png, png_const_charp message) {
  png_reader *reader = png_get_error_ptr(png);
  reader->escape.report->warnings += 1;
  gc_note(reader->escape.report->warning, message);
}

static void on_read(png_structp png, png_bytep into, size_t count) {
  png_reader *reader = png_get_io_ptr(png);
  while (reader->left < count) {
    memcpy(into, reader->bytes, reader->left);
    into += reader->left;
    count -= reader->left;
    reader->left = 0;
    if (reader->file != NULL) {
      reader->left = gc_file_refill(reader->file, &reader->escape);
      reader->bytes = reader->file->bytes;
    }
    if (reader->left == 0) {
      reader->escape.report->damage |= GC_ENDS_EARLY;
      gc_escape_with(&reader->escape, GC_CORRUPT, "data end before the image is complete");
    }
  }
  memcpy(into, reader->bytes, count);
  reader->bytes += count;
  reader->left -= count;
}

// Reads up to the first IDAT. Runs under setjmp.
static void read_header(png_reader *reader) {
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
  if (reader->png == NULL) gc_escape_with(&reader->escape, GC_NO_MEMORY, "no memory for libpng");
  reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) gc_escape_with(&reader->escape, GC_NO_MEMORY, "no memory for libpng");
  png_set_read_fn(reader->png, reader, on_read);
  // Texts, profiles and other ancillary chunks are skipped.
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  // The caller limits the number of pixels; libpng's own limits are a million in each direction.
  png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info(reader->png, reader->info);
}

static int header_under_setjmp(png_reader *reader, gc_header *header) {
  if (setjmp(reader->escape.place)) return reader->escape.status;
  read_header(reader);
  png_structp png = reader->png;
  png_infop info = reader->info;
  int color = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  int has_alpha = (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->channels = ((color & PNG_COLOR_MASK_COLOR) ? 3 : 1) + (has_alpha ? 1 : 0);
  header->bit_depth = depth == 16 ? 16 : 8;
  header->is_sequential = png_get_interlace_type(png, info) == PNG_INTERLACE_NONE;
  // Deflate expands 2 bits to at most 258 bytes: 1032 bytes per byte of the file.
  header->pixels_per_byte = 1032.0 * 8 / (depth * png_get_channels(png, info));
  return GC_OK;
}

static void open_reader(
  png_reader *reader, const uint8_t *bytes, size_t count, gc_report *report) {
  memset(reader, 0, sizeof *reader);
  gc_escape_prepare(&reader->escape, report, GC_CORRUPT);
  reader->bytes = bytes;
  reader->left = count;
}

int gc_png_header(const uint8_t *bytes, size_t count, gc_header *header, gc_report *report) {
  png_reader reader;
  open_reader(&reader, bytes, count, report);
  memset(header, 0, sizeof *header);
  int status = header_under_setjmp(&reader, header);
  png_destroy_read_struct(&reader.png, &reader.info, NULL);
  return status;
}

// Sets the output layout. Runs under setjmp, after read_header.
static void set_layout(png_reader *reader, int channels, int bit_depth) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  int color = png_get_color_type(png, info);
  int has_transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  int wants_color = channels >= 3;
  int wants_alpha = channels % 2 == 0;
  int has_alpha = (color & PNG_COLOR_MASK_ALPHA) != 0;

  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (wants_alpha && has_transparency) png_set_tRNS_to_alpha(png);
  if (!wants_alpha && (has_alpha || has_transparency)) png_set_strip_alpha(png);
  if (wants_color && !(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  if (bit_depth == 16) {
    png_set_expand_16(png);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    png_set_swap(png);
#endif
  } else {
    png_set_strip_16(png);
  }
  if (wants_alpha && !has_alpha && !has_transparency) {
    png_set_add_alpha(png, 0xffff, PNG_FILLER_AFTER);
  }
}

// Reads all pixels, whose layout is set. Runs under setjmp.
static void read_rows(png_reader *reader, size_t pixel_bytes, uint8_t *pixels, size_t size) {
  png_structp png = reader->png;
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);

  size_t width = png_get_image_width(png, reader->info);
  size_t height = png_get_image_height(png, reader->info);
  size_t row_bytes = width * pixel_bytes;
  if (png_get_rowbytes(png, reader->info) != row_bytes
      || size / row_bytes < height || size != row_bytes * height) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "an output size other than expected");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < height; y++) png_read_row(png, pixels + y * row_bytes, NULL);
  }
  png_read_end(png, NULL);  // the last checksum
}

static int decode_under_setjmp(
  png_reader *reader, int channels, int bit_depth, uint8_t *pixels, size_t size) {
  if (setjmp(reader->escape.place)) return reader->escape.status;
  read_header(reader);
  set_layout(reader, channels, bit_depth);
  read_rows(reader, (size_t)channels * (size_t)bit_depth / 8, pixels, size);
  return GC_OK;
}

int gc_png_decode(
  const uint8_t *bytes, size_t count, int channels, int bit_depth, uint8_t *pixels, size_t size,
  gc_report *report) {
  png_reader reader;
  open_reader(&reader, bytes, count, report);
  int status = decode_under_setjmp(&reader, channels, bit_depth, pixels, size);
  png_destroy_read_struct(&reader.png, &reader.info, NULL);
  return status;
}

struct gc_png_rows {
  png_reader reader;
  gc_file file;
  size_t row_bytes;
  uint32_t rows_left;
};

static int open_under_setjmp(gc_png_rows *rows, int channels, int bit_depth) {
  png_reader *reader = &rows->reader;
  if (setjmp(reader->escape.place)) return reader->escape.status;
  read_header(reader);
  png_structp png = reader->png;
  if (png_get_interlace_type(png, reader->info) != PNG_INTERLACE_NONE) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "interlaced rows are not in order");
  }
  set_layout(reader, channels, bit_depth);
  png_read_update_info(png, reader->info);
  rows->rows_left = png_get_image_height(png, reader->info);
  rows->row_bytes = png_get_rowbytes(png, reader->info);
  size_t width = png_get_image_width(png, reader->info);
  if (rows->row_bytes != width * (size_t)channels * (size_t)bit_depth / 8) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "an output size other than expected");
  }
  return GC_OK;
}

int gc_png_rows_open(
  int descriptor, int channels, int bit_depth, gc_png_rows **opened, gc_report *report) {
  gc_png_rows *rows = calloc(1, sizeof *rows);
  *opened = rows;
  if (rows == NULL) return GC_NO_MEMORY;
  open_reader(&rows->reader, NULL, 0, report);
  rows->file.descriptor = descriptor;
  rows->reader.file = &rows->file;
  int status = open_under_setjmp(rows, channels, bit_depth);
  if (status != GC_OK) {
    gc_png_rows_close(rows);
    *opened = NULL;
  }
  return status;
}

static int read_under_setjmp(gc_png_rows *rows, uint8_t *pixels, uint32_t count) {
  png_reader *reader = &rows->reader;
  if (setjmp(reader->escape.place)) return reader->escape.status;
  for (uint32_t y = 0; y < count; y++) png_read_row(reader->png, pixels + y * rows->row_bytes, NULL);
  rows->rows_left -= count;
  if (rows->rows_left == 0) png_read_end(reader->png, NULL);  // the last checksum
  return GC_OK;
}

int gc_png_rows_read(
  gc_png_rows *rows, uint8_t *pixels, size_t size, uint32_t count, gc_report *report) {
  gc_escape_prepare(&rows->reader.escape, report, GC_CORRUPT);
  if (count > rows->rows_left || size != count * rows->row_bytes) return GC_UNSUPPORTED;
  int status = read_under_setjmp(rows, pixels, count);
  if (status != GC_OK) rows->rows_left = 0;  // libpng cannot go on after an error
  return status;
}

void gc_png_rows_close(gc_png_rows *rows) {
  if (rows == NULL) return;
  png_destroy_read_struct(&rows->reader.png, &rows->reader.info, NULL);
  free(rows);
}

// The palette of a palette image, and its layout: one byte per pixel. Runs under setjmp, after
// read_header.
static void set_index_layout(png_reader *reader, uint8_t *palette) {
  png_structp png = reader->png;
  png_colorp colors = NULL;
  int entries = 0;
  if (png_get_color_type(png, reader->info) != PNG_COLOR_TYPE_PALETTE
      || !png_get_PLTE(png, reader->info, &colors, &entries)) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "it has no palette");
  }
  memset(palette, 0, 256 * 3);
  for (int entry = 0; entry < entries && entry < 256; entry++) {
    palette[entry * 3] = colors[entry].red;
    palette[entry * 3 + 1] = colors[entry].green;
    palette[entry * 3 + 2] = colors[entry].blue;
  }
  png_set_packing(png);
}

static int indices_under_setjmp(
  png_reader *reader, uint8_t *palette, uint8_t *pixels, size_t size) {
  if (setjmp(reader->escape.place)) return reader->escape.status;
  read_header(reader);
  set_index_layout(reader, palette);
  read_rows(reader, 1, pixels, size);
  return GC_OK;
}

int gc_png_decode_indices(
  const uint8_t *bytes, size_t count, uint8_t *palette, uint8_t *pixels, size_t size,
  gc_report *report) {
  png_reader reader;
  open_reader(&reader, bytes, count, report);
  int status = indices_under_setjmp(&reader, palette, pixels, size);
  png_destroy_read_struct(&reader.png, &reader.info, NULL);
  return status;
}
