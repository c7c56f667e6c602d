#include "glimpse_weights.h"

#include <string.h>

// Embedded by the compiler, so that a copied program works from any folder. A checkout without the
// files, such as the one that trains them, builds without weights.
// In gnu17, #embed is an extension of the compiler; it is here to stay as part of C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

#if __has_embed("../../Weights/compact.safetensors")
static const unsigned char compact[] = {
#embed "../../Weights/compact.safetensors"
};
#endif

#if __has_embed("../../Weights/unet-s.safetensors")
static const unsigned char unet_s[] = {
#embed "../../Weights/unet-s.safetensors"
};
#endif

const unsigned char *gw_weights(const char *model, size_t *count) {
#if __has_embed("../../Weights/compact.safetensors")
  if (strcmp(model, "compact") == 0) {
    *count = sizeof compact;
    return compact;
  }
#endif
#if __has_embed("../../Weights/unet-s.safetensors")
  if (strcmp(model, "unet-s") == 0) {
    *count = sizeof unet_s;
    return unet_s;
  }
#endif
  *count = 0;
  return NULL;
}
