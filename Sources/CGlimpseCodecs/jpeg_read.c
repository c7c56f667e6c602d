// JPEG decoding through libjpeg, with its default (slow integer) DCT and smooth upsampling.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "support.h"

// Each scan takes time in proportion to the image's pixels, whatever its length in bytes: a small
// file of many empty scans could take hours to decode. Real encoders write about ten scans.
enum { most_scans = 500, most_scans_when_large = 32 };
static const double most_scanned_pixels = 4294967296.0;

typedef struct jpeg_reader {
  struct jpeg_decompress_struct decoder;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  gc_escape escape;
  int in_header;
  // The source of an image that is read in pieces; unused for an image in memory.
  struct jpeg_source_mgr source;
  gc_file *file;
} jpeg_reader;

static void on_error(j_common_ptr decoder) {
  jpeg_reader *reader = decoder->client_data;
  char text[JMSG_LENGTH_MAX];
  decoder->err->format_message(decoder, text);
  int status = GC_CORRUPT;
  switch (decoder->err->msg_code) {
    case JERR_OUT_OF_MEMORY: status = GC_NO_MEMORY; break;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED: status = GC_UNSUPPORTED; break;
    default: break;
  }
  gc_escape_with(&reader->escape, status, text);
}

// The damage that a libjpeg warning indicates: missing or guessed pixels.
static int damage_of(const jpeg_reader *reader, int code) {
  switch (code) {
    case JWRN_JPEG_EOF: return GC_ENDS_EARLY;
    // A scan that ends early leaves blocks empty; a progressive file only loses some precision.
    case JWRN_HIT_MARKER: return reader->decoder.progressive_mode ? 0 : GC_ENDS_EARLY;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: return GC_GARBLED;
    // Stray bytes are harmless after the pixels or between scans; between the segments of the
    // header they show that a segment has a wrong length.
    case JWRN_EXTRANEOUS_DATA: return reader->in_header ? GC_GARBLED : 0;
    default: return 0;
  }
}

static void on_message(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  jpeg_reader *reader = decoder->client_data;
  gc_report *report = reader->escape.report;
  int damage = damage_of(reader, decoder->err->msg_code);
  char *slot = damage ? report->damage_text : report->warning;
  report->warnings += 1;
  report->damage |= damage;
  if (slot[0] != 0) return;
  char text[JMSG_LENGTH_MAX];
  decoder->err->format_message(decoder, text);
  gc_note(slot, text);
}

static void on_progress(j_common_ptr common) {
  jpeg_reader *reader = common->client_data;
  const struct jpeg_decompress_struct *decoder = &reader->decoder;
  double pixels = (double)decoder->image_width * decoder->image_height;
  int scans = decoder->input_scan_number;
  if (scans > most_scans
      || (scans > most_scans_when_large && scans * pixels > most_scanned_pixels)) {
    gc_escape_with(&reader->escape, GC_CORRUPT, "more scans than any valid file has");
  }
}

static void open_reader(jpeg_reader *reader, gc_report *report) {
  memset(reader, 0, sizeof *reader);
  gc_escape_prepare(&reader->escape, report, GC_CORRUPT);
  reader->in_header = 1;
  reader->decoder.err = jpeg_std_error(&reader->errors);
  reader->errors.error_exit = on_error;
  reader->errors.emit_message = on_message;
  reader->decoder.client_data = reader;
  reader->progress.progress_monitor = on_progress;
}

static void ignore_source(j_decompress_ptr decoder) { (void)decoder; }

// Missing data are replaced by an end marker, with a warning, as libjpeg's own sources do.
static boolean refill_source(j_decompress_ptr decoder) {
  static const JOCTET end[2] = {0xFF, JPEG_EOI};
  jpeg_reader *reader = decoder->client_data;
  size_t count = gc_file_refill(reader->file, &reader->escape);
  reader->source.next_input_byte = reader->file->bytes;
  reader->source.bytes_in_buffer = count;
  if (count == 0) {
    WARNMS(decoder, JWRN_JPEG_EOF);
    reader->source.next_input_byte = end;
    reader->source.bytes_in_buffer = sizeof end;
  }
  return TRUE;
}

static void skip_source(j_decompress_ptr decoder, long count) {
  struct jpeg_source_mgr *source = decoder->src;
  while (count > 0 && (size_t)count > source->bytes_in_buffer) {
    count -= (long)source->bytes_in_buffer;
    refill_source(decoder);
    jpeg_reader *reader = decoder->client_data;
    if (source->next_input_byte != reader->file->bytes) return;  // at the end of the file
  }
  if (count > 0) {
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
  }
}

// Whether the rows can be decoded in order, without holding the coefficients of the whole image.
static int is_sequential(const struct jpeg_decompress_struct *decoder) {
  return !decoder->progressive_mode && decoder->comps_in_scan == decoder->num_components;
}

// Reads up to the first scan and rejects unsupported files. Runs under setjmp.
static void read_header(jpeg_reader *reader, const uint8_t *bytes, size_t count) {
  struct jpeg_decompress_struct *decoder = &reader->decoder;
  jpeg_create_decompress(decoder);  // keeps err and client_data
  decoder->progress = &reader->progress;
  if (reader->file == NULL) {
    jpeg_mem_src(decoder, (unsigned char *)bytes, count);
  } else {
    reader->source.init_source = ignore_source;
    reader->source.fill_input_buffer = refill_source;
    reader->source.skip_input_data = skip_source;
    reader->source.resync_to_restart = jpeg_resync_to_restart;
    reader->source.term_source = ignore_source;
    decoder->src = &reader->source;
  }
  jpeg_read_header(decoder, TRUE);
  reader->in_header = 0;
  if (decoder->data_precision != 8) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "samples of other than 8 bits");
  }
  switch (decoder->jpeg_color_space) {
    case JCS_GRAYSCALE: case JCS_RGB: case JCS_YCbCr: case JCS_CMYK: case JCS_YCCK: break;
    default: gc_escape_with(&reader->escape, GC_UNSUPPORTED, "an unknown number of color components");
  }
}

static int header_under_setjmp(
  jpeg_reader *reader, const uint8_t *bytes, size_t count, gc_header *header) {
  if (setjmp(reader->escape.place)) return reader->escape.status;
  read_header(reader, bytes, count);
  const struct jpeg_decompress_struct *decoder = &reader->decoder;
  header->width = decoder->image_width;
  header->height = decoder->image_height;
  header->channels = decoder->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
  header->bit_depth = 8;
  header->is_sequential = is_sequential(decoder);
  // Each block of 8 x 8 samples takes at least one bit, and extreme sampling factors make 9 blocks
  // of 32 x 32 pixels: 910 pixels per byte, rounded up generously. Arithmetic coding can take less.
  header->pixels_per_byte = decoder->arith_code ? 0 : 2048;
  return GC_OK;
}

int gc_jpeg_header(const uint8_t *bytes, size_t count, gc_header *header, gc_report *report) {
  jpeg_reader reader;
  open_reader(&reader, report);
  memset(header, 0, sizeof *header);
  int status = header_under_setjmp(&reader, bytes, count, header);
  jpeg_destroy_decompress(&reader.decoder);
  return status;
}

// a * b / 255, rounded.
static inline unsigned product255(unsigned a, unsigned b) {
  unsigned t = a * b + 128;
  return (t + (t >> 8)) >> 8;
}

// The samples are inverted (255 is no ink), as in all files of Adobe's programs. Files without Adobe's
// marker are read alike, as browsers and Pillow do. Red is (255 - K)(255 - C) / 255.
static void cmyk_to_rgb(const uint8_t *cmyk, uint8_t *pixels, size_t width, int channels) {
  for (size_t x = 0; x < width; x++, cmyk += 4, pixels += channels) {
    unsigned rgb[3];
    for (int c = 0; c < 3; c++) rgb[c] = product255(cmyk[c], cmyk[3]);
    if (channels == 3) {
      for (int c = 0; c < 3; c++) pixels[c] = (uint8_t)rgb[c];
    } else {  // BT.601 luma, as for RGB
      pixels[0] = (uint8_t)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 32768) >> 16);
    }
  }
}

// Sets the output layout and begins to decode; returns a row for CMYK, or NULL. Runs under setjmp.
static JSAMPARRAY start_decoding(jpeg_reader *reader, int eighths, int channels) {
  struct jpeg_decompress_struct *decoder = &reader->decoder;
  int is_cmyk =
    decoder->jpeg_color_space == JCS_CMYK || decoder->jpeg_color_space == JCS_YCCK;
  decoder->out_color_space = is_cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  decoder->scale_num = (unsigned)eighths;
  decoder->scale_denom = 8;
  jpeg_start_decompress(decoder);
  if (decoder->output_components != (is_cmyk ? 4 : channels)) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "an output size other than expected");
  }
  if (!is_cmyk) return NULL;
  return decoder->mem->alloc_sarray(
    (j_common_ptr)decoder, JPOOL_IMAGE, decoder->output_width * 4, 1);
}

// Decodes the next `count` rows. Runs under setjmp.
static void decode_rows(
  jpeg_reader *reader, JSAMPARRAY cmyk, int channels, uint8_t *pixels, size_t count) {
  struct jpeg_decompress_struct *decoder = &reader->decoder;
  size_t width = decoder->output_width, row_bytes = width * (size_t)channels;
  size_t first = decoder->output_scanline, end = first + count;
  while (decoder->output_scanline < end) {
    uint8_t *row = pixels + (decoder->output_scanline - first) * row_bytes;
    if (cmyk != NULL) {
      if (jpeg_read_scanlines(decoder, cmyk, 1) == 1) {
        cmyk_to_rgb(cmyk[0], row, width, channels);
      }
    } else {
      JSAMPROW rows[8];
      size_t many = end - decoder->output_scanline;
      if (many > 8) many = 8;
      for (size_t i = 0; i < many; i++) rows[i] = row + i * row_bytes;
      jpeg_read_scanlines(decoder, rows, (JDIMENSION)many);
    }
  }
}

static int decode_under_setjmp(
  jpeg_reader *reader, const uint8_t *bytes, size_t count, int eighths, int channels,
  uint8_t *pixels, size_t size) {
  if (setjmp(reader->escape.place)) return reader->escape.status;
  read_header(reader, bytes, count);
  JSAMPARRAY cmyk = start_decoding(reader, eighths, channels);
  size_t height = reader->decoder.output_height;
  size_t row_bytes = (size_t)reader->decoder.output_width * (size_t)channels;
  if (size / row_bytes < height || size != row_bytes * height) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "an output size other than expected");
  }
  decode_rows(reader, cmyk, channels, pixels, height);
  jpeg_finish_decompress(&reader->decoder);
  return GC_OK;
}

int gc_jpeg_decode(
  const uint8_t *bytes, size_t count, int eighths, int channels, uint8_t *pixels, size_t size,
  gc_report *report) {
  jpeg_reader reader;
  open_reader(&reader, report);
  int status = decode_under_setjmp(&reader, bytes, count, eighths, channels, pixels, size);
  jpeg_destroy_decompress(&reader.decoder);
  return status;
}

struct gc_jpeg_rows {
  jpeg_reader reader;
  gc_file file;
  int channels;
  JSAMPARRAY cmyk;
  uint32_t rows_left;
};

static int open_under_setjmp(gc_jpeg_rows *rows) {
  jpeg_reader *reader = &rows->reader;
  if (setjmp(reader->escape.place)) return reader->escape.status;
  read_header(reader, NULL, 0);
  if (!is_sequential(&reader->decoder)) {
    gc_escape_with(&reader->escape, GC_UNSUPPORTED, "the rows of several scans are not in order");
  }
  rows->cmyk = start_decoding(reader, 8, rows->channels);
  rows->rows_left = reader->decoder.output_height;
  return GC_OK;
}

int gc_jpeg_rows_open(
  int descriptor, int channels, gc_jpeg_rows **opened, gc_report *report) {
  gc_jpeg_rows *rows = calloc(1, sizeof *rows);
  *opened = rows;
  if (rows == NULL) return GC_NO_MEMORY;
  open_reader(&rows->reader, report);
  rows->file.descriptor = descriptor;
  rows->reader.file = &rows->file;
  rows->channels = channels;
  int status = open_under_setjmp(rows);
  if (status != GC_OK) {
    gc_jpeg_rows_close(rows);
    *opened = NULL;
  }
  return status;
}

static int read_under_setjmp(gc_jpeg_rows *rows, uint8_t *pixels, uint32_t count) {
  jpeg_reader *reader = &rows->reader;
  if (setjmp(reader->escape.place)) return reader->escape.status;
  decode_rows(reader, rows->cmyk, rows->channels, pixels, count);
  rows->rows_left -= count;
  if (rows->rows_left == 0) jpeg_finish_decompress(&reader->decoder);
  return GC_OK;
}

int gc_jpeg_rows_read(
  gc_jpeg_rows *rows, uint8_t *pixels, size_t size, uint32_t count, gc_report *report) {
  gc_escape_prepare(&rows->reader.escape, report, GC_CORRUPT);
  size_t row_bytes = (size_t)rows->reader.decoder.output_width * (size_t)rows->channels;
  if (count > rows->rows_left || size != count * row_bytes) return GC_UNSUPPORTED;
  int status = read_under_setjmp(rows, pixels, count);
  if (status != GC_OK) rows->rows_left = 0;  // libjpeg cannot go on after an error
  return status;
}

void gc_jpeg_rows_close(gc_jpeg_rows *rows) {
  if (rows == NULL) return;
  jpeg_destroy_decompress(&rows->reader.decoder);
  free(rows);
}
