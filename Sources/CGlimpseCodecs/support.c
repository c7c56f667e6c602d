#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void gc_escape_prepare(gc_escape *escape, gc_report *report, int status) {
  memset(report, 0, sizeof *report);
  escape->report = report;
  escape->status = status;
}

void gc_escape_with(gc_escape *escape, int status, const char *message) {
  gc_note(escape->report->message, message);
  escape->status = status;
  longjmp(escape->place, 1);
}

void gc_note(char *slot, const char *text) {
  if (slot[0] == 0) snprintf(slot, GC_MESSAGE_SIZE, "%s", text);
}

size_t gc_file_refill(gc_file *file, gc_escape *escape) {
  while (1) {
    ssize_t count = read(file->descriptor, file->bytes, sizeof file->bytes);
    if (count >= 0) return (size_t)count;
    if (errno != EINTR) gc_escape_with(escape, GC_CORRUPT, strerror(errno));
  }
}

int gc_bytes_reserve(gc_bytes *made, size_t count) {
  if (made->capacity - made->count >= count) return 1;
  size_t capacity = made->capacity < 16384 ? 16384 : made->capacity;
  while (capacity - made->count < count) {
    if (capacity > SIZE_MAX / 2) return 0;
    capacity *= 2;
  }
  uint8_t *bytes = realloc(made->bytes, capacity);
  if (bytes == NULL) return 0;
  made->bytes = bytes;
  made->capacity = capacity;
  return 1;
}

int gc_bytes_append(gc_bytes *made, const uint8_t *bytes, size_t count) {
  if (!gc_bytes_reserve(made, count)) return 0;
  memcpy(made->bytes + made->count, bytes, count);
  made->count += count;
  return 1;
}

void gc_bytes_free(gc_bytes *made) {
  free(made->bytes);
  memset(made, 0, sizeof *made);
}
