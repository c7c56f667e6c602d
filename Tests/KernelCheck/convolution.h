// All work of a direct convolution by one table, in parts as several threads would do it.
#pragma once
#include "harness.h"

// `e.residual` may be the target.
void run_forward(const gk_table *table, const gk_convolution *g, const void *input,
                 const float *weights, gk_epilogue e, void *output);
void run_transposed(const gk_table *table, const gk_convolution *g, const void *output,
                    const float *weights, gk_epilogue e, void *input);
// Adds to `gradient`: all taps together or, for `by_taps`, each tap and block of channels on its
// own.
void run_weight_gradient(const gk_table *table, const gk_convolution *g, const void *input,
                         const void *output_gradient, int by_taps, float *gradient);

// The number of blocks of a group's channels.
long convolution_blocks(const gk_table *table, long channels);

int is_depthwise(const gk_convolution *g);

long weight_count(const gk_convolution *g);
