#ifndef GK_POOLING_H
#define GK_POOLING_H

typedef struct {
  long reserved;
} gk_pooling_table;

#endif
