#ifndef GK_NORMALIZATION_H
#define GK_NORMALIZATION_H

typedef struct {
  long reserved;
} gk_normalization_table;

#endif
