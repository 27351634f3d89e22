/// The card's clock: CLOCK_MONOTONIC, a little fast or slow, counted in frames.
#pragma once

#include <math.h>
#include <stdint.h>
#include <time.h>

/// A straight line from nanoseconds to frames, through one anchor.
struct loa_clock {
    int64_t anchor_ns;
    double anchor_frames;
    double frames_per_ns;
};

static inline int64_t loa_now(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// Frames since the clock was set to zero, with the part of a frame under way.
static inline double loa_clock_frames(const struct loa_clock *clock, int64_t ns) {
    return clock->anchor_frames + (double)(ns - clock->anchor_ns) * clock->frames_per_ns;
}

/// How many frames were heard in full at `ns`.
static inline int64_t loa_clock_position(const struct loa_clock *clock, int64_t ns) {
    return (int64_t)floor(loa_clock_frames(clock, ns));
}

/// The first nanosecond at which `position` frames were heard in full: frame number `position` begins there.
static inline int64_t loa_clock_instant(const struct loa_clock *clock, int64_t position) {
    double after = ((double)position - clock->anchor_frames) / clock->frames_per_ns;
    int64_t ns = clock->anchor_ns + (int64_t)floor(after);
    while (loa_clock_position(clock, ns) < position)
        ns++;
    return ns;
}

/// Goes on from the position of `ns` at another speed.
static inline void loa_clock_set(
    struct loa_clock *clock, int64_t ns, double frames, unsigned int rate, int64_t milli_ppm) {
    clock->anchor_ns = ns;
    clock->anchor_frames = frames;
    clock->frames_per_ns = (double)rate * 1e-9 * (1.0 + (double)milli_ppm * 1e-9);
}
