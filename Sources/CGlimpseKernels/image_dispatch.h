#ifndef GLIMPSE_IMAGE_DISPATCH_H
#define GLIMPSE_IMAGE_DISPATCH_H

// One body, compiled twice on x86-64: for the baseline and for AVX2, chosen at each call. Elsewhere
// (arm64 has NEON in its baseline) once. The baseline has a name of its own, so that tests can hold
// the other against it.

#if defined(__x86_64__)
#define GK_IMAGE_DISPATCH(type, name, parameters, arguments)                                \
  type name##_baseline parameters { return name##_body arguments; }                         \
  __attribute__((target("avx2"))) static type name##_avx2 parameters {                      \
    return name##_body arguments;                                                           \
  }                                                                                         \
  type name parameters {                                                                    \
    return __builtin_cpu_supports("avx2") ? name##_avx2 arguments : name##_baseline arguments; \
  }
#else
#define GK_IMAGE_DISPATCH(type, name, parameters, arguments)        \
  type name##_baseline parameters { return name##_body arguments; } \
  type name parameters { return name##_body arguments; }
#endif

#define GK_INLINE static inline __attribute__((always_inline))

// Vectors that the compiler maps to whatever the target has.
typedef float gk_float4 __attribute__((vector_size(16)));
typedef float gk_float8 __attribute__((vector_size(32)));
typedef uint8_t gk_bytes4 __attribute__((vector_size(4)));
typedef uint8_t gk_bytes8 __attribute__((vector_size(8)));

#endif
