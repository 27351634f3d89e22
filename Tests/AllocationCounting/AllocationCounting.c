#include "AllocationCounting.h"
#include <errno.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define HAS_OWN_ALLOCATOR 1
#endif
#endif

static _Thread_local bool counting;
static _Thread_local long calls;

void allocation_counting_begin(void) {
    calls = 0;
    counting = true;
}

long allocation_counting_end(void) {
    counting = false;
    return calls;
}

#ifdef HAS_OWN_ALLOCATOR

bool allocation_counting_is_possible(void) { return false; }

#else

bool allocation_counting_is_possible(void) { return true; }

// The C library lets a program define these in its own stead; under these names it keeps its own.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t size) {
    if (counting) calls++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    if (counting) calls++;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    if (counting) calls++;
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    if (counting) calls++;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    if (counting) calls++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (counting) calls++;
    void *made = __libc_memalign(alignment, size);
    if (!made) return ENOMEM;
    *block = made;
    return 0;
}

void free(void *block) {
    if (counting) calls++;
    __libc_free(block);
}

#endif
