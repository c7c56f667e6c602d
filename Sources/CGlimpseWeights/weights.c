#include "glimpse_weights.h"

// Embedded by the compiler, so that a copied program works from any folder. A checkout without the
// file, such as the one that trains it, builds without weights.
#if __has_embed("../../Weights/compact.safetensors")
// In gnu17, #embed is an extension of the compiler; it is here to stay as part of C23.
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char compact[] = {
#embed "../../Weights/compact.safetensors"
};
static const size_t compact_count = sizeof compact;
#else
static const unsigned char compact[1];
static const size_t compact_count = 0;
#endif

const unsigned char *gw_compact_bytes(size_t *count) {
  *count = compact_count;
  return compact;
}
