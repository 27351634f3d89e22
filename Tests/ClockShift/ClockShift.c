#define _GNU_SOURCE
#include "ClockShift.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>

static const int64_t second = 1000000000;

/// The function of this name that the program would have called.
#define NEXT(name)                                                                                                     \
    static _Atomic(__typeof__(&name)) found;                                                                           \
    __typeof__(&name) next = atomic_load_explicit(&found, memory_order_relaxed);                                       \
    if (!next)                                                                                                         \
        atomic_store_explicit(&found, next = (__typeof__(&name))dlsym(RTLD_NEXT, #name), memory_order_relaxed)

/// Nanoseconds by which the time of day is shifted.
static int64_t shift(void) {
    static atomic_bool known;
    static _Atomic int64_t value;
    if (!atomic_load_explicit(&known, memory_order_acquire)) {
        const char *text = getenv("LOA_CLOCK_SHIFT");
        atomic_store_explicit(&value, text ? strtoll(text, NULL, 10) : 0, memory_order_relaxed);
        atomic_store_explicit(&known, true, memory_order_release);
    }
    return atomic_load_explicit(&value, memory_order_relaxed);
}

static struct timespec shifted(struct timespec time, int64_t by) {
    int64_t seconds = time.tv_sec + by / second, nanoseconds = time.tv_nsec + by % second;
    if (nanoseconds < 0)
        seconds -= 1, nanoseconds += second;
    if (nanoseconds >= second)
        seconds += 1, nanoseconds -= second;
    return (struct timespec){.tv_sec = seconds, .tv_nsec = nanoseconds};
}

// MARK: - Reading

int clock_gettime(clockid_t clock, struct timespec *time) {
    NEXT(clock_gettime);
    int status = next(clock, time);
    if (!status && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI))
        *time = shifted(*time, shift());
    return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    NEXT(gettimeofday);
    int status = next(time, zone);
    if (!status && time) {
        struct timespec now = shifted((struct timespec){time->tv_sec, time->tv_usec * 1000}, shift());
        *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    }
    return status;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result)
        *result = now.tv_sec;
    return now.tv_sec;
}

int adjtimex(struct timex *state) {
    NEXT(adjtimex);
    if (next(state) < 0)
        return -1;
    state->status |= STA_UNSYNC;
    return TIME_ERROR;
}

// MARK: - Timers

/// Which descriptors are timers by the time of day.
static atomic_bool by_time_of_day[1024];

int timerfd_create(clockid_t clock, int flags) {
    NEXT(timerfd_create);
    int timer = next(clock, flags);
    if (timer >= 0 && timer < 1024)
        atomic_store(&by_time_of_day[timer], clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM);
    return timer;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *when, struct itimerspec *before) {
    NEXT(timerfd_settime);
    bool is_armed = when && (when->it_value.tv_sec || when->it_value.tv_nsec);
    bool is_ours = timer >= 0 && timer < 1024 && atomic_load(&by_time_of_day[timer]);
    if (!is_armed || !is_ours || !(flags & TFD_TIMER_ABSTIME))
        return next(timer, flags, when, before);
    struct itimerspec own = *when;
    own.it_value = shifted(when->it_value, -shift());
    // What is before the machine's 1970 is past, too.
    if (own.it_value.tv_sec < 0)
        own.it_value = (struct timespec){.tv_nsec = 1};
    return next(timer, flags, &own, before);
}
