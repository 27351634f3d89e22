#pragma once
// Calls of the kernel and of glibc that Swift's Glibc module leaves out.
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <sys/timex.h>

// Declared by <pthread.h> under _GNU_SOURCE only.
extern int pthread_setname_np(pthread_t thread, const char *name);

// From <linux/sched.h>, which cannot be included beside <sched.h>.
enum { CLINUX_SCHED_RESET_ON_FORK = 0x40000000 };

// Declared by <unistd.h> under _GNU_SOURCE only.
extern int pipe2(int descriptors[2], int flags);
extern pid_t gettid(void);

// Declared by <sys/resource.h> under _GNU_SOURCE only.
enum { CLINUX_RLIMIT_RTTIME = 15 };

// Declared by <sys/mman.h> and <sched.h> under _GNU_SOURCE only.
extern int mlock2(const void *address, size_t length, unsigned int flags);
enum { CLINUX_MLOCK_ONFAULT = 1 };
extern int sched_setaffinity(pid_t thread, size_t size, const cpu_set_t *processors);

/// Ties the calling thread to one processor. Returns 0, or -1 with `errno`.
static inline int clinux_run_on(unsigned int processor) {
    if (processor >= 1024) {
        errno = EINVAL;
        return -1;
    }
    unsigned long words[1024 / (8 * sizeof(unsigned long))] = {0};
    words[processor / (8 * sizeof(unsigned long))] = 1UL << processor % (8 * sizeof(unsigned long));
    return sched_setaffinity(0, sizeof words, (const cpu_set_t *)words);
}

/// Has the kernel back `bytes` of the stack below the caller with memory, and says where they lie.
__attribute__((noinline)) static const void *clinux_touch_stack(size_t bytes) {
    volatile char *here = (volatile char *)__builtin_alloca(bytes);
    for (size_t at = 0; at < bytes; at += 1024)
        here[at] = 0;
    return (const void *)((uintptr_t)here);
}
