#pragma once
// Shared by the four codec files: the report's texts and the encoders' growing buffer.

#include <setjmp.h>

#include "glimpse_codecs.h"

// The way out of a call of a library that fails.
typedef struct gc_escape {
  jmp_buf place;
  gc_report *report;
  int status;  // what to return after an escape
} gc_escape;

// Empties the report, which the escape keeps; `status` is returned unless another is set.
void gc_escape_prepare(gc_escape *escape, gc_report *report, int status);

// Leaves a library's call by longjmp, with a status and its reason.
_Noreturn void gc_escape_with(gc_escape *escape, int status, const char *message);

// Copies a text into one of the report's, truncated to fit, unless that one has a text already.
void gc_note(char *slot, const char *text);

// Appends bytes; returns 0 when memory ran out.
int gc_bytes_append(gc_bytes *made, const uint8_t *bytes, size_t count);

// Makes room for `count` more bytes; returns 0 when memory ran out.
int gc_bytes_reserve(gc_bytes *made, size_t count);
