#include "CRealtime.h"
#include <string.h>

// One source for each kind of processor. Products may be fused with sums, as C allows by default, where the processor can:
// so the last bit of a sample may differ from one kind to another, but never from one call to the next.
#pragma STDC FP_CONTRACT ON

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
// The choice is made before a sanitizer is ready.
#define ONE_KIND 1
#endif
#endif

#if defined(__x86_64__) && defined(__linux__) && !defined(ONE_KIND)
#define KERNEL __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define KERNEL
#endif

static inline uint32_t magnitude(float sample) {
    union {
        float number;
        uint32_t bits;
    } value = {.number = sample};
    return value.bits & 0x7FFFFFFF;
}

static inline uint32_t louder(uint32_t left, uint32_t right) { return left > right ? left : right; }
static inline float larger(float left, float right) { return left > right ? left : right; }
static inline float smaller(float left, float right) { return left < right ? left : right; }

void realtime_copy(float *restrict target, const float *restrict source, long count) {
    memcpy(target, source, (size_t)count * sizeof(float));
}

KERNEL void realtime_fill(float *target, float value, long count) {
    for (long i = 0; i < count; i++) target[i] = value;
}

KERNEL uint32_t realtime_peak(const float *samples, long count) {
    uint32_t peak = 0;
    for (long i = 0; i < count; i++) peak = louder(peak, magnitude(samples[i]));
    return peak;
}

KERNEL uint32_t realtime_add(float *restrict target, const float *restrict source, float gain, long count) {
    uint32_t peak = 0;
    for (long i = 0; i < count; i++) {
        float sample = source[i] * gain;
        peak = louder(peak, magnitude(sample));
        target[i] += sample;
    }
    return peak;
}

KERNEL uint32_t realtime_add_moving(
    float *restrict target, const float *restrict source, const float *restrict levels, const float *restrict fades,
    long channels, long count) {
    uint32_t peak = 0;
    if (channels == 1) {
        for (long i = 0; i < count; i++) {
            float sample = source[i] * (levels[i] * fades[i]);
            peak = louder(peak, magnitude(sample));
            target[i] += sample;
        }
    } else {
        for (long i = 0; i < count; i++) {
            float gain = levels[i] * fades[i], left = source[2 * i] * gain, right = source[2 * i + 1] * gain;
            peak = louder(peak, louder(magnitude(left), magnitude(right)));
            target[2 * i] += left;
            target[2 * i + 1] += right;
        }
    }
    return peak;
}

KERNEL void realtime_ramp(float *gains, float from, float to, int done, float step, long count) {
    for (long i = 0; i < count; i++) gains[i] = from + (to - from) * ((float)(done + (int)i) * step);
}

/// sin(πx/2) for x from 0 to 1, within 6·10⁻⁹ and a float's rounding.
static inline float quarter_sine(float x) {
    float square = x * x;
    float sum = -0.00467376704f + square * 0.000151485362f;
    sum = 0.0796896792f + square * sum;
    sum = -0.645963711f + square * sum;
    return x * (1.57079632f + square * sum);
}

KERNEL void realtime_power_ramp(float *gains, float from, float to, int done, float step, long count) {
    for (long i = 0; i < count; i++) {
        float along = (float)(done + (int)i) * step;
        float old = from * quarter_sine(1 - along), new = to * quarter_sine(along);
        gains[i] = __builtin_sqrtf(old * old + new * new);
    }
}

KERNEL void realtime_widen(float *restrict target, const float *restrict source, long count) {
    for (long i = 0; i < count; i++) target[2 * i] = target[2 * i + 1] = source[i];
}

KERNEL void realtime_fold(float *restrict target, const float *restrict source, long count) {
    for (long i = 0; i < count; i++) target[i] = (source[2 * i] + source[2 * i + 1]) * 0.5f;
}

static inline float held(float sample) { return smaller(larger(sample, -1), 1); }

KERNEL void realtime_scale(
    float *restrict target, const float *restrict source, const float *restrict gains, long channels, long count) {
    if (channels == 1) {
        for (long i = 0; i < count; i++) target[i] = held(source[i] * gains[i]);
    } else {
        for (long i = 0; i < count; i++) {
            target[2 * i] = held(source[2 * i] * gains[i]);
            target[2 * i + 1] = held(source[2 * i + 1] * gains[i]);
        }
    }
}

// The points at a quarter and at three quarters are mirror images of each other, and the one at a half is of itself; so
// the taps are applied to sums and differences of the samples left and right. Designed for the least greatest error from
// 0 to 5/12 of the rate (20 kHz at 48 kHz): 0.06 dB. ITU-R BS.1770-4, Annex 2, asks for a fourfold oversampling and
// prints a filter of as many taps, 48, as an example; it filters the samples themselves, too, and is 0.22 dB wrong.
#define HALF_TAPS 8
static const float even[HALF_TAPS] = {
    0.5972165f, -0.1455422f, 0.0768760f, -0.0461336f, 0.0282606f, -0.0168197f, 0.0093355f, -0.0055782f};
static const float odd[HALF_TAPS] = {
    0.2985386f, -0.0241905f, 0.0076270f, -0.0032428f, 0.0015270f, -0.0007315f, 0.0003358f, -0.0001642f};
static const float half[HALF_TAPS] = {
    0.6323896f, -0.1997778f, 0.1074536f, -0.0648030f, 0.0397782f, -0.0236992f, 0.0131620f, -0.0078692f};

KERNEL void realtime_between(float *restrict peaks, const float *restrict samples, long channels, long count) {
    for (long i = 0; i < count; i++) {
        const float *left = samples + i, *right = left + channels;
        float common = 0, difference = 0, middle = 0;
        for (int tap = 0; tap < HALF_TAPS; tap++) {
            float sum = *left + *right, rest = *left - *right;
            common += even[tap] * sum;
            difference += odd[tap] * rest;
            middle += half[tap] * sum;
            left -= channels;
            right += channels;
        }
        float outer = __builtin_fabsf(common) + __builtin_fabsf(difference);
        peaks[i] = larger(outer, __builtin_fabsf(middle));
    }
}

static inline float reduction(float peak, float ceiling, float margin) {
    float spared = smaller(2 * (peak / ceiling - 1), margin);
    // Sums of what is not smaller than 2 to the −20 are exact in double precision, in any order.
    return peak > ceiling ? larger((1 - spared) * ceiling / peak, 0x1p-20f) : 1;
}

KERNEL int realtime_reductions(
    float *restrict reductions, const float *restrict samples, const float *restrict between, float ceiling,
    float margin, long channels, long count) {
    float least = 1;
    if (channels == 1) {
        for (long i = 0; i < count; i++) {
            float peak = larger(__builtin_fabsf(samples[i]), larger(between[i], between[i + 1]));
            reductions[i] = reduction(peak, ceiling, margin);
        }
    } else {
        for (long i = 0; i < count; i++) {
            float left = larger(__builtin_fabsf(samples[2 * i]), larger(between[2 * i], between[2 * i + 2]));
            float right = larger(__builtin_fabsf(samples[2 * i + 1]), larger(between[2 * i + 1], between[2 * i + 3]));
            reductions[i] = reduction(larger(left, right), ceiling, margin);
        }
    }
    for (long i = 0; i < count; i++) least = smaller(least, reductions[i]);
    return least < 1;
}

KERNEL void realtime_least_of_64(float *values, long count) {
    for (long reach = 1; reach < 64; reach *= 2) {
        long left = count + 63 - (2 * reach - 1);
        for (long i = 0; i < left; i++) values[i] = smaller(values[i], values[i + reach]);
    }
}

KERNEL void realtime_to_s16(int16_t *restrict target, const float *restrict source, long count) {
    for (long i = 0; i < count; i++) {
        // Adding a number so large that no fraction is left rounds, ties to even. NaN fails the comparison.
        union {
            float number;
            int32_t bits;
        } value = {.number = smaller(larger(source[i] * 32768.0f, -32768.0f), 32767.0f) + 12582912.0f};
        target[i] = (int16_t)(value.bits - 0x4B400000);
    }
}

static inline int32_t rounded(float sample, double scale) {
    double value = (double)sample * scale;
    value = value > -scale ? value : -scale;
    value = value < scale - 1 ? value : scale - 1;
    union {
        double number;
        int64_t bits;
    } sum = {.number = value + 6755399441055744.0};
    return (int32_t)sum.bits;
}

KERNEL void realtime_to_s32(int32_t *restrict target, const float *restrict source, double scale, long count) {
    for (long i = 0; i < count; i++) target[i] = rounded(source[i], scale);
}

KERNEL void realtime_to_s24_packed(uint8_t *restrict target, const float *restrict source, long count) {
    for (long i = 0; i < count; i++) {
        uint32_t value = (uint32_t)rounded(source[i], 8388608);
        target[3 * i] = (uint8_t)value;
        target[3 * i + 1] = (uint8_t)(value >> 8);
        target[3 * i + 2] = (uint8_t)(value >> 16);
    }
}

/// A hash of 32 bits whose every bit depends on every bit of `value` (the finalizer of MurmurHash3).
static inline uint32_t scrambled(uint32_t value) {
    value = (value ^ (value >> 16)) * 0x85EBCA6B;
    value = (value ^ (value >> 13)) * 0xC2B2AE35;
    return value ^ (value >> 16);
}

KERNEL void realtime_dither(
    float *restrict target, const float *restrict source, float scale, int64_t index, long count) {
    uint32_t first = (uint32_t)index, lap = scrambled((uint32_t)(index >> 32));
    float part = 1 / scale;
    for (long i = 0; i < count; i++) {
        uint32_t dice = scrambled((first + (uint32_t)i) ^ lap);
        // The difference of two even throws is triangular.
        float noise = ((float)(int)(dice & 0xFFFF) - (float)(int)(dice >> 16)) * (1 / 65536.0f);
        float value = smaller(larger(source[i] * scale, -scale), scale);
        float whole = (float)(int)value;
        target[i] = (value == whole ? value : value + noise) * part;
    }
}

void realtime_measure(
    struct realtime_energy *energy, struct realtime_weighting *weighting, const float *samples, long channels,
    long count) {
    const double *shelf = weighting->shelf, *highpass = weighting->highpass;
    for (long channel = 0; channel < channels; channel++) {
        double *memory = weighting->memory[channel];
        double m0 = memory[0], m1 = memory[1], m2 = memory[2], m3 = memory[3], plain = 0, weighted = 0;
        for (long i = 0; i < count; i++) {
            double sample = samples[i * channels + channel];
            plain += sample * sample;
            double raised = shelf[0] * sample + m0;
            m0 = shelf[1] * sample - shelf[3] * raised + m1;
            m1 = shelf[2] * sample - shelf[4] * raised;
            double passed = highpass[0] * raised + m2;
            m2 = highpass[1] * raised - highpass[3] * passed + m3;
            m3 = highpass[2] * raised - highpass[4] * passed;
            weighted += passed * passed;
        }
        // What has died away must not go on as numbers too small for the processor's fast path.
        memory[0] = m0 * m0 < 1e-30 ? 0 : m0;
        memory[1] = m1 * m1 < 1e-30 ? 0 : m1;
        memory[2] = m2 * m2 < 1e-30 ? 0 : m2;
        memory[3] = m3 * m3 < 1e-30 ? 0 : m3;
        energy->plain += plain;
        energy->weighted += weighted;
    }
}
