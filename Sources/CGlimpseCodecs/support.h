#ifndef GLIMPSE_CODECS_SUPPORT_H
#define GLIMPSE_CODECS_SUPPORT_H
// Shared by the four codec files: the report's texts and the encoders' growing buffer.

#include "glimpse_codecs.h"

// Empties a report.
void gc_report_clear(gc_report *report);

// Copies a text into one of the report's, truncated to fit, unless that one has a text already.
void gc_note(char *slot, const char *text);

// Appends bytes; returns 0 when memory ran out.
int gc_bytes_append(gc_bytes *made, const uint8_t *bytes, size_t count);

// Makes room for `count` more bytes; returns 0 when memory ran out.
int gc_bytes_reserve(gc_bytes *made, size_t count);

#endif
