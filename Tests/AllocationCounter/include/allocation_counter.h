// Counts allocations of single threads, for tests.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

// From now on adds 1 to `*counter` for each allocation of the calling thread; NULL ends it.
void gt_count_allocations(long *counter);

// 1 where this C library lets allocations be counted, else 0.
int gt_counts_allocations(void);

#endif
