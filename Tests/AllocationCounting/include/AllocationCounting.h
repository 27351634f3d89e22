#pragma once
#include <stdbool.h>
#include <stddef.h>

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

/// Notes each block that this thread makes from here on, 4,096 at most. One thread at a time.
void allocation_noting_begin(void);

/// Ends that. Returns how many blocks were made and not freed since.
long allocation_noting_end(void);

/// Where the block `index` of those lies, and its size in bytes.
const void *allocation_noted(long index, size_t *size);
