#pragma once
// Vetted C for the audio thread: no allocation, no lock, no system call. Each function carries the mark that lets
// `@_noLocks` Swift call it; the compiler trusts the mark, so that each line here is reviewed for it.
//
// The loops over samples are here and not in Swift because each is compiled several times, for what newer processors can
// do, and the best is chosen when the program is loaded (CRealtime.c).
#include <math.h>
#include <stdint.h>

#define REALTIME __attribute__((swift_attr("@_noLocks")))

/// Copies `count` samples.
REALTIME void realtime_copy(float *target, const float *source, long count);

/// Writes `value` `count` times.
REALTIME void realtime_fill(float *target, float value, long count);

/// The magnitude of the loudest of `count` samples, as bits: they sort as the numbers do, with NaN above all.
REALTIME uint32_t realtime_peak(const float *samples, long count);

/// Adds `source` times `gain` to `target`. Returns the loudest that was added, as bits.
REALTIME uint32_t realtime_add(float *target, const float *source, float gain, long count);

/// Adds `count` frames of one or two interleaved channels times `levels` and `fades`, one of each for each frame, to
/// `target`. Returns the loudest sample that was added, as bits.
REALTIME uint32_t realtime_add_moving(
    float *target, const float *source, const float *levels, const float *fades, long channels, long count);

/// Writes the gains of a linear ramp from `from` to `to` of which `done` frames have passed; one frame is `step`
/// of it.
REALTIME void realtime_ramp(float *gains, float from, float to, int done, float step, long count);

/// The same for a ramp whose power moves along a sine square.
REALTIME void realtime_power_ramp(float *gains, float from, float to, int done, float step, long count);

/// Writes each of `count` samples twice.
REALTIME void realtime_widen(float *target, const float *source, long count);

/// Writes the mean of each of `count` pairs of samples.
REALTIME void realtime_fold(float *target, const float *source, long count);

/// Writes `count` frames of one or two interleaved channels times `gains`, one for each frame, to `target`, held between −1
/// and 1.
REALTIME void realtime_scale(float *target, const float *source, const float *gains, long channels, long count);

/// For each of `count` samples of `channels` interleaved channels: the loudest of the three points that lie between it
/// and the next sample of its channel when the signal is oversampled four times.
///
/// Reads from 7 frames before `samples` to 8 frames after the last of them.
REALTIME void realtime_between(float *peaks, const float *samples, long channels, long count);

/// Frames that `realtime_between` reads before the first sample, and after the last.
#define REALTIME_BETWEEN_BEFORE 7
#define REALTIME_BETWEEN_AFTER 8

/// No point between samples is louder than this times the loudest sample that it is computed from.
#define REALTIME_BETWEEN_BOUND 2.1779f

/// For each of `count` frames of one or two interleaved channels: the factor that brings the loudest of its samples and of
/// the points `between` the frame before, itself and the next (one frame more than `count`) to the ceiling, and below it by
/// twice the excess, at most `margin`; 1 where nothing exceeds the ceiling. Returns whether anything does.
REALTIME int realtime_reductions(
    float *reductions, const float *samples, const float *between, float ceiling, float margin, long channels,
    long count);

/// Replaces each of `count` values by the least of itself and the 63 after it. There are `count + 63` values.
REALTIME void realtime_least_of_64(float *values, long count);

/// Rounds samples to integers of 16 bits: the nearest, ties to even, held in range. NaN becomes full negative scale.
REALTIME void realtime_to_s16(int16_t *target, const float *source, long count);

/// The same for any number of bits up to 32; `scale` is 2 to the number of bits less one.
REALTIME void realtime_to_s32(int32_t *target, const float *source, double scale, long count);

/// The same for 24 bits in three bytes, the lowest first.
REALTIME void realtime_to_s24_packed(uint8_t *target, const float *source, long count);

/// Writes `source` to `target` with triangular dither of ±1 step of `scale` steps to full scale; a sample that lies on a
/// step stays. The noise of each sample follows from its number, the first of which is `index`, and from nothing else.
REALTIME void realtime_dither(float *target, const float *source, float scale, int64_t index, long count);

/// Two filters in a row, of the second order, as ITU-R BS.1770 weights each channel before it measures.
struct realtime_weighting {
    /// b0, b1, b2, a1, a2 of each filter.
    double shelf[5], highpass[5];
    /// By channel: what each filter remembers.
    double memory[2][4];
};

/// What a stretch of sound amounts to: sums over all samples of all channels.
struct realtime_energy {
    double plain, weighted;
};

/// Adds the squares of `count` frames of `channels` interleaved channels, as they are and weighted.
REALTIME void realtime_measure(
    struct realtime_energy *energy, struct realtime_weighting *weighting, const float *samples, long channels,
    long count);

// Not for the audio thread: with these, control prepares filters and speaks of levels in decibels.
static inline double realtime_tangent(double angle) { return tan(angle); }
static inline double realtime_power(double base, double exponent) { return pow(base, exponent); }
static inline double realtime_logarithm(double value) { return log10(value); }
