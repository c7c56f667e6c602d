// The weights that ship inside the program.
#ifndef GLIMPSE_WEIGHTS_H
#define GLIMPSE_WEIGHTS_H

#include <stddef.h>

// The bytes of Weights/compact.safetensors; static memory, never to be freed.
const unsigned char *gw_compact_bytes(size_t *count);

#endif
