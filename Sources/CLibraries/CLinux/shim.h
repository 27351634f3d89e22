#pragma once
// Calls of the kernel and of glibc that Swift's Glibc module leaves out.
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/timex.h>

// Declared by <pthread.h> under _GNU_SOURCE only.
extern int pthread_setname_np(pthread_t thread, const char *name);

// From <linux/sched.h>, which cannot be included beside <sched.h>.
enum { CLINUX_SCHED_RESET_ON_FORK = 0x40000000 };

// Declared by <unistd.h> under _GNU_SOURCE only.
extern int pipe2(int descriptors[2], int flags);
