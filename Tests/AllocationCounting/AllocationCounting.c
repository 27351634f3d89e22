#include "AllocationCounting.h"
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

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

static char watched[16];
static atomic_bool watching;
static atomic_long watched_calls;

void allocation_counting_watch(const char *thread) {
    strncpy(watched, thread, sizeof watched - 1);
    atomic_store(&watched_calls, 0);
    atomic_store(&watching, true);
}

long allocation_counting_unwatch(void) {
    atomic_store(&watching, false);
    return atomic_load(&watched_calls);
}

#define NOTED_MOST 4096

static _Thread_local bool noting;
static struct {
    const void *start;
    size_t size;
} noted[NOTED_MOST];
static long noted_count;

void allocation_noting_begin(void) {
    noted_count = 0;
    noting = true;
}

long allocation_noting_end(void) {
    noting = false;
    return noted_count;
}

const void *allocation_noted(long index, size_t *size) {
    *size = noted[index].size;
    return noted[index].start;
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

static void note(void) {
    if (counting) calls++;
    if (!atomic_load_explicit(&watching, memory_order_acquire)) return;
    char name[16] = "";
    prctl(PR_GET_NAME, name);
    if (strcmp(name, watched) == 0) atomic_fetch_add(&watched_calls, 1);
}

static void *made(void *block, size_t size) {
    if (!noting || !block || noted_count == NOTED_MOST) return block;
    noted[noted_count].start = block;
    noted[noted_count++].size = size;
    return block;
}

static void gone(const void *block) {
    if (!noting) return;
    for (long index = 0; index < noted_count; index++)
        if (noted[index].start == block) {
            noted[index] = noted[--noted_count];
            return;
        }
}

void *malloc(size_t size) {
    note();
    return made(__libc_malloc(size), size);
}

void *calloc(size_t count, size_t size) {
    note();
    return made(__libc_calloc(count, size), count * size);
}

void *realloc(void *block, size_t size) {
    note();
    void *moved = __libc_realloc(block, size);
    if (moved || !size) gone(block);
    return made(moved, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return made(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return made(__libc_memalign(alignment, size), size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    note();
    void *start = __libc_memalign(alignment, size);
    if (!start) return ENOMEM;
    *block = made(start, size);
    return 0;
}

void free(void *block) {
    note();
    gone(block);
    __libc_free(block);
}

#endif
