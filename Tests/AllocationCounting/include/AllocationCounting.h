#pragma once
#include <stdbool.h>

/// Whether allocations can be counted in this build: not under a sanitizer, which has an allocator of its own.
bool allocation_counting_is_possible(void);

/// Counts what this thread allocates and frees from here on.
void allocation_counting_begin(void);

/// Ends the count. Returns how many calls of malloc, free and their kin the thread has made since it began.
long allocation_counting_end(void);

/// Counts what all threads of this name, 15 bytes at most, allocate and free from here on.
void allocation_counting_watch(const char *thread);

/// Ends that count. Returns how many calls of malloc, free and their kin these threads have made since it began.
long allocation_counting_unwatch(void);
