// What the processor can do at most: the yardstick for all other kernels.
#pragma once

typedef struct {
  // Multiplications and additions of one round, each counted as one.
  long round_operations;
  // Runs rounds of independent multiply-adds on registers alone; the result depends on all of them,
  // so that none can be left out.
  float (*multiply_adds)(long rounds);
} gk_peak_table;
