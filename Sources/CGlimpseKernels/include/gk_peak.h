// Measures the peak arithmetic throughput of the processor.
#pragma once

typedef struct {
  // Operations per round; a multiply-add counts as two.
  long round_operations;
  // Runs rounds of independent multiply-adds in registers; the result depends on all of them, so
  // the compiler cannot remove any.
  float (*multiply_adds)(long rounds);
} gk_peak_table;
