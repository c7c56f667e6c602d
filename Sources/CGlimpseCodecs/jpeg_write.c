// JPEG encoding through libjpeg, into memory.

#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "support.h"

typedef struct jpeg_writer {
  struct jpeg_compress_struct encoder;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  gc_escape escape;
  gc_bytes *made;
} jpeg_writer;

static void on_error(j_common_ptr encoder) {
  jpeg_writer *writer = encoder->client_data;
  char text[JMSG_LENGTH_MAX];
  encoder->err->format_message(encoder, text);
  int ran_out = encoder->err->msg_code == JERR_OUT_OF_MEMORY;
  gc_escape_with(&writer->escape, ran_out ? GC_NO_MEMORY : GC_UNSUPPORTED, text);
}

static void on_message(j_common_ptr encoder, int level) {
  jpeg_writer *writer = encoder->client_data;
  if (level < 0) writer->escape.report->warnings += 1;
}

// libjpeg writes into the free part of `made`.
static void offer_room(jpeg_writer *writer) {
  if (!gc_bytes_reserve(writer->made, 16384)) {
    ERREXIT1(&writer->encoder, JERR_OUT_OF_MEMORY, 0);
  }
  writer->destination.next_output_byte = writer->made->bytes + writer->made->count;
  writer->destination.free_in_buffer = writer->made->capacity - writer->made->count;
}

static void start_output(j_compress_ptr encoder) { offer_room(encoder->client_data); }

static boolean room_is_full(j_compress_ptr encoder) {
  jpeg_writer *writer = encoder->client_data;
  writer->made->count = writer->made->capacity;
  offer_room(writer);
  return TRUE;
}

static void end_output(j_compress_ptr encoder) {
  jpeg_writer *writer = encoder->client_data;
  writer->made->count = writer->made->capacity - writer->destination.free_in_buffer;
}

static int encode_under_setjmp(
  jpeg_writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
  int quality) {
  if (setjmp(writer->escape.place)) return writer->escape.status;
  struct jpeg_compress_struct *encoder = &writer->encoder;
  jpeg_create_compress(encoder);  // keeps err and client_data
  encoder->dest = &writer->destination;
  encoder->image_width = width;
  encoder->image_height = height;
  encoder->input_components = channels;
  encoder->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(encoder);
  jpeg_set_quality(encoder, quality, TRUE);
  jpeg_start_compress(encoder, TRUE);
  size_t row_bytes = (size_t)width * (size_t)channels;
  while (encoder->next_scanline < height) {
    JSAMPROW rows[8];
    size_t many = height - encoder->next_scanline;
    if (many > 8) many = 8;
    for (size_t i = 0; i < many; i++) {
      rows[i] = (JSAMPROW)(pixels + (encoder->next_scanline + i) * row_bytes);
    }
    jpeg_write_scanlines(encoder, rows, (JDIMENSION)many);
  }
  jpeg_finish_compress(encoder);
  return GC_OK;
}

int gc_jpeg_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int quality,
  gc_bytes *made, gc_report *report) {
  jpeg_writer writer;
  memset(&writer, 0, sizeof writer);
  memset(made, 0, sizeof *made);
  gc_escape_prepare(&writer.escape, report, GC_UNSUPPORTED);
  writer.made = made;
  writer.encoder.err = jpeg_std_error(&writer.errors);
  writer.errors.error_exit = on_error;
  writer.errors.emit_message = on_message;
  writer.encoder.client_data = &writer;
  writer.destination.init_destination = start_output;
  writer.destination.empty_output_buffer = room_is_full;
  writer.destination.term_destination = end_output;
  int status = encode_under_setjmp(&writer, pixels, width, height, channels, quality);
  jpeg_destroy_compress(&writer.encoder);
  if (status != GC_OK) gc_bytes_free(made);
  return status;
}
