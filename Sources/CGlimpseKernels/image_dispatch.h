#ifndef GLIMPSE_IMAGE_DISPATCH_H
#define GLIMPSE_IMAGE_DISPATCH_H

#include <stdint.h>

// One body, compiled three times on x86-64: for the baseline, AVX2 and AVX-512. Elsewhere (arm64
// has NEON in its baseline) once. The baseline has a name of its own, so that tests can hold the
// others against it.

#if defined(__x86_64__)
#define GK_TARGET_AVX2 __attribute__((target("avx2")))
#define GK_TARGET_AVX512 __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl")))
#define GK_IMAGE_DISPATCH(type, name, parameters, arguments)                      \
  type name##_baseline parameters { return name##_body arguments; }               \
  GK_TARGET_AVX2 static type name##_avx2 parameters { return name##_body arguments; } \
  GK_TARGET_AVX512 static type name##_avx512 parameters { return name##_body arguments; } \
  type name parameters {                                                          \
    const int level = gk_image_level();                                           \
    return level == 2 ? name##_avx512 arguments                                   \
           : level == 1 ? name##_avx2 arguments                                   \
                        : name##_baseline arguments;                              \
  }
#else
#define GK_IMAGE_DISPATCH(type, name, parameters, arguments)        \
  type name##_baseline parameters { return name##_body arguments; } \
  type name parameters { return name##_body arguments; }
#endif

// The best that the processor has and GLIMPSE_ISA allows: 0 the baseline, 1 AVX2, 2 AVX-512.
int gk_image_level(void);

#define GK_INLINE static inline __attribute__((always_inline))

// Vectors that the compiler maps to whatever the target has.
typedef float gk_float4 __attribute__((vector_size(16)));
typedef float gk_float8 __attribute__((vector_size(32)));
typedef uint8_t gk_bytes8 __attribute__((vector_size(8)));
typedef uint16_t gk_words8 __attribute__((vector_size(16)));

#endif
