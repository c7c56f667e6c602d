#pragma once
// Shared by the codec files: the report's messages, the pieces of a file, and the encoders' growing
// buffer.

#include <setjmp.h>

#include "glimpse_codecs.h"

// The longjmp target for failures within a library call.
typedef struct gc_escape {
  jmp_buf place;
  gc_report *report;
  int status;  // what to return after an escape
} gc_escape;

// Empties the report, which the escape keeps; `status` is returned unless another is set.
void gc_escape_prepare(gc_escape *escape, gc_report *report, int status);

// Leaves a library call by longjmp, with a status and its reason.
_Noreturn void gc_escape_with(gc_escape *escape, int status, const char *message);

// A file that is read in pieces, from the position of its descriptor.
typedef struct gc_file {
  int descriptor;
  uint8_t bytes[1 << 16];
} gc_file;

// Reads the next piece into the file's bytes; returns its length, 0 at the end of the file. Escapes
// where the system reports an error.
size_t gc_file_refill(gc_file *file, gc_escape *escape);

// Copies a text into an empty slot of the report, truncated to fit; a used slot is not changed.
void gc_note(char *slot, const char *text);

// Appends bytes; returns 0 if memory runs out.
int gc_bytes_append(gc_bytes *made, const uint8_t *bytes, size_t count);

// Makes room for `count` more bytes; returns 0 if memory runs out.
int gc_bytes_reserve(gc_bytes *made, size_t count);
