#include "CMixing.h"
#include <math.h>
#include <string.h>

#define CHANNELS 2
#define AHEAD (MIXING_WINDOW + MIXING_REACH)

void mixing_copy(float *target, const float *source, size_t count) { memcpy(target, source, count * sizeof(float)); }

void mixing_begin(struct mixing_state *state, float ceiling) {
    memset(state, 0, sizeof *state);
    state->ceiling = ceiling;
    for (int i = 0; i < MIXING_WINDOW + MIXING_BLOCK; i++) state->needed[i] = state->envelope[i] = 1;
}

static float larger(float left, float right) { return left > right ? left : right; }

static float quarter_sine(float x) {
    float s = x * x;
    return x * (1.57079632f + s * (-0.645963711f + s * (0.0796896792f + s * (-0.00467376704f + s * 0.000151485362f))));
}

/// The larger magnitude, as bits: compilers make vectors of this and not of floats, which may be NaN.
static uint32_t louder(uint32_t peak, float sample) {
    union {
        float number;
        uint32_t bits;
    } value = {.number = fabsf(sample)};
    return value.bits > peak ? value.bits : peak;
}

static void add_voice(float *restrict mix, struct mixing_voice *voice, long position) {
    const float *source = voice->samples + position * CHANNELS;
    struct mixing_ramp *level = &voice->level, *fade = &voice->fade;
    uint32_t peak = voice->peak;
    int is_moving = level->done < level->frames || fade->done < fade->frames;
    if (!is_moving) {
        float gain = level->to * fade->to;
        for (int i = 0; i < MIXING_BLOCK * CHANNELS; i++) {
            float sample = source[i] * gain;
            peak = louder(peak, sample);
            mix[i] += sample;
        }
        voice->peak = peak;
        return;
    }
    float gains[MIXING_BLOCK];
    for (int i = 0; i < MIXING_BLOCK; i++) {
        float along = (float)(level->done + i) / level->frames;
        along = along > 1 ? 1 : along;
        gains[i] = level->from + (level->to - level->from) * along;
        along = (float)(fade->done + i) / fade->frames;
        along = along > 1 ? 1 : along;
        float old = fade->from * quarter_sine(1 - along), new = fade->to * quarter_sine(along);
        gains[i] *= sqrtf(old * old + new * new);
    }
    level->done += MIXING_BLOCK;
    fade->done += MIXING_BLOCK;
    for (int i = 0; i < MIXING_BLOCK; i++) {
        float left = source[2 * i] * gains[i], right = source[2 * i + 1] * gains[i];
        peak = louder(louder(peak, left), right);
        mix[2 * i] += left;
        mix[2 * i + 1] += right;
    }
    voice->peak = peak;
}

#define TAPS 8
static const float even[TAPS] = {
    0.5972165f, -0.1455422f, 0.0768760f, -0.0461336f, 0.0282606f, -0.0168197f, 0.0093355f, -0.0055782f};
static const float odd[TAPS] = {
    0.2985386f, -0.0241905f, 0.0076270f, -0.0032428f, 0.0015270f, -0.0007315f, 0.0003358f, -0.0001642f};
static const float half[TAPS] = {
    0.6323896f, -0.1997778f, 0.1074536f, -0.0648030f, 0.0397782f, -0.0236992f, 0.0131620f, -0.0078692f};

/// The loudest of three points between each sample and the next of its channel.
static void look_between(float *restrict peaks, const float *restrict samples, int count) {
    for (int i = 0; i < count; i++) {
        float common = 0, difference = 0, middle = 0;
        for (int tap = 0; tap < TAPS; tap++) {
            float left = samples[i - tap * CHANNELS], right = samples[i + (tap + 1) * CHANNELS];
            common += even[tap] * (left + right);
            difference += odd[tap] * (left - right);
            middle += half[tap] * (left + right);
        }
        float outer = fabsf(common) + fabsf(difference);
        peaks[i] = outer > fabsf(middle) ? outer : fabsf(middle);
    }
}

/// The reduction that each of a block's frames needs; `samples` has `MIXING_REACH` frames before and after them.
static void judge(float *restrict needed, const float *restrict samples, float ceiling) {
    float loudest = 0;
    for (int i = -MIXING_REACH * CHANNELS; i < (MIXING_BLOCK + MIXING_REACH) * CHANNELS; i++) {
        float size = fabsf(samples[i]);
        loudest = size > loudest ? size : loudest;
    }
    for (int i = 0; i < MIXING_BLOCK; i++) needed[i] = 1;
    if (loudest * 2.1779f <= ceiling) return;
    float between[(MIXING_BLOCK + 1) * CHANNELS];
    look_between(between, samples - CHANNELS, (MIXING_BLOCK + 1) * CHANNELS);
    for (int i = 0; i < MIXING_BLOCK; i++) {
        float peak = 0;
        for (int c = 0; c < CHANNELS; c++) {
            int at = i * CHANNELS + c;
            peak = larger(larger(peak, fabsf(samples[at])), larger(between[at], between[at + CHANNELS]));
        }
        float margin = 2 * (peak / ceiling - 1);
        margin = margin < 0.13f ? margin : 0.13f;
        needed[i] = peak > ceiling ? (1 - margin) * ceiling / peak : 1;
    }
}

/// The gain of each frame of a block.
static void follow(struct mixing_state *state, float *gains) {
    float least[MIXING_WINDOW + MIXING_BLOCK];
    memcpy(least, state->needed, sizeof least);
    for (int reach = 1; reach < MIXING_WINDOW; reach *= 2)
        for (int i = 0; i + reach < MIXING_WINDOW + MIXING_BLOCK; i++)
            least[i] = least[i + reach] < least[i] ? least[i + reach] : least[i];
    double sum = 0;
    for (int i = 0; i < MIXING_WINDOW; i++) sum += state->envelope[i];
    float previous = state->envelope[MIXING_WINDOW - 1];
    for (int i = 0; i < MIXING_BLOCK; i++) {
        previous = previous * (1 - 1.0f / 3840) + 1.001f / 3840;
        previous = least[i] < previous ? least[i] : previous;
        state->envelope[MIXING_WINDOW + i] = previous;
    }
    for (int i = 0; i < MIXING_BLOCK; i++) {
        sum += (double)state->envelope[MIXING_WINDOW + i] - state->envelope[i];
        gains[i] = (float)(sum / MIXING_WINDOW);
    }
}

void mixing_block(
    struct mixing_state *state, struct mixing_voice *voices, int count, long position, int16_t *output) {
    float *fresh = state->mix + (AHEAD + MIXING_REACH) * CHANNELS;
    memset(fresh, 0, MIXING_BLOCK * CHANNELS * sizeof(float));
    for (int voice = 0; voice < count; voice++) add_voice(fresh, &voices[voice], position);
    judge(state->needed + MIXING_WINDOW, fresh - MIXING_REACH * CHANNELS, state->ceiling);

    int is_limiting = 0;
    for (int i = 0; i < MIXING_WINDOW + MIXING_BLOCK; i++) is_limiting |= state->needed[i] < 1;
    for (int i = 0; i < MIXING_WINDOW; i++) is_limiting |= state->envelope[i] < 1;
    float gains[MIXING_BLOCK];
    if (is_limiting) {
        follow(state, gains);
    } else {
        for (int i = 0; i < MIXING_BLOCK; i++) gains[i] = state->envelope[MIXING_WINDOW + i] = 1;
    }
    const float *due = fresh - AHEAD * CHANNELS;
    for (int i = 0; i < MIXING_BLOCK; i++) {
        for (int c = 0; c < CHANNELS; c++) {
            float sample = due[i * CHANNELS + c] * gains[i] * 32768;
            sample = sample > 32767 ? 32767 : sample;
            sample = sample < -32768 ? -32768 : sample;
            output[i * CHANNELS + c] = (int16_t)rintf(sample);
        }
    }
    memmove(state->mix, state->mix + MIXING_BLOCK * CHANNELS, (AHEAD + MIXING_REACH) * CHANNELS * sizeof(float));
    memmove(state->needed, state->needed + MIXING_BLOCK, MIXING_WINDOW * sizeof(float));
    memmove(state->envelope, state->envelope + MIXING_BLOCK, MIXING_WINDOW * sizeof(float));
}
