// The weights that ship inside the program.
#ifndef GLIMPSE_WEIGHTS_H
#define GLIMPSE_WEIGHTS_H

#include <stddef.h>

// The bytes of Weights/MODEL.safetensors, static memory that is never freed; NULL and 0 if the
// program was built without that file.
const unsigned char *gw_weights(const char *model, size_t *count);

#endif
